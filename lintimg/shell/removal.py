"""What a command deletes."""

from __future__ import annotations

import re

from lintimg.model.span import Span
from lintimg.shell.script import Command, ShellWord

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_EXPANSIONS = 64


def removed_paths(command: Command) -> tuple[tuple[str, Span], ...]:
    """The paths and globs `command` deletes, braces expanded, each with the place of its word.

    `find DIR … -delete` and `find DIR … -exec rm` count as DIR's contents: `DIR/*`.
    """
    if command.name in ("rm", "rmdir", "unlink", "shred"):
        words = [word for word in command.arguments if not word.pieces.startswith("-")]
        return tuple((path, word.span) for word in words for path in expand_braces(word.pieces))
    if command.name == "find":
        return _found(command.arguments)
    return ()


def _found(words: tuple[ShellWord, ...]) -> tuple[tuple[str, Span], ...]:
    texts = [word.pieces for word in words]
    deletes = "-delete" in texts or any(
        text in ("-exec", "-execdir") and texts[position + 1 : position + 2] in (["rm"], ["/bin/rm"])
        for position, text in enumerate(texts)
    )
    if not deletes:
        return ()
    folders = []
    for word in words:
        if word.pieces.startswith(("-", "(", "!")):
            break
        folders.append((f"{word.pieces.rstrip('/')}/*", word.span))
    return tuple(folders)


def expand_braces(text: str) -> tuple[str, ...]:
    """`a/{b,c}` as `a/b`, `a/c`; at most 64 results, the text itself when there would be more."""
    results = [text]
    while True:
        grown: list[str] = []
        changed = False
        for result in results:
            found = _BRACES.search(result)
            if found is None:
                grown.append(result)
                continue
            changed = True
            grown += [result[: found.start()] + part + result[found.end() :] for part in found[1].split(",")]
        if len(grown) > _EXPANSIONS:
            return (text,)
        results = grown
        if not changed:
            return tuple(results)
