"""LI510: secrets that a RUN was lent and writes into its layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from lintimg.checks.effects import expanded
from lintimg.dockerfile.mounts import read_mounts, split_fields
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Hit
from lintimg.lint.secret_names import strength_of
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.removal import removed_paths
from lintimg.shell.script import Command, Redirect, ShellWord

_VARIABLE = regex(r"\$(\w+)")
_WRITERS = ("echo", "printf", "cat", "tee")
_COPIERS = ("cp", "mv", "install", "ln")
_PASSING = ("/dev/", "/run/secrets", "/proc/")


class _Lent(NamedTuple):
    """What a RUN is given: files by path, variables by name."""

    files: tuple[str, ...]
    variables: frozenset[str]


def secret_kept(subject: Subject) -> Iterator[Hit]:
    """A hit for each command that leaves a secret in a file of the image."""
    for run in subject.every_run:
        lent = _lent(run)
        if not lent.files and not lent.variables:
            continue
        mounted = tuple(
            mount.target for mount in read_mounts(run.instruction) if mount.target and mount.type != "bind"
        )
        for script in run.scripts:
            for number, command in enumerate(script.commands):
                found = _kept(command, script.commands, lent)
                if found is None:
                    continue
                place, what, path = found
                if _stays(path, run, mounted) and not _removed(path, script.commands[number + 1 :]):
                    shipped = run.step.stage in subject.build.chain
                    yield Hit(
                        place,
                        {"what": what, "path": path},
                        variant="" if shipped else "build",
                        severity=None if shipped else "info",
                        details={"path": path},
                    )


def _lent(run: ShippedRun) -> _Lent:
    """The secret mounts of a RUN, and the arguments that are named after secrets."""
    files: list[str] = []
    variables: set[str] = set()
    for flag in run.instruction.flags:
        if flag.name != "mount" or not flag.value:
            continue
        values = _fields(flag.value)
        if values.get("type") != "secret":
            continue
        target = values.get("target") or values.get("dst") or values.get("destination")
        name = values.get("id") or (target or "").rpartition("/")[2]
        if values.get("env"):
            variables.add(values["env"])
        if target or not values.get("env"):
            files.append(target or f"/run/secrets/{name}")
    environment = run.step.environment
    for name in environment.keys():  # noqa: SIM118 - see effects.variable
        if strength_of(name) in ("strong", "cloud") and name not in run.step.env.keys():  # noqa: SIM118
            variables.add(name)
    return _Lent(tuple(files), frozenset(variables))


def _fields(value: str) -> Mapping[str, str]:
    try:
        fields = split_fields(value)
    except ValueError:
        return {}
    pairs = (field.partition("=") for field in fields)
    return {name.strip().lower(): text for name, _, text in pairs}


def _kept(command: Command, commands: tuple[Command, ...], lent: _Lent) -> tuple[Span, str, str] | None:
    """The place of what is written, what it is, and the file that has it then."""
    name = command.name
    if name in _COPIERS:
        operands = [word for word in command.arguments if not word.pieces.startswith("-")]
        for word in operands[:-1]:
            if word.pieces in lent.files and name != "ln":
                target = operands[-1].pieces
                return word.span, word.pieces, _inside(target, word.pieces)
    if name in _WRITERS:
        secret = _written(command, lent)
        target_word = None if secret is None else _target(command, commands)
        if secret is not None and target_word is not None:
            return secret.span, secret.pieces if name == "cat" else _named(secret, lent), target_word
    return None


def _inside(target: str, source: str) -> str:
    return (
        join(target, source.rpartition("/")[2]) if target.endswith("/") or target in (".", "..") else target
    )


def _written(command: Command, lent: _Lent) -> ShellWord | None:
    """The word of `command` that holds a secret."""
    words = [
        *command.arguments,
        *(redirect.body for redirect in command.redirects if redirect.body is not None),
    ]
    for word in words:
        if command.name == "cat" and word.pieces in lent.files:
            return word
        if word.value is None and lent.variables.intersection(_VARIABLE.findall(word.pieces)):
            return word
    return None


def _named(word: ShellWord, lent: _Lent) -> str:
    return next(f"${name}" for name in _VARIABLE.findall(word.pieces) if name in lent.variables)


def _target(command: Command, commands: tuple[Command, ...]) -> str | None:
    """The file that the command's output goes to, directly or through `tee`."""
    for redirect in command.redirects:
        path = _written_path(redirect)
        if path is not None:
            return path
    for other in (command, *commands):
        if other.name == "tee" and (
            other is command or (other.pipeline == command.pipeline and other.stage > command.stage)
        ):
            for word in other.arguments:
                if not word.pieces.startswith("-"):
                    return word.pieces
    return None


def _written_path(redirect: Redirect) -> str | None:
    if redirect.operator not in (">", ">>", ">|", "&>", "&>>") or redirect.descriptor not in (None, 1):
        return None
    return None if redirect.target is None else redirect.target.pieces


def _absolute(path: str, run: ShippedRun) -> str:
    """`path` from the root where that can be told."""
    home = path.replace("$HOME", "/root", 1) if path.startswith("$HOME") else path
    if home.startswith("~"):
        home = "/root" + home[1:]
    text = expanded(home, run.step.environment) or home
    return normpath(text if text.startswith("/") else join(run.step.workdir or "/?", text))


def _stays(path: str, run: ShippedRun, mounted: tuple[str, ...]) -> bool:
    """Whether the file is part of the layer."""
    absolute = _absolute(path, run)
    if absolute.startswith(_PASSING):
        return False
    return not any(absolute == folder or absolute.startswith(folder.rstrip("/") + "/") for folder in mounted)


def _removed(path: str, later: tuple[Command, ...]) -> bool:
    """Whether a later command of the same RUN deletes the file."""
    name = path.rpartition("/")[2]
    return any(
        removed.rpartition("/")[2] in (name, "*") or path.startswith(removed.rstrip("/") + "/")
        for command in later
        for removed, _ in removed_paths(command)
    )
