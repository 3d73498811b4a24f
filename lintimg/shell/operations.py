"""From commands to package-manager operations."""

from __future__ import annotations

import re
from typing import NamedTuple

from lintimg.shell.managers import MANAGERS, MODULES, Manager
from lintimg.shell.packages import Action, Manifest, Operation, PackageArgument
from lintimg.shell.script import Command, Script, ShellWord
from lintimg.shell.specifiers import package_argument

_PYTHON = re.compile(r"python[\d.]*\Z|pypy[\d.]*\Z")
_PIP = re.compile(r"pip[\d.]*\Z")
_VERSION_OPTIONS = {
    "gem": ("-v", "--version"),
    "cargo": ("--version", "--vers", "--tag", "--rev"),
    "dotnet": ("--version",),
}
_FILE_OPTIONS = {
    "pip": ("-r", "--requirement"),
    "uv": ("-r", "--requirement"),
    "pipenv": ("-r", "--requirementstxt"),
    "conda": ("-f", "--file"),
    "gem": ("-g", "--file"),
    "maven": ("-f", "--file"),
}
_TAKES_PACKAGES: tuple[Action, ...] = ("install", "remove", "upgrade", "download")


class _Read(NamedTuple):
    verb: ShellWord | None
    action: Action
    options: tuple[tuple[str, ShellWord | None, ShellWord], ...]
    operands: tuple[ShellWord, ...]


def operations(script: Script) -> tuple[Operation, ...]:
    """The package-manager calls of `script`, in order."""
    found = []
    for number, command in enumerate(script.commands):
        operation = _operation(command, number)
        if operation is not None:
            found.append(operation)
    return tuple(found)


def _operation(command: Command, number: int) -> Operation | None:
    program, words = _program(command)
    manager = MANAGERS.get(program)
    if manager is None:
        return None
    read = _read(manager, words)
    if read is None:
        return None
    action, operands = read.action, read.operands
    if manager.family == "go" and read.verb is not None and read.verb.pieces == "install":
        local = bool(operands) and all(word.pieces.startswith(".") for word in operands)
        action = "build" if local else action
    if manager.family == "maven":
        action = _maven_action(operands)
    packages = _packages(manager, action, read) if action in _TAKES_PACKAGES else ()
    manifests = _manifests(manager, action, read, packages, command)
    return Operation(
        manager=manager.family,
        program=program,
        action=action,
        verb=read.verb,
        packages=packages,
        manifests=manifests,
        options=tuple(text if value is None else f"{text}={value.pieces}" for text, value, _ in read.options),
        command=command,
        number=number,
        span=command.statement,
    )


def _program(command: Command) -> tuple[str, tuple[ShellWord, ...]]:
    name = command.name or ""
    words = command.words[1:]
    if name in MANAGERS:
        return name, words
    if _PIP.match(name):
        return "pip", words
    if _PYTHON.match(name):
        for position, word in enumerate(words[:-1]):
            if word.value == "-m":
                module = words[position + 1].value or ""
                return (module, words[position + 2 :]) if module in MODULES else ("", ())
            if not word.pieces.startswith("-"):
                break
    return "", ()


def _read(manager: Manager, words: tuple[ShellWord, ...]) -> _Read | None:
    options: list[tuple[str, ShellWord | None, ShellWord]] = []
    operands: list[ShellWord] = []
    at, only_operands = 0, False
    while at < len(words):
        word = words[at]
        text = word.pieces
        at += 1
        if only_operands or not text.startswith("-") or text == "-" or (manager.family == "apt" and not text):
            operands.append(word)
        elif text == "--":
            only_operands = True
        elif text in manager.valued and at < len(words):
            options.append((text, words[at], word))
            at += 1
        elif len(text) > 2 and text[:2] in manager.valued and text[1] != "-" and "=" not in text[:3]:
            span = word.span
            value = ShellWord(
                word.raw[2:],
                word.value and word.value[2:],
                text[2:],
                word.quoted,
                span._replace(start=min(span.start + 2, span.end)),
            )
            options.append((text[:2], value, word))
        else:
            options.append((text, None, word))
    return _with_verb(manager, options, operands)


