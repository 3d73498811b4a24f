"""Build arguments that do not reach where they are meant to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.checks.correctness.variable_places import uses
from lintimg.checks.correctness.variables import declared_outside, global_names
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import LogicalText
from lintimg.dockerfile.expand import variable_names
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_SHELLS = regex(r"(?:^|/)(?:ba|da|a|k|z)?sh\Z")


def argument_lost_in_run(subject: Subject) -> Iterator[Hit]:
    """LI637: a hit for the first RUN of a stage that reads an argument which only FROM can see."""
    names = global_names(subject)
    if not names:
        return
    told: set[tuple[int, str]] = set()
    for step in subject.steps.get("RUN", ()):
        if step.instruction.json or not step.shell or not _SHELLS.search(step.shell[0]):
            continue
        for text in _texts(step):
            for name, at in variable_names(text.text):
                key = (step.stage, name)
                if name not in names or key in told or not declared_outside(subject, step, name):
                    continue
                told.add(key)
                if not _is_set_by_shell(step, name):
                    start = step.instruction.span.start
                    yield Hit(
                        text.source_span(at, at + len(name) + 1),
                        {"variable": name},
                        edits=(HitEdit(Span(start, start), f"ARG {name}\n"),),
                        details={"variable": name},
                    )


def _texts(step: Step) -> Iterator[LogicalText]:
    yield step.instruction.rest
    for heredoc in step.instruction.heredocs:
        yield heredoc.logical


def _is_set_by_shell(step: Step, name: str) -> bool:
    """Whether the shell may give `name` a value itself, here or in what it sources."""
    pattern = re.compile(
        rf"\b{re.escape(name)}\s*[+:]?=|\b(?:read|for|getopts|declare|local)\b[^\n;|&]*\b{re.escape(name)}\b"
    )
    return any(pattern.search(text.text) is not None or "source " in text.text for text in _texts(step))


def shadowed_argument(subject: Subject) -> Iterator[Hit]:
    """LI638: a hit for each ENV that takes the place of an ARG before anything has read it."""
    for stage in subject.build.stages:
        waiting: dict[str, Step] = {}
        for step in stage.steps:
            if step.instruction.keyword == "ENV" and waiting:
                yield from _replaced(subject, step, waiting)
            elif waiting:
                for name in [name for name in waiting if name in _whole_text(step)]:
                    del waiting[name]
            if step.instruction.keyword == "ARG":
                for word in step.instruction.arguments:
                    waiting[word.text.partition("=")[0]] = step


def _replaced(subject: Subject, step: Step, waiting: dict[str, Step]) -> Iterator[Hit]:
    words = step.instruction.arguments
    read = {use.name for value in words[1::3] for use in uses(subject, value)}
    for word in words[0::3]:
        declared = waiting.pop(word.text, None)
        if declared is not None and word.text not in read:
            yield Hit(
                word.span,
                {"variable": word.text, "line": declared.instruction.start_line},
                related=(HitRelated(declared.instruction.head_span, "the argument that nothing reads"),),
                details={"variable": word.text},
            )
    for name in read:
        waiting.pop(name, None)


def _whole_text(step: Step) -> str:
    return "\n".join(
        [step.instruction.text.text, *(heredoc.content for heredoc in step.instruction.heredocs)]
    )
