"""LI232: commands and packages that Amazon Linux 2023 in its minimal form does not have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from posixpath import basename

from lintimg.aws.images import aws_base
from lintimg.checks.bases import without_digest
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


def _missing(subject: Subject, stage: Stage, image: str) -> Iterator[Hit]:
    if not any(_command(each) for run in subject.runs(stage.number) for each in _commands(run)):
        return
    present = brought(subject, stage)
    told: set[str] = set()
    for number in reversed(list(lineage(subject.build, stage))):
        for run in subject.runs(number):
            for script in run.scripts:
                for place, command in enumerate(script.commands):
                    if any(_may_bring(operation, command) for operation in run.operations):
                        return
                    package = _command(command)
                    if package is None or package in told or guarded(script, place):
                        continue
                    told.add(package)
                    known = {package, *table("minimal_system")["missing"][package]}
                    if number == stage.number and not present & known:
                        yield _hit(command, package, image, run)


def _commands(run: ShippedRun) -> Iterator[Command]:
    for script in run.scripts:
        yield from script.commands


def _command(command: Command) -> str | None:
    """The package that `command` lacks in the image."""
    if command.name is None or "/" in command.words[0].pieces:
        return None
    return _packages().get(command.name)


def _may_bring(operation: Operation, command: Command) -> bool:
    """Whether `command` is an installation that may bring anything along with what it names."""
    if operation.command is not command or operation.action not in ("install", "upgrade"):
        return operation.command is command and operation.action == "run"
    if operation.manager not in _MANAGERS:
        return operation.manager == "conda"
    plain = table("minimal_system")["plain"]
    return operation.has("-h", "--downloadonly") or any(
        package.kind != "name" or package.name not in plain for package in operation.packages
    )


def _hit(command: Command, package: str, image: str, run: ShippedRun) -> Hit:
    word = command.words[0]
    start = run.step.instruction.span.start
    clean = "dnf clean all && rm -rf /var/cache/dnf"
    return Hit(
        word.span,
        {"command": command.name, "package": package, "image": without_digest(image)},
        (HitEdit(Span(start, start), f"RUN dnf install -y {package} && {clean}\n"),)
        if run.step.instruction.trigger is None
        else (),
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