def _with_verb(
    manager: Manager, options: list[tuple[str, ShellWord | None, ShellWord]], operands: list[ShellWord]
) -> _Read | None:
    for length in (3, 2, 1):
        phrase = " ".join(word.pieces for word in operands[:length])
        action = manager.verbs.get(phrase)
        if action is not None and len(operands) >= length:
            return _Read(operands[length - 1], action, tuple(options), tuple(operands[length:]))
    if not operands:
        if manager.bare is None or any(
            text in ("--version", "-v", "-V", "--help", "-h") for text, _, _ in options
        ):
            return None
        return _Read(None, manager.bare, tuple(options), ())
    if manager.other is None:
        return None
    if not manager.verbs:
        return _Read(None, manager.other, tuple(options), tuple(operands))
    return _Read(operands[0], manager.other, tuple(options), tuple(operands[1:]))


def _maven_action(goals: tuple[ShellWord, ...]) -> Action:
    names = [word.pieces for word in goals]
    if names and all(
        name.startswith("dependency:") or ":go-offline" in name or name == "clean" for name in names
    ):
        return "clean" if names == ["clean"] else "install"
    return "build"


def _packages(manager: Manager, action: Action, read: _Read) -> tuple[PackageArgument, ...]:
    family = manager.family
    operands = read.operands
    verb = read.verb.pieces if read.verb is not None else ""
    if family in ("poetry", "bundle") and verb in ("install", "sync", ""):
        return ()
    if family in ("dotnet", "gradle", "maven") or (family == "go" and verb in ("download", "tidy", "vendor")):
        return ()
    if (family == "uv" and verb == "sync") or (
        family == "conda" and action == "install" and verb == "update"
    ):
        operands = ()
    version = None
    for text, value, _ in read.options:
        if text in _VERSION_OPTIONS.get(family, ()) and value is not None:
            version = value.pieces
        elif "=" in text and text.partition("=")[0] in _VERSION_OPTIONS.get(family, ()):
            version = text.partition("=")[2]
    result = [package_argument(family, word, version) for word in operands if word.pieces]
    if family in ("pip", "uv"):
        result += [
            package_argument(family, value, None)
            for text, value, _ in read.options
            if text in ("-e", "--editable") and value is not None
        ]
    return tuple(result)


def _manifests(
    manager: Manager, action: Action, read: _Read, packages: tuple[PackageArgument, ...], command: Command
) -> tuple[Manifest, ...]:
    family = manager.family
    found = []
    for text, value, word in read.options:
        name, equals, attached = text.partition("=")
        if name in _FILE_OPTIONS.get(family, ()):
            if value is not None:
                found.append(Manifest(value.pieces, implied=False, span=value.span))
            elif equals:
                found.append(Manifest(attached, implied=False, span=word.span))
    if found or action not in ("install", "build"):
        return tuple(found)
    span = command.words[0].span
    verb = read.verb.pieces if read.verb is not None else ""
    if family in ("pip", "uv") and packages:
        locals_ = [
            p
            for p in packages
            if (p.kind == "path" and p.text.rstrip("/") in (".", "./")) or p.text.startswith(".[")
        ]
        return tuple(Manifest("pyproject.toml", implied=True, span=p.span) for p in locals_)
    if family == "dotnet":
        projects = [word for word in read.operands if word.pieces.endswith(("proj", ".sln", ".slnx"))]
        if projects:
            return tuple(Manifest(word.pieces, implied=False, span=word.span) for word in projects)
        if verb in ("install", "add"):
            return ()
    if packages and family != "conda":
        return ()
    if family == "yarn" and verb == "add":
        return ()
    if family == "cargo" and verb in ("install", "binstall", "add"):
        return ()
    return tuple(Manifest(path, implied=True, span=span) for path in manager.manifests)
