"""Stages that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.lazy import regex
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_PRODUCER = regex(
    r"(?:.*[-_.])?(?:build|builder|builds|deps|dependencies|compile|compiler|modules|packages)\Z"
)
"""Names of stages that make something for others, and are seldom a target of their own."""


def unused_stage(subject: Subject) -> Iterator[Hit]:
    """LI636: a hit for each stage that the last one does not need and that can hardly be built for itself."""
    build = subject.build
    stages = build.stages
    if len(stages) < 2 or build.target != len(stages) - 1:
        return
    bases = {stage.parent for stage in stages}
    for stage in stages:
        if stage.number in build.used or stage.number in bases:
            continue
        if stage.name is None or _PRODUCER.match(stage.name):
            yield Hit(
                stage.name_word.span if stage.name_word is not None else stage.instruction.head_span,
                {"name": stage.name or f"stage {stage.number}"},
                variant="" if stage.name is None else "named",
                details={"stage": stage.name, "number": stage.number},
            )
