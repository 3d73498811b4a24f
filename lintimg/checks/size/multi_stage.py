"""LI401: compilers and other build tools in the image that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import cache
from posixpath import basename

from lintimg.aws.images import is_build_image
from lintimg.checks.effects import follows
from lintimg.checks.tables import table
from lintimg.lazy import regex
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.shell.packages import Operation, PackageArgument
from lintimg.shell.script import Command

_SYSTEM = frozenset(("apt", "yum", "dnf", "microdnf", "apk", "zypper"))
_SCAN_LIMIT = 500
_COMPILING = frozenset(
    (
        "pip",
        "uv",
        "poetry",
        "pipenv",
        "npm",
        "yarn",
        "pnpm",
        "bundle",
        "gem",
        "go",
        "cargo",
        "maven",
        "gradle",
        "dotnet",
        "composer",
    )
)
_SHELLS = frozenset(("sh", "bash", "ash", "zsh", "fish", "/bin/sh", "/bin/bash", "sleep", "tail", "cat"))
_TAKEN_AWAY = regex(r"self uninstall|\brm\s[^&;|]*(?:\.cargo|\.rustup|/usr/local/go)\b")
_TOOLS_AT_RUN_TIME = frozenset(
    ("mvn", "gradle", "gradlew", "cargo", "go", "make", "gcc", "g++", "javac", "rustc", "cmake")
)


def missing_multi_stage(subject: Subject) -> Iterator[Hit]:
    """A hit for each shipped RUN that installs build tools and keeps them, or for a shipped SDK image."""
    if not _is_application(subject):
        return
    root = subject.root_stage
    image = subject.base_image
    if root is not None and image is not None and is_build_image(image):
        if _compiles(subject):
            yield Hit(
                root.base.span,
                {"image": image, "packages": image, "where": _where(subject)},
                variant="sdk",
                details={"image": image},
            )
        return
    for run in subject.shipped_runs:
        yield from _downloaded(run, subject)
        hit = _first_hit(run, subject)
        if hit is not None:
            yield hit


def _first_hit(run: ShippedRun, subject: Subject) -> Hit | None:
    removals: _Removals | None = None
    for operation in run.operations:
        if operation.manager not in _SYSTEM or operation.action != "install":
            continue
        tools = [package for package in operation.packages if _kind(package) is not None]
        if not tools:
            continue
        removals = removals or _Removals(run)
        hit = _hit(removals.kept(tools, operation), operation, subject)
        if hit is not None:
            return hit
    return None


def _hit(tools: list[PackageArgument], operation: Operation, subject: Subject) -> Hit | None:
    heavy = [package for package in tools if _kind(package) == "heavy"]
    headers = [package for package in tools if _kind(package) == "headers"]
    git = [package for package in tools if package.name.startswith("git")]
    shown = heavy or headers or (git if _fetches_with_git(subject) else [])
    if not shown:
        return None
    first = shown[0]
    names = [package.name for package in (*heavy, *headers, *(p for p in tools if _kind(p) == "light"))]
    return Hit(
        first.span,
        {
            "packages": listing(names, 4),
            "verb": "stays" if len(names) == 1 else "stay",
            "where": _where(subject),
            "image": "",
        },
        variant="" if heavy else "headers" if headers else "git",
        severity=None if heavy else "info",
        details={"manager": operation.manager, "packages": names},
    )


def _fetches_with_git(subject: Subject) -> bool:
    """Whether packages or sources come from a repository while building, which is what git is there for."""
    return any(
        package.kind == "vcs"
        for run in subject.shipped_runs
        for operation in run.operations
        for package in operation.packages
    ) or any(
        command.name == "git" and any(word.pieces == "clone" for word in command.arguments)
        for run in subject.shipped_runs
        for script in run.scripts
        for command in script.commands
    )


def _downloaded(run: ShippedRun, subject: Subject) -> Iterator[Hit]:
    """A toolchain that is fetched rather than installed."""
    text = run.step.instruction.rest.text
    if _TAKEN_AWAY.search(text):
        return
    for part, toolchain in table("build_tools")["downloads"].items():
        if part not in text:
            continue
        for script in run.scripts:
            for command in script.commands:
                for word in command.words:
                    if part in word.pieces:
                        values = {
                            "packages": toolchain,
                            "verb": "stays",
                            "where": _where(subject),
                            "image": "",
                        }
                        yield Hit(word.span, values, details={"manager": "download", "packages": [toolchain]})
                        return


def _where(subject: Subject) -> str:
    return "the function's image" if subject.target.kind == "lambda" else "the image"


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile("|".join(translate(glob) for glob in table("build_tools")[key]))


@cache
def _kind_of(name: str) -> str | None:
    if _pattern("not").match(name) or _pattern("runtime_devel").match(name):
        return None
    for key in ("heavy", "light", "headers"):
        if _pattern(key).match(name):
            return key
    return None


def _kind(package: PackageArgument) -> str | None:
    if package.kind not in ("name", "group"):
        return None
    return _kind_of(package.name.lower())


class _Removals:
    """What a RUN takes away again of the system packages it installs."""

    def __init__(self, run: ShippedRun) -> None:
        self._everything: list[Command] = []
        self._by_name: dict[str, list[Command]] = {}
        for operation in run.operations:
            if operation.action == "remove" and operation.manager in _SYSTEM:
                for package in operation.packages:
                    if package.kind == "variable":
                        self._everything.append(operation.command)
                    else:
                        self._by_name.setdefault(package.name.lower(), []).append(operation.command)
        self._unknown = any(
            command.name == "apt-mark" or (command.name in ("yum", "dnf") and "history" in _words(command))
            for script in run.scripts
            for command in script.commands
            if command.name in ("apt-mark", "yum", "dnf")
        )

    def kept(self, tools: list[PackageArgument], operation: Operation) -> list[PackageArgument]:
        """The tools that stay of those `operation` installs."""
        virtual = [
            option.partition("=")[2].lower()
            for option in operation.options
            if option.startswith(("--virtual=", "-t="))
        ]
        if self._unknown or self._follow(self._everything, operation):
            return []
        if any(self._follow(self._by_name.get(name, ()), operation) for name in virtual):
            return []
        return [
            package
            for package in tools
            if not self._follow(self._by_name.get(package.name.lower(), ()), operation)
        ]

    def _follow(self, commands: Sequence[Command], operation: Operation) -> bool:
        return any(follows(command, operation.command) for command in commands[-_SCAN_LIMIT:])


def _words(command: Command) -> list[str]:
    return [word.pieces for word in command.words]


def _compiles(subject: Subject) -> bool:
    """Whether the shipped chain compiles something that could be copied out of a builder stage."""
    return any(operation.action == "build" for run in subject.shipped_runs for operation in run.operations)


def _is_application(subject: Subject) -> bool:
    """Whether the image runs a program of its own, rather than being there to build things with."""
    process = subject.process
    arguments = [*(process.entrypoint_arguments or ()), *(process.cmd_arguments or ())]
    if subject.target.kind == "lambda":
        return not _is_tool(arguments)
    if process.cmd is None and process.entrypoint is None:
        return False
    if not arguments or _is_tool(arguments):
        return False
    words = [basename(part) for argument in arguments for part in argument.split()]
    if all(word in _SHELLS or word.startswith("-") for word in words):
        return False
    return any(
        operation.manager in _COMPILING and operation.action in ("install", "build")
        for run in subject.shipped_runs
        for operation in run.operations
    )


def _is_tool(arguments: list[str]) -> bool:
    words = [basename(part) for argument in arguments for part in argument.split()]
    if words[:1] == ["dotnet"] and words[1:2] and words[1] in ("test", "run", "watch", "build"):
        return True
    return any(word in _TOOLS_AT_RUN_TIME for word in words[:3])
