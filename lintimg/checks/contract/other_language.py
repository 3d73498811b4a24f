"""LI232 for the programs of languages: AWS's base images on Amazon Linux 2023 hold one language each."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from lintimg.checks.bases import without_digest
from lintimg.checks.contract.package_manager import guarded, lineage
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command

_BRINGERS = frozenset(
    ("curl", "wget", "tar", "unzip", "sh", "bash", "source", ".", "make", "cp", "mv", "ln", "install", "rpm")
)
_SYSTEM = frozenset(("dnf", "microdnf", "yum"))
_HARMLESS = frozenset(
    ("WORKDIR", "LABEL", "USER", "CMD", "ENTRYPOINT", "EXPOSE", "ARG", "VOLUME", "HEALTHCHECK")
)


def language_missing(subject: Subject, stage: Stage, image: str, language: str) -> Iterator[Hit]:
    """A hit for the first program of each language that `image` (of `language`) has not, where nothing before can
    have brought it.
    """
    programs = {
        program: other
        for other, row in table("minimal_system")["languages"].items()
        if other != language
        for program in row["commands"]
    }
    if not any(each.name in programs for run in subject.runs(stage.number) for each in _commands(run)):
        return
    told: set[str] = set()
    for number in reversed(list(lineage(subject.build, stage))):
        for step in subject.build.stages[number].steps:
            if step.instruction.keyword != "RUN":
                if _brings(step):
                    return
                continue
            run = subject.run(step)
            if any("from=" in (flag.value or "") for flag in run.instruction.flags):
                return
            for script in run.scripts:
                if script.unread:
                    return
                for place, command in enumerate(script.commands):
                    other = programs.get(command.name or "")
                    if other is not None and "/" not in command.words[0].pieces:
                        if other not in told and not guarded(script, place) and number == stage.number:
                            yield _hit(command, other, image)
                        told.add(other)
                    elif _may_bring(command, run.operations):
                        return


def _commands(run: ShippedRun) -> Iterator[Command]:
    for script in run.scripts:
        yield from script.commands


def _brings(step: Step) -> bool:
    """Whether an instruction other than RUN may put programs there, or change where they are looked for."""
    instruction = step.instruction
    if instruction.keyword in _HARMLESS:
        return False
    if instruction.keyword == "ENV":
        return any(word.text == "PATH" for word in instruction.arguments)
    copy = read_copy(instruction)
    if copy is None:
        return True
    if copy.keyword == "ADD":
        return True
    return copy.from_ is not None and not copy.destination.text.startswith("/opt/extensions/")


def _may_bring(command: Command, operations: tuple[Operation, ...]) -> bool:
    if command.name is None or command.name in _BRINGERS or "/" in command.words[0].pieces:
        return True
    for operation in operations:
        if operation.command is command and operation.action in ("install", "upgrade", "run"):
            plain = table("minimal_system")["plain"]
            return operation.manager not in _SYSTEM or any(
                package.name not in plain or package.name.startswith(("node", "python"))
                for package in operation.packages
            )
    return False


def _hit(command: Command, language: str, image: str) -> Hit:
    row = table("minimal_system")["languages"][language]
    return Hit(
        command.words[0].span,
        {
            "command": command.name,
            "image": without_digest(image),
            "language": row["name"],
            "own": row["image"],
        },
        variant="language",
        details={"command": basename(command.name or ""), "package": language},
    )
