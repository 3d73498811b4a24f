"""Upper and lower case: instructions, AS and stage names."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.document import Instruction
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject


def inconsistent_instruction_casing(subject: Subject) -> Iterator[Hit]:
    """LI603: a hit for each instruction that is not in the case of the majority; upper case wins a draw."""
    text = subject.document.source.text
    instructions = _in_stages(subject)
    written = [text[found.keyword_span.start : found.keyword_span.end] for found in instructions]
    lower = sum(word.islower() for word in written)
    upper = sum(word.isupper() for word in written)
    # Every word is in capitals: the common case.
    if upper == len(written):
        return
    is_lower = lower > upper
    for instruction, word in zip(instructions, written, strict=True):
        wanted = word.lower() if is_lower else word.upper()
        # A keyword that is split by a continuation is left alone.
        if word != wanted and wanted.isalpha():
            yield Hit(
                instruction.keyword_span,
                {"instruction": word, "wanted": wanted, "case": "lower" if is_lower else "upper"},
                edits=(HitEdit(instruction.keyword_span, wanted),),
                details={"instruction": instruction.keyword},
            )


def _in_stages(subject: Subject) -> list[Instruction]:
    """The instructions from the first FROM on, unknown ones left out."""
    found = []
    for stage in subject.build.stages:
        found.append(stage.instruction)
        found += [step.instruction for step in stage.steps]
    return found


def from_as_casing(subject: Subject) -> Iterator[Hit]:
    """LI602: a hit for each AS whose case is not that of its FROM."""
    text = subject.document.source.text
    for stage in subject.build.stages:
        if stage.name_word is None:
            continue
        keyword = text[stage.instruction.keyword_span.start : stage.instruction.keyword_span.end]
        word = stage.instruction.arguments[1]
        # A FROM in mixed case is another rule's.
        if keyword.islower():
            wanted = "as"
        elif keyword.isupper():
            wanted = "AS"
        else:
            continue
        if word.text != wanted:
            yield Hit(
                word.span,
                {"written": word.text, "wanted": wanted, "keyword": keyword},
                edits=(HitEdit(word.span, wanted),),
            )


def stage_name_casing(subject: Subject) -> Iterator[Hit]:
    """LI601: a hit for each stage name with capitals."""
    for stage in subject.build.stages:
        word = stage.name_word
        if word is not None and word.text != word.text.lower():
            yield Hit(
                word.span,
                {"name": word.text, "wanted": word.text.lower()},
                edits=(HitEdit(word.span, word.text.lower()),),
                details={"stage": word.text},
            )
