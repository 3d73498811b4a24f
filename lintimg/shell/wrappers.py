"""Commands that run another command: `sudo`, `env`, `exec` and their like, and `sh -c`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lintimg.model.span import Span
from lintimg.shell.script import Assignment, ShellWord

SHELLS = frozenset(("sh", "bash", "dash", "ash", "ksh", "zsh"))

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=", re.ASCII)


class _Wrapper(NamedTuple):
    """How many operands come before the wrapped command, and the options that take a value."""

    operands: int
    valued: frozenset[str]


_WRAPPERS = {
    "sudo": _Wrapper(
        0, frozenset(("-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group"))
    ),
    "doas": _Wrapper(0, frozenset(("-u", "-C"))),
    "env": _Wrapper(0, frozenset(("-u", "-C", "--unset", "--chdir"))),
    "exec": _Wrapper(0, frozenset(("-a",))),
    "time": _Wrapper(0, frozenset(("-f", "-o"))),
    "nice": _Wrapper(0, frozenset(("-n",))),
    "ionice": _Wrapper(0, frozenset(("-c", "-n"))),
    "nohup": _Wrapper(0, frozenset()),
    "setsid": _Wrapper(0, frozenset()),
    "command": _Wrapper(0, frozenset()),
    "builtin": _Wrapper(0, frozenset()),
    "eatmydata": _Wrapper(0, frozenset()),
    "stdbuf": _Wrapper(0, frozenset(("-i", "-o", "-e"))),
    "timeout": _Wrapper(1, frozenset(("-s", "-k", "--signal", "--kill-after"))),
    "gosu": _Wrapper(1, frozenset()),
    "su-exec": _Wrapper(1, frozenset()),
    "chronic": _Wrapper(0, frozenset()),
}


def strip_wrappers(
    words: Sequence[ShellWord],
) -> tuple[tuple[str, ...], int, tuple[Assignment, ...]]:
    """The wrappers in front of a command, how many words they take, and the variables `env` sets.

    `command -v x` asks about x and does not run it: it is left as it is.
    """
    names: list[str] = []
    given: list[Assignment] = []
    at = 0
    while at < len(words):
        value = words[at].value
        name = value.rpartition("/")[2] if value else ""
        wrapper = _WRAPPERS.get(name)
        if wrapper is None:
            break
        following = at + 1
        while following < len(words):
            option = words[following].value
            if option is None or not option.startswith("-") or option == "-":
                break
            following += 1
            if option == "--":
                break
            if name == "command" and option in ("-v", "-V"):
                return tuple(names), at, tuple(given)
            if option in wrapper.valued:
                following += 1
        following += wrapper.operands
        while name in ("env", "sudo") and following < len(words):
            found = _ASSIGNMENT.match(words[following].raw)
            if found is None:
                break
            given.append(_assignment(words[following], found))
            following += 1
        if following >= len(words):
            break
        names.append(name)
        at = following
    return tuple(names), at, tuple(given)


def _assignment(word: ShellWord, found: re.Match[str]) -> Assignment:
    end = found.end()
    value = None if word.value is None else word.value[end:]
    span = Span(min(word.span.start + end, word.span.end), word.span.end)
    return Assignment(
        found[1], ShellWord(word.raw[end:], value, word.pieces[end:], word.quoted, span), word.span
    )


def inner_script(words: Sequence[ShellWord]) -> int | None:
    """The index of the word that `sh -c` runs as a script, None for another command."""
    if len(words) < 3:
        return None
    value = words[0].value
    if value is None or value.rpartition("/")[2] not in SHELLS:
        return None
    at = 1
    asked = False
    while at < len(words):
        option = words[at].value
        if option is None or not option.startswith(("-", "+")):
            break
        at += 1
        if option.startswith("--"):
            continue
        asked = asked or "c" in option[1:]
        if option.endswith("o"):
            at += 1
    return at if asked and at < len(words) else None
