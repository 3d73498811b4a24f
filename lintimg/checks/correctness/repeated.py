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
        of_stage: dict[int, list[Step]] = {}
        for step in subject.steps.get(keyword, ()):
            of_stage.setdefault(step.stage, []).append(step)
        for steps in of_stage.values():
            # One edit for all, lest what is left over looks like the one that was removed.
            edits = _removals(subject, steps[:-1])
            for step, following in pairwise(steps):
                yield Hit(
                    step.instruction.keyword_span,
                    {"instruction": keyword, "line": following.instruction.start_line},
                    edits=edits,
                    related=(HitRelated(following.instruction.keyword_span, "what takes its place"),),
                    details={"instruction": keyword},
                )
                edits = ()


def _removals(subject: Subject, steps: list[Step]) -> tuple[HitEdit, ...]:
    """The edits that take out the lines of `steps`, none where comments would go with them."""
    text = subject.document.source.text
    edits = []
    for step in steps:
        instruction = step.instruction
        if instruction.comments:
            return ()
        start = text.rfind("\n", 0, instruction.span.start) + 1
        end = text.find("\n", instruction.span.end)
        edits.append(HitEdit(Span(start, len(text) if end < 0 else end + 1), ""))
    return tuple(edits)


def missing_healthcheck(subject: Subject) -> Iterator[Hit]:
    """LI631: a hit when no stage of the shipped chain has a HEALTHCHECK."""
    stage = subject.final_stage
    if stage is not None and stage.instruction.number >= 0 and subject.build.last("HEALTHCHECK") is None:
        yield Hit(stage.instruction.head_span)
