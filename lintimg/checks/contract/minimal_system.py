"""LI232: commands and packages that Amazon Linux 2023 in its minimal form does not have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from posixpath import basename

from lintimg.aws.images import aws_base
from lintimg.checks.bases import without_digest
from lintimg.checks.contract.other_language import language_missing
from lintimg.checks.contract.package_manager import brought, guarded, lineage
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command

_MANAGERS = ("dnf", "microdnf", "yum")


@cache
def _packages() -> dict[str, str]:
    """The package that brings a command, by command."""
    rows = table("minimal_system")["missing"]
    return {command: package for package, commands in rows.items() for command in commands}


def missing_tool(subject: Subject) -> Iterator[Hit]:
    """A hit for the first use of each command that its stage does not have, and for packages that conflict with what the
    image brings.
    """
    for stage in subject.build.stages:
        image = subject.build.stages[stage.root].base_image
        base = aws_base(image) if image is not None else None
        if image is None or base is None or base.runtime is None or base.runtime.os != "AL2023":
            continue
        for run in subject.runs(stage.number):
            for operation in run.operations:
                yield from _conflicts(operation, image)
        yield from _missing(subject, stage, image)
        yield from language_missing(subject, stage, image, base.language)


def _missing(subject: Subject, stage: Stage, image: str) -> Iterator[Hit]:
    if not any(_lacking(each) for run in subject.runs(stage.number) for each in _commands(run)):
        return
    present = set(brought(subject, stage))
    told: set[str] = set()
    for number in reversed(list(lineage(subject.build, stage))):
        for run in subject.runs(number):
            for script in run.scripts:
                for place, command in enumerate(script.commands):
                    if any(_may_bring(operation, command, present) for operation in run.operations):
                        return
                    lacking = [
                        package
                        for package in _lacking(command)
                        if package not in told
                        and not present & {package, *table("minimal_system")["missing"][package]}
                    ]
                    present.update(basename(word.pieces) for word in command.words[1:] if "/" in word.pieces)
                    if not lacking or guarded(script, place):
                        continue
                    told.update(lacking)
                    if number == stage.number:
                        yield _hit(command, lacking, image, run)


def _commands(run: ShippedRun) -> Iterator[Command]:
    for script in run.scripts:
        yield from script.commands


def _lacking(command: Command) -> list[str]:
    """The packages that `command` lacks in the image: its own, and that of what it starts."""
    if command.name is None or "/" in command.words[0].pieces:
        return []
    package = _packages().get(command.name)
    if command.name == "tar":
        return ["tar", *_filters(command)]
    return [] if package is None else [package]


def _filters(command: Command) -> Iterator[str]:
    """The packages of the programs with which tar reads or writes the archive that `command` names."""
    words = [word.pieces for word in command.arguments]
    options = "".join(word for at, word in enumerate(words) if word.startswith("-") or at == 0)
    for package, (letter, *endings) in table("minimal_system")["filters"].items():
        asked = any(
            letter in word and word.lstrip("-").isalpha() and not word.startswith("--")
            for at, word in enumerate(words)
            if word.startswith("-") or at == 0
        )
        if asked or f"--{package}" in options or any(word.endswith(tuple(endings)) for word in words):
            yield package


def _may_bring(operation: Operation, command: Command, present: set[str]) -> bool:
    """Whether `command` is an installation that may bring anything along with what it names. What is known to come is added to
    `present`.
    """
    if operation.command is not command or operation.action not in ("install", "upgrade"):
        return operation.command is command and operation.action == "run"
    if operation.manager not in _MANAGERS:
        return operation.manager == "conda"
    plain = table("minimal_system")["plain"]
    for package in operation.packages:
        present.update(table("minimal_system")["brings"].get(package.name, ()))
    return operation.has("-h", "--downloadonly") or any(
        package.kind != "name" or package.name not in plain for package in operation.packages
    )


def _hit(command: Command, lacking: list[str], image: str, run: ShippedRun) -> Hit:
    word = command.words[0]
    start = run.step.instruction.span.start
    clean = "dnf clean all && rm -rf /var/cache/dnf"
    package = " ".join(lacking)
    return Hit(
        word.span,
        {"command": command.name, "package": package, "image": without_digest(image)},
        (HitEdit(Span(start, start), f"RUN dnf install -y {package} && {clean}\n"),)
        if run.step.instruction.trigger is None
        else (),
        variant="filter" if command.name == "tar" and "tar" not in lacking else "",
        details={"command": command.name, "package": package},
    )


def _conflicts(operation: Operation, image: str) -> Iterator[Hit]:
    others = table("minimal_system")["others"]
    if operation.manager not in _MANAGERS or operation.action != "install":
        return
    if operation.has("--allowerasing", "--skip-broken", "--nobest") or operation.verb is None:
        return
    if basename(operation.verb.pieces) != "install":
        return
    for package in operation.packages:
        if package.name in others and package.kind == "name":
            yield Hit(
                package.span,
                {"command": package.name, "package": others[package.name], "image": without_digest(image)},
                (HitEdit(package.span, others[package.name]),) if package.version is None else (),
                "conflict",
                details={"command": package.name, "package": others[package.name]},
            )
