"""LI307: values that change with every build, declared before the layers that would otherwise be reused."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.cache.build_inputs import source_copy
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.document import Word
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_COSTLY = frozenset(("install", "build", "upgrade"))
_NAME = regex(r"\w+")


def changing_value_early(subject: Subject) -> Iterator[Hit]:
    """A hit for each ARG that changes with every build and stands before an installation that does not use it."""
    data = table("changing_values")
    names = frozenset(data["names"])
    for stage in subject.build.stages:
        if stage.number not in subject.build.used:
            continue
        for place, step in enumerate(stage.steps):
            if step.instruction.keyword != "ARG":
                continue
            for word in step.instruction.arguments:
                name, equals, default = word.text.partition("=")
                if name.lower() not in names or (
                    equals and default.strip("\"'").lower() not in data["placeholders"]
                ):
                    continue
                found = _repeated(stage, place, name, subject)
                if found is not None:
                    yield _hit(stage, place, word, found, subject)


def _repeated(stage: Stage, place: int, name: str, subject: Subject) -> tuple[Step, Operation] | None:
    """The first installation after the ARG at `place` that is made again although it does not use `name`. After
    sources, which change as often, nothing is lost.
    """
    for step in stage.steps[:place]:
        if source_copy(step, subject) is not None:
            return None
    for step in stage.steps[place + 1 :]:
        keyword = step.instruction.keyword
        if keyword in ("COPY", "ADD") and source_copy(step, subject) is not None:
            return None
        if keyword == "RUN":
            if name in _NAME.findall(subject.document.source.slice(step.instruction.span)):
                return None
            for operation in subject.run(step).operations:
                if operation.action in _COSTLY and operation.packages + operation.manifests:
                    return step, operation
    return None


def _hit(stage: Stage, place: int, word: Word, found: tuple[Step, Operation], subject: Subject) -> Hit:
    step, operation = found
    name = word.text.partition("=")[0]
    verb = operation.verb.pieces if operation.verb is not None else ""
    line = subject.document.source.position(operation.span.start).line
    return Hit(
        Span(word.span.start, word.span.start + len(name)),
        {"name": name, "command": f"{operation.program} {verb}".strip(), "line": line},
        edits=_edits(stage, place, name, step, subject),
        details={"name": name, "manager": operation.manager},
        related=(HitRelated(operation.span, f"made again whenever {name} changes"),),
    )


def _edits(stage: Stage, place: int, name: str, last: Step, subject: Subject) -> tuple[HitEdit, ...]:
    """The ARG moved behind the installation; nothing where something in between uses it."""
    instruction = stage.steps[place].instruction
    source = subject.document.source
    if len(instruction.arguments) > 1 or instruction.start_line != instruction.end_line:
        return ()
    for step in stage.steps[place + 1 :]:
        if step is last:
            break
        if name in _NAME.findall(source.slice(step.instruction.span)):
            return ()
    start = instruction.span.start
    end = instruction.head_span.end
    following = end
    while source.text[following : following + 1] in ("\r", "\n") and following - end < len(source.newline):
        following += 1
    if source.text[source.text.rfind("\n", 0, start) + 1 : start].strip() or following == end:
        return ()
    target = last.instruction.span.end if last.instruction.heredocs else last.instruction.head_span.end
    return (
        HitEdit(Span(start, following), ""),
        HitEdit(Span(target, target), f"\n{source.slice(Span(start, end))}"),
    )
