"""From commands to package-manager operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.lazy import NamedTuple
from lintimg.model.span import Span
from lintimg.shell.managers import Launcher, Manager, Table, Verb, lookup, table
from lintimg.shell.options import Call, read_call
from lintimg.shell.packages import Action, Manifest, Operation, PackageArgument
from lintimg.shell.script import Command, Script, ShellWord
from lintimg.shell.specifiers import packages, path_package, vcs_package, with_version

_INFORMATION = frozenset(("--version", "--help", "-v", "-V", "-h"))
_DELEGATION_LIMIT = 8
_ARCHIVES = (".whl", ".gz", ".zip", ".bz2", ".tgz", "*")


def operations(script: Script) -> tuple[Operation, ...]:
    """The package-manager calls of `script`, in order.

    A call through `python -m`, `sh ./gradlew`, `corepack`, `poetry run`, `uv run`, `conda run` and
    the like is that of the manager it runs.
    """
    if not script.commands:
        return ()
    managers = table()
    found = []
    for number, command in enumerate(script.commands):
        name = command.name
        # Only names of managers and launchers, or such with a version behind, are worth a look.
        if name and (name in managers.names or name[-1].isdigit()):
            operation = _operation(command, number, managers)
            if operation is not None:
                found.append(operation)
    return tuple(found)


class _Start(NamedTuple):
    """A manager, the name it is called by, and the place of its word."""

    manager: Manager
    program: str
    at: int


def _operation(command: Command, number: int, managers: Table) -> Operation | None:
    words = command.words
    found: Operation | None = None
    at = 0
    for _ in range(_DELEGATION_LIMIT):
        start = _start(words, at, managers)
        if start is None:
            return found
        call = read_call(start.manager, words, start.at + 1)
        if call.verb is None:
            return found
        made = _made(start, call, call.verb, command, number, words[at])
        if found is None or made is not None:
            found = made
        if call.verb.operands != "command" or call.command_at is None:
            return found
        at = call.command_at
    return found


def _start(words: Sequence[ShellWord], at: int, managers: Table) -> _Start | None:
    """The manager that the command at word `at` calls."""
    name = (words[at].value or "").rpartition("/")[2] if at < len(words) else ""
    if not name:
        return None
    manager = lookup(managers.programs, name)
    if manager is not None:
        return _Start(manager, name, at)
    launcher = lookup(managers.launchers, name)
    if launcher is None:
        return None
    place, inner = _launched(words, at + 1, launcher)
    manager = lookup(managers.programs, inner) if inner else None
    if manager is None:
        return None
    program = (
        inner if launcher.kind == "script" else f"{name} {'-m ' if launcher.kind == 'module' else ''}{inner}"
    )
    return _Start(manager, program, place)


def _launched(words: Sequence[ShellWord], at: int, launcher: Launcher) -> tuple[int, str]:
    """The place and base name of the program a launcher runs, "" when there is none."""
    while at < len(words):
        text = words[at].pieces
        if not text.startswith("-"):
            if launcher.kind == "module":
                break
            return at, text.rpartition("/")[2]
        if launcher.kind == "module" and text.startswith("-m"):
            if text != "-m":
                return at, text[2:]
            return at + 1, words[at + 1].pieces if at + 1 < len(words) else ""
        if "c" in text[1:3]:
            break
        at += 2 if text in launcher.values else 1
    return at, ""


def _made(
    start: _Start, call: Call, verb: Verb, command: Command, number: int, first: ShellWord
) -> Operation | None:
    manager = start.manager
    if call.verb_word is None and not _INFORMATION.isdisjoint(call.options):
        return None
    place = call.verb_word.span if call.verb_word is not None else command.words[start.at].span
    named = tuple(_packages(manager, call, verb))
    manifests = tuple(_manifests(manager, call, verb, named, place))
    return Operation(
        manager=manager.name,
        program=start.program,
        action=_action(verb, named),
        verb=call.verb_word,
        packages=named,
        manifests=manifests,
        options=call.options,
        command=command,
        number=number,
        span=Span(first.span.start, command.words[-1].span.end),
    )


def _action(verb: Verb, named: tuple[PackageArgument, ...]) -> Action:
    if verb.local_action is not None and named and all(package.kind == "path" for package in named):
        return verb.local_action
    if verb.named_action is not None and named:
        return verb.named_action
    return verb.action


def _packages(manager: Manager, call: Call, verb: Verb) -> Iterator[PackageArgument]:
    version = None
    if manager.version_options:
        version = next((value.pieces for name, value in call.values if name in manager.version_options), None)
    if verb.operands in ("packages", "groups"):
        for word in call.operands:
            for package in packages(word, manager.syntax, group=verb.operands == "groups"):
                yield package if version is None else with_version(package, version, manager.syntax)
    for name, word in call.values:
        if name in manager.package_options:
            yield from packages(word, manager.syntax)
        elif name in manager.path_options:
            yield path_package(word)
        elif name in manager.vcs_options:
            yield vcs_package(
                word, pinned=any(option.startswith(("--rev=", "--tag=")) for option in call.options)
            )


def _manifests(
    manager: Manager, call: Call, verb: Verb, named: tuple[PackageArgument, ...], place: Span
) -> Iterator[Manifest]:
    explicit = [
        Manifest(word.pieces, implied=False, span=word.span)
        for name, word in call.values
        if name in manager.manifest_options or name in verb.manifest_options
    ]
    if verb.operands == "manifests":
        explicit += [Manifest(word.pieces, implied=False, span=word.span) for word in call.operands]
    yield from explicit
    for package in named:
        folder = package.name.rstrip("/")
        if package.kind == "path" and verb.implied_local and not folder.endswith(_ARCHIVES):
            prefix = "" if folder in (".", "") else f"{folder}/"
            for path in verb.implied_local:
                yield Manifest(prefix + path, implied=True, span=package.span)
    implied = verb.also_implied
    if not named and not explicit:
        implied += verb.implied
    if verb.implied_unversioned and not any(package.version for package in named):
        implied += verb.implied_unversioned
    if not implied:
        return
    folder = next((value.pieces for name, value in call.values if name in manager.directory), "")
    prefix = f"{folder.rstrip('/')}/" if folder not in ("", ".", "./") else ""
    for path in implied:
        yield Manifest(prefix + path, implied=True, span=place)
