"""Instructions that go on over several lines."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.blanks import BLANKS
from lintimg.dockerfile.document import Instruction
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span
from lintimg.text import SourceText


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
                edits=tuple(HitEdit(span, "") for span in blank),
                details={"instruction": instruction.keyword, "lines": len(blank)},
            )


def _lines(source: SourceText, instruction: Instruction) -> Iterator[Span]:
    """The lines of an instruction after its first, line ends included, here-documents left out."""
    starts = source.line_starts
    last = instruction.end_line
    if instruction.heredocs:
        last = source.position(instruction.heredocs[0].body.start).line - 1
    for number in range(instruction.start_line + 1, last + 1):
        end = starts[number] if number < len(starts) else len(source.text)
        yield Span(starts[number - 1], end)
