"""Instructions that go on over several lines."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.blanks import BLANKS
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Instruction
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span
from lintimg.text import SourceText

_KEYWORD = regex(
    r"[ \t]*(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t]"
)
_OWN_WORDS = ("ENV", "LABEL", "ARG", "HEALTHCHECK", "ONBUILD", "MAINTAINER")
"""Instructions that may go on with such a word, or that Docker refuses then."""


def empty_continuation(subject: Subject) -> Iterator[Hit]:
    """LI604: a hit for each instruction with blank lines behind a continuation, at the first of them."""
    source = subject.document.source
    for instruction in subject.document.instructions:
        if instruction.end_line == instruction.start_line:
            continue
        blank = [span for span in _lines(source, instruction) if not source.slice(span).strip(BLANKS)]
        if blank:
            yield Hit(
                blank[0],
                {"instruction": instruction.keyword},
                edits=()
                if any(_ends_here(source, instruction, span) for span in blank)
                else tuple(HitEdit(span, "") for span in blank),
                details={"instruction": instruction.keyword, "lines": len(blank)},
            )


def _ends_here(source: SourceText, instruction: Instruction, blank: Span) -> bool:
    """Whether the line below `blank` looks like an instruction of its own, which LI642 reports: to close the gap would
    hide that.
    """
    number = source.position(blank.start).line + 1
    if number > instruction.end_line or instruction.keyword in _OWN_WORDS:
        return False
    return _KEYWORD.match(source.line(number)) is not None


def swallowed_instruction(subject: Subject) -> Iterator[Hit]:
    """LI642: a hit for each instruction that a continuation above makes a part of another one."""
    source = subject.document.source
    for stage in subject.build.stages:
        for step in stage.steps:
            instruction = step.instruction
            if instruction.end_line == instruction.start_line or instruction.keyword in _OWN_WORDS:
                continue
            for line in _lines(source, instruction):
                found = _KEYWORD.match(source.text, line.start, line.end)
                if found is not None and _is_word(subject, step, found.start(1)):
                    span = Span(found.start(1), found.end(1))
                    yield Hit(
                        span,
                        {"swallowed": found[1], "instruction": instruction.keyword},
                        edits=_ended(source, instruction, line.start),
                        details={"instruction": instruction.keyword, "swallowed": found[1]},
                    )


def _is_word(subject: Subject, step: Step, at: int) -> bool:
    """Whether a word of its own begins at `at`, rather than something within quotes."""
    if step.instruction.keyword != "RUN" or step.instruction.json:
        return True
    return any(
        word.span.start == at
        for script in subject.run(step).scripts
        for command in script.commands
        for word in command.words
    )


def _ended(source: SourceText, instruction: Instruction, before: int) -> tuple[HitEdit, ...]:
    """The edit that takes away the continuation above the line that begins at `before`."""
    comments = {comment.line for comment in instruction.comments}
    number = source.position(before).line - 1
    while number > instruction.start_line and (number in comments or not source.line(number).strip()):
        number -= 1
    line = source.line(number)
    kept = line.rstrip()[:-1].rstrip()
    for operator in ("&&", ";"):
        kept = kept.removesuffix(operator).rstrip()
    start = source.line_starts[number - 1]
    return (HitEdit(Span(start + len(kept), start + len(line)), ""),)


def _lines(source: SourceText, instruction: Instruction) -> Iterator[Span]:
    """The lines of an instruction after its first, line ends included, here-documents left out."""
    starts = source.line_starts
    last = instruction.end_line
    if instruction.heredocs:
        last = source.position(instruction.heredocs[0].body.start).line - 1
    for number in range(instruction.start_line + 1, last + 1):
        end = starts[number] if number < len(starts) else len(source.text)
        yield Span(starts[number - 1], end)
