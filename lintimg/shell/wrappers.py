"""Commands that run another command: `sudo`, `env`, `exec` and their like."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span
from lintimg.shell.script import Assignment, ShellWord

_ASSIGNMENT = regex(r"([A-Za-z_]\w*)\+?=", re.ASCII)


class _Wrapper(NamedTuple):
    """How many operands come before the wrapped command, the options that take a value, those
    after which nothing is run, and whether NAME=value words may precede the command.
    """

    operands: int = 0
    valued: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    assignments: bool = False


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


WRAPPERS = {
    "sudo": _Wrapper(
        0,
        _options(
            "-u -g -h -p -C -D -R -T -U -r -t --user --group --host --prompt --chdir --chroot --close-from"
        ),
        _options("-l --list -v --validate -k -K -e --edit"),
        assignments=True,
    ),
    "doas": _Wrapper(0, _options("-u -C"), _options("-C -L")),
    "env": _Wrapper(
        0, _options("-u -C --unset --chdir -a --argv0"), _options("-S --split-string"), assignments=True
    ),
    "exec": _Wrapper(0, _options("-a")),
    "time": _Wrapper(0, _options("-f -o --format --output")),
    "nice": _Wrapper(0, _options("-n --adjustment")),
    "ionice": _Wrapper(0, _options("-c -n -p --class --classdata")),
    "nohup": _Wrapper(),
    "setsid": _Wrapper(),
    "command": _Wrapper(0, frozenset(), _options("-v -V -pv -pV")),
    "builtin": _Wrapper(),
    "eatmydata": _Wrapper(),
    "fakeroot": _Wrapper(0, _options("-l -s -i -b --lib --faked")),
    "stdbuf": _Wrapper(0, _options("-i -o -e --input --output --error")),
    "timeout": _Wrapper(1, _options("-s -k --signal --kill-after")),
    "gosu": _Wrapper(1),
    "su-exec": _Wrapper(1),
    "s6-setuidgid": _Wrapper(1),
    "chronic": _Wrapper(),
    "unbuffer": _Wrapper(),
    "linux32": _Wrapper(),
    "linux64": _Wrapper(),
    "setarch": _Wrapper(1),
    "flock": _Wrapper(
        1, _options("-w -E --timeout --wait --conflict-exit-code"), _options("-c --command -u")
    ),
    "tini": _Wrapper(0, _options("-p -e")),
    "dumb-init": _Wrapper(0, _options("-r --rewrite")),
    "xvfb-run": _Wrapper(
        0, _options("-e -f -n -p -s -w --error-file --auth-file --server-num --server-args --wait")
    ),
    "busybox": _Wrapper(0, frozenset(), _options("--list --list-full --install --help")),
}
"""As of 2026-11; source: the programs' own manuals."""


class Stripped(NamedTuple):
    """The wrappers in front of a command, how many words they take, and the variables they set."""

    names: tuple[str, ...]
    words: int
    variables: tuple[Assignment, ...]


def strip_wrappers(words: Sequence[ShellWord]) -> Stripped:
    """What stands in front of the command that is run in the end.

    `command -v x` asks about x and does not run it, and `exec` with redirections alone runs
    nothing: they are left as they are.
    """
    names: list[str] = []
    variables: list[Assignment] = []
    at = 0
    while at < len(words):
        value = words[at].value
        name = value.rpartition("/")[2] if value else ""
        wrapper = WRAPPERS.get(name)
        if wrapper is None:
            break
        following = _command_after(words, at + 1, wrapper)
        given: list[Assignment] = []
        while wrapper.assignments and following < len(words):
            assignment = assigned(words[following])
            if assignment is None:
                break
            given.append(assignment)
            following += 1
        if following >= len(words):
            break
        names.append(name)
        variables += given
        at = following
    return Stripped(tuple(names), at, tuple(variables))


def _command_after(words: Sequence[ShellWord], at: int, wrapper: _Wrapper) -> int:
    """The place of the wrapped command behind options and operands, behind all words when there is none."""
    while at < len(words):
        option = words[at].value
        if option is None or not option.startswith("-"):
            break
        at += 1
        if option == "--":
            break
        if option in wrapper.asking:
            return len(words)
        if option in wrapper.valued or (
            option[1:2] != "-" and f"-{option[-1]}" in wrapper.valued and len(option) > 2
        ):
            at += 1
    return at + wrapper.operands


def assigned(word: ShellWord) -> Assignment | None:
    """The assignment a word such as `NAME=value` of `env` or `export` makes, None for another word."""
    found = _ASSIGNMENT.match(word.raw)
    if found is None:
        return None
    end = found.end()
    value = None if word.value is None else word.value[end:]
    span = Span(min(word.span.start + end, word.span.end), word.span.end)
    return Assignment(
        found[1], ShellWord(word.raw[end:], value, word.pieces[end:], word.quoted, span), word.span
    )
