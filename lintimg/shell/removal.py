"""What a command deletes."""

from __future__ import annotations

from lintimg.model.span import Span
from lintimg.shell.braces import expand_braces
from lintimg.shell.script import Command, ShellWord

_REMOVERS = frozenset(("rm", "rmdir", "unlink", "shred"))
_NAME_TESTS = frozenset(("-name", "-iname"))
_PLAIN_TESTS = frozenset(("-depth", "-d", "-xdev", "-mount", "-print", "-delete", "-o", "-a", "-or", "-and"))
_VALUED_TESTS = frozenset(("-type", "-mindepth", "-maxdepth"))
_EXECUTORS = frozenset(("-exec", "-execdir", "-ok"))


def removed_paths(command: Command) -> tuple[tuple[str, Span], ...]:
    """The paths and globs `command` deletes, braces expanded, each with the place of its word.

    `find DIR … -delete` and `find DIR … -exec rm` count as DIR's contents, `DIR/*`; with `-name X`
    as `DIR/**/X`. With any other test nothing is told: it picks files that the text does not show.
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
    names = _deleted_names([word.pieces for word in words[at:]])
    if names is None:
        return ()
    patterns = [f"**/{name}" for name in names] or ["*"]
    return tuple(
        (f"{folder.rstrip('/')}/{pattern}", span) for folder, span in folders for pattern in patterns
    )


def _deleted_names(tests: list[str]) -> list[str] | None:
    """The name patterns that `find` deletes, empty for all; None when it deletes nothing or its tests are others."""
    names: list[str] = []
    deletes = False
    at = 0
    while at < len(tests):
        test = tests[at]
        at += 1
        if test in _EXECUTORS:
            deletes = deletes or tests[at : at + 1] in (["rm"], ["/bin/rm"])
            while at < len(tests) and tests[at] not in (";", "+"):
                at += 1
            at += 1
        elif test in _NAME_TESTS:
            names += tests[at : at + 1]
            at += 1
        elif test in _VALUED_TESTS:
            at += 1
        elif test in _PLAIN_TESTS or test in ("(", ")"):
            deletes = deletes or test == "-delete"
        else:
            return None
    return names if deletes else None
