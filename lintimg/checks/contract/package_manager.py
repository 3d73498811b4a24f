"""LI205: package managers of another distribution than the image's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from posixpath import basename
from typing import Any

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.checks.bases import without_digest
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Build, Stage
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.reference import parse_reference
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.script import Command, Script

_BRINGERS = frozenset(("ln", "cp", "mv", "install", "alias", "update-alternatives", "alternatives"))
_WHOLE_SYSTEM = frozenset(("/", "/usr", "/usr/", "/usr/bin", "/usr/bin/", "/bin", "/bin/", "/sbin", "/sbin/"))


def wrong_package_manager(subject: Subject) -> Iterator[Hit]:
    """A hit for each RUN and package manager that the image of its stage does not have."""
    for stage in subject.build.stages:
        image = subject.build.stages[stage.root].base_image
        if image is not None:
            yield from _misfits(subject, stage, image)


def strands(subject: Subject, root: Stage, image: str) -> bool:
    """Whether `image` as the base of `root` would leave a RUN with a package manager that nothing can replace."""
    stages = [stage for stage in subject.build.stages if stage.root == root.number]
    return any(not hit.edits for stage in stages for hit in _misfits(subject, stage, image))


def _misfits(subject: Subject, stage: Stage, image: str) -> Iterator[Hit]:
    """The hits in `stage` if it stands on `image`."""
    system = system_of(image)
    if system is None:
        return
    missing = frozenset(table("package_managers")["programs"]).difference(
        table("package_managers")["systems"][system]["has"]
    )
    runs = [run for run in subject.runs(stage.number) if _mentions(run, missing)]
    if not runs:
        return
    missing -= brought(subject, stage)
    for run in runs:
        for program, commands in _uses(run, missing).items():
            yield _hit(image, system, program, commands)


@lru_cache(maxsize=1024)
def system_of(image: str) -> str | None:
    """The key of the operating system of `image` in the data file, None when it is not known."""
    base = aws_base(image)
    if base is not None:
        return base.runtime.os if base.runtime is not None else "AL"
    reference = parse_reference(image)
    if reference is None or (reference.digest is not None and reference.tag is None):
        return None
    name = canonical_name(reference)
    for row in table("package_managers")["images"]:
        if name in row["images"]:
            for pattern, system in row["tags"]:
                if re.search(pattern, reference.tag or ""):
                    found: str | None = system
                    return found
    return None


def _mentions(run: ShippedRun, programs: frozenset[str]) -> bool:
    return any(command.name in programs for script in run.scripts for command in script.commands)


def _uses(run: ShippedRun, programs: frozenset[str]) -> dict[str, list[Command]]:
    """The commands of `run` that start one of `programs` no matter what, by program."""
    found: dict[str, list[Command]] = {}
    for script in run.scripts:
        for number, command in enumerate(script.commands):
            if command.name in programs and not guarded(script, number):
                found.setdefault(command.name or "", []).append(command)
    return found


def guarded(script: Script, number: int) -> bool:
    """Whether the script is prepared for the command to be missing."""
    command = script.commands[number]
    if command.conditional or command.function is not None:
        return True
    for following in script.commands[number + 1 :]:
        if following.before == "||":
            return True
        if following.before not in ("&&", "|", "|&"):
            return False
    return False


def brought(subject: Subject, stage: Stage) -> frozenset[str]:
    """The package managers that something in `stage`, or in the stages below it, puts there."""
    programs = frozenset(table("package_managers")["programs"])
    found: set[str] = set()
    for number in lineage(subject.build, stage):
        for step in subject.build.stages[number].steps:
            copy = read_copy(step.instruction)
            if copy is not None:
                if copy.from_ is not None and copy.destination.text in _WHOLE_SYSTEM:
                    return programs
                found.update(basename(word.text.rstrip("/")) for word in (*copy.sources, copy.destination))
        for run in subject.runs(number):
            for operation in run.operations:
                if operation.action == "install":
                    found.update(package.name for package in operation.packages)
            for script in run.scripts:
                for command in script.commands:
                    if command.name in _BRINGERS:
                        found.update(basename(word.pieces).partition("=")[0] for word in command.arguments)
    return frozenset(found)


def lineage(build: Build, stage: Stage) -> Iterator[int]:
    """`stage` and the stages it builds on."""
    number: int | None = stage.number
    while number is not None:
        yield number
        number = build.stages[number].parent


def _hit(image: str, system: str, program: str, commands: list[Command]) -> Hit:
    data: Mapping[str, Any] = table("package_managers")
    replacement = data["replacements"].get(program, {}).get(system)
    same_family = replacement in ("dnf", "yum")
    right = replacement or data["systems"][system]["has"][0]
    verbs = [word.pieces for command in commands for word in command.arguments]
    lacking = sorted(set(verbs).intersection(data["microdnf_lacks"])) if right == "dnf" else []
    spans = [command.words[0].span for command in commands if command.words[0].raw == program]
    edits: tuple[HitEdit, ...] = ()
    if same_family and not lacking and len(spans) == len(commands):
        edits = tuple(HitEdit(span, right) for span in spans)
    variant = program if program == "amazon-linux-extras" else right if not same_family else ""
    return Hit(
        commands[0].words[0].span,
        {
            "program": program,
            "image": without_digest(image),
            "system": data["systems"][system]["name"],
            "right": right,
            "lacking": lacking[0] if lacking else "",
        },
        edits=edits,
        variant="lacking" if lacking and same_family else variant,
        details={"program": program, "system": system, "replacement": right},
        fix_applicability="safe" if right == "dnf" else "unsafe",
    )
