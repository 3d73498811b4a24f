"""Packages that a build stage installs and no COPY takes along."""

from __future__ import annotations

from lintimg.aws.images import aws_base
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import absolute, expanded, inside, lineage
from lintimg.lint.installs import installs
from lintimg.lint.subject import Subject

_TAG = regex(r"(?:^|[:/])python:(\d+\.\d+)")


_MANAGERS = {
    "pip": frozenset(("pip", "uv", "poetry", "pipenv", "pdm", "conda")),
    "npm": frozenset(("npm", "yarn", "pnpm", "bun")),
}


class Installed(NamedTuple):
    """Where a stage, named as the file names it, has packages: `place` is a folder of that stage."""

    stage: str
    place: str


def left_behind(subject: Subject, ecosystem: str) -> Installed | None:
    """What build stages install from `ecosystem` (pip or npm), the first of it, when nothing of that kind comes to the image from
    any stage; None where something does, or may, or nothing is installed.
    """
    build = subject.build
    if any(_calls(subject, number, ecosystem) for number in build.chain):
        return None
    found: Installed | None = None
    for stage in build.stages:
        if stage.number in build.chain:
            continue
        calls = _calls(subject, stage.number, ecosystem)
        places = [
            install.place or _site_packages(subject, stage, ecosystem)
            for run in subject.runs(stage.number)
            for install in installs(subject, run)
            if install.ecosystem == ecosystem
        ]
        if len(places) != calls or None in places:
            return None
        for place in places:
            if place is None or _may_come(subject, stage, place):
                return None
            found = found or Installed(stage.name or str(stage.number), place)
    return found


def _calls(subject: Subject, number: int, ecosystem: str) -> int:
    """How many commands of a stage install packages of that kind."""
    return sum(
        operation.manager in _MANAGERS[ecosystem] and operation.action == "install"
        for run in subject.runs(number)
        for operation in run.operations
    )


def _may_come(subject: Subject, stage: Stage, place: str) -> bool:
    """Whether anything takes `place`, or more than is known, from the stage or one that builds on it."""
    build = subject.build
    for each in build.stages:
        for step in each.steps:
            copy = read_copy(step.instruction)
            if copy is None:
                if step.instruction.keyword == "RUN" and any(
                    "from=" in (flag.value or "") for flag in step.instruction.flags
                ):
                    return True
                continue
            origin = None if copy.from_ is None else build.stage_called(copy.from_)
            if origin is None or stage.number not in lineage(build, origin.number):
                continue
            for word in copy.sources:
                source = expanded(word.text, step.environment, subject.document.escape)
                path = None if source is None else absolute("/", source)
                if path is None or "*" in path or each.number not in build.chain:
                    return True
                if inside(place, path) or inside(path, place):
                    return True
    return False


def _site_packages(subject: Subject, stage: Stage, ecosystem: str) -> str | None:
    """Where pip puts packages in an image for one version of the language."""
    image = subject.build.stages[stage.root].base_image or ""
    version = _TAG.search(image)
    if ecosystem != "pip" or version is None:
        return None
    folder = "/var/lang" if aws_base(image) is not None else "/usr/local"
    return f"{folder}/lib/python{version[1]}/site-packages"
