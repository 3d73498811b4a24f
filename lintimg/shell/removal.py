"""What a command deletes."""

from __future__ import annotations

from lintimg.model.span import Span
from lintimg.shell.braces import expand_braces
from lintimg.shell.script import Command, ShellWord

_REMOVERS = frozenset(("rm", "rmdir", "unlink", "shred"))
_EXECUTORS = frozenset(("-exec", "-execdir", "-ok"))


def removed_paths(command: Command) -> tuple[tuple[str, Span], ...]:
    """The paths and globs `command` deletes, braces expanded, each with the place of its word.

    `find DIR … -delete` and `find DIR … -exec rm` count as DIR's contents, `DIR/*`, whatever tests
    choose among them: `-name` and its like are for the caller to see in the command's words.
    """
    if command.name in _REMOVERS:
        return _operands(command.arguments)
    if command.name == "find":
        return _found(command.arguments)
    return ()


def _operands(words: tuple[ShellWord, ...]) -> tuple[tuple[str, Span], ...]:
    found: list[tuple[str, Span]] = []
    options = True
    for word in words:
        if options and word.pieces.startswith("-"):
            options = word.pieces != "--"
        else:
            found += [(path, word.span) for path in expand_braces(word) if path]
    return tuple(found)


def _found(words: tuple[ShellWord, ...]) -> tuple[tuple[str, Span], ...]:
    at = 0
    while at < len(words) and words[at].pieces in ("-H", "-L", "-P"):
        at += 1
    folders: list[tuple[str, Span]] = []
    while at < len(words) and not words[at].pieces.startswith(("-", "(", "!")):
        folders += [(path.rstrip("/") or "/", words[at].span) for path in expand_braces(words[at])]
        at += 1
    if not _deletes([word.pieces for word in words[at:]]):
        return ()
    return tuple((f"{folder.rstrip('/')}/*", span) for folder, span in folders)


def _deletes(expression: list[str]) -> bool:
    """Whether the expression of a `find` deletes what it finds."""
    return "-delete" in expression or any(
        word in _EXECUTORS and expression[at + 1 : at + 2] in (["rm"], ["/bin/rm"])
        for at, word in enumerate(expression)
    )
