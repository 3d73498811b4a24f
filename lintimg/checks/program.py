"""Which program an image starts, as far as its words tell."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Literal

from lintimg.aws.handlers import looks_like_handler
from lintimg.checks.tables import table
from lintimg.lazy import NamedTuple, regex

if TYPE_CHECKING:
    from lintimg.lint.subject import Subject

ProgramKind = Literal["interpreter", "launcher", "server", "shell", "script", "handler", "other", "none"]

_VERSION = regex(r"(?<=[a-zA-Z])-?\d+(?:\.\d+)*\Z")
_CHAIN = regex(r"&&|\|\||;")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
_SCRIPT_ENDINGS = (".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".php", ".pl")


class Program(NamedTuple):
    """What starts: `name` for people, its words (program first), and what it is.

    "handler": a handler's name where a program should stand. "other": a program of the image's own,
    most likely compiled. "none": nothing starts. `language` is that of interpreters, servers and launchers.
    """

    kind: ProgramKind
    name: str
    words: tuple[str, ...]
    language: str | None


def started_program(subject: Subject) -> Program | None:
    """The program that ENTRYPOINT and CMD start together; None when that is not known."""
    process = subject.process
    entrypoint, cmd = process.entrypoint_arguments, process.cmd_arguments
    if entrypoint is None:
        return None
    if process.entrypoint is not None and not process.entrypoint.instruction.json:
        cmd = ()
    if cmd is None:
        cmd = () if entrypoint else None
    if cmd is None:
        return None
    return classified((*entrypoint, *cmd))


def classified(words: tuple[str, ...]) -> Program:
    """What the program of the command line `words` is."""
    words = _unwrapped(words)
    if not words:
        return Program("none", "", (), None)
    first = words[0]
    name = basename(first)
    data = table("programs")
    plain = name if name in data["shells"] else _VERSION.sub("", name)
    kinds: tuple[tuple[ProgramKind, str], ...] = (
        ("interpreter", "interpreters"),
        ("launcher", "launchers"),
        ("server", "servers"),
    )
    for kind, key in kinds:
        if plain in data[key]:
            return Program(kind, name, words, data[key][plain])
    if name in data["shells"]:
        return Program("shell", name, words, None)
    if name.endswith(_SCRIPT_ENDINGS):
        return Program("script", name, words, None)
    if len(words) == 1 and looks_like_handler(first):
        return Program("handler", first, words, None)
    return Program("other", name, words, None)


def _unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without init programs, wrappers and `sh -c` in front."""
    data = table("programs")
    for _ in range(len(words)):
        if not words:
            break
        name = basename(words[0])
        if name in data["shells"] and len(words) > 2 and words[1].startswith("-") and "c" in words[1]:
            words = _last_command(words[2])
        elif name in data["wrappers"]:
            at = 1
            while at < len(words) and (words[at].startswith("-") or _ASSIGNMENT.match(words[at])):
                at += 1
            words = words[at:]
        elif _ASSIGNMENT.match(words[0]):
            words = words[1:]
        else:
            break
    return words


def _last_command(text: str) -> tuple[str, ...]:
    """The words of the last command in a line of shell, the one that stays."""
    import shlex

    for part in reversed(_CHAIN.split(text[:10_000])):
        if part.strip():
            try:
                return tuple(shlex.split(part))
            except ValueError:
                return tuple(part.split())
    return ()
