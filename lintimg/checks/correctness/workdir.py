"""Paths that depend on the working directory of a base image."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_ABSOLUTE = regex(r"[/\\]|[A-Za-z]:")


def relative_workdir(subject: Subject) -> Iterator[Hit]:
    """LI610: a hit for each relative WORKDIR that no earlier one of its stage, or of those below it, makes safe."""
    given: set[int] = set()
    for stage in subject.build.stages:
        if stage.parent in given or _is_aws(subject, stage):
            given.add(stage.number)
        for step in stage.steps:
            if step.instruction.keyword != "WORKDIR" or not step.instruction.arguments:
                continue
            path = _expanded(subject, step)
            if path and stage.number not in given and not _ABSOLUTE.match(path):
                yield _hit(step, path)
            given.add(stage.number)


def nested_workdir(subject: Subject) -> Iterator[Hit]:
    """LI632: a hit for each relative WORKDIR for which LI610 says nothing."""
    told = {hit.span for hit in relative_workdir(subject)}
    for step in subject.steps.get("WORKDIR", ()):
        if not step.instruction.arguments or step.instruction.arguments[0].span in told:
            continue
        path = _expanded(subject, step)
        if path and not _ABSOLUTE.match(path):
            yield _hit(step, path)


def _hit(step: Step, path: str) -> Hit:
    word = step.instruction.arguments[0]
    base = step.workdir
    absolute = f"{base.rstrip('/')}/{path.removeprefix('./')}" if base is not None else ""
    # Only a path that is written out is rewritten.
    plain = word.text.strip("\"'") == path and not any(character in path for character in " $\"'\\")
    edits = (HitEdit(word.span, absolute),) if absolute and plain and path not in (".", "..") else ()
    return Hit(
        word.span,
        {"path": path, "absolute": absolute},
        edits=edits,
        variant="known" if absolute else "",
        details={"path": path},
    )


def _expanded(subject: Subject, step: Step) -> str | None:
    try:
        return expand(step.instruction.arguments[0].text, step.environment, subject.document.escape)
    except ExpansionError:
        return None


def _is_aws(subject: Subject, stage: Stage) -> bool:
    """Whether the stage stands on one of AWS's images for functions, whose WORKDIR is part of what they promise."""
    image = subject.build.stages[stage.root].base_image
    return image is not None and aws_base(image) is not None
