"""Instructions of which only the last in a stage counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lintimg.dockerfile.build import Step
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_KEYWORDS = ("CMD", "ENTRYPOINT", "HEALTHCHECK")


def repeated_instruction(subject: Subject) -> Iterator[Hit]:
    """LI612: a hit for each CMD, ENTRYPOINT and HEALTHCHECK that a later one of its stage replaces."""
    for keyword in _KEYWORDS:
        steps = subject.steps.get(keyword, ())
        for step, following in pairwise(steps):
            if step.stage == following.stage:
                yield Hit(
                    step.instruction.keyword_span,
                    {"instruction": keyword, "line": following.instruction.start_line},
                    edits=_removal(subject, step),
                    related=(HitRelated(following.instruction.keyword_span, "what takes its place"),),
                    details={"instruction": keyword},
                )


def _removal(subject: Subject, step: Step) -> tuple[HitEdit, ...]:
    instruction = step.instruction
    if instruction.comments:
        return ()
    text = subject.document.source.text
    start = text.rfind("\n", 0, instruction.span.start) + 1
    end = text.find("\n", instruction.span.end)
    return (HitEdit(Span(start, len(text) if end < 0 else end + 1), ""),)


def missing_healthcheck(subject: Subject) -> Iterator[Hit]:
    """LI631: a hit when no stage of the shipped chain has a HEALTHCHECK."""
    stage = subject.final_stage
    if stage is not None and subject.build.last("HEALTHCHECK") is None:
        yield Hit(stage.instruction.head_span)
