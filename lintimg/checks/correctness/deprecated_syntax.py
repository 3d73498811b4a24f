"""Forms that Docker still takes and no longer wants."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.document import Instruction, Word
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_SHOWN = 60
# A value and after it nothing but NAME=value, as ENV takes them only where the first one has its equals sign too.
_PAIRS = regex(r"(?!env\b)[^\s=\"']+(?:[\s\\]+([A-Z_][A-Z0-9_]*)=[^\s]*)+\s*\Z")


def deprecated_maintainer(subject: Subject) -> Iterator[Hit]:
    """LI608: a hit for each MAINTAINER."""
    for instruction in subject.document.instructions:
        if instruction.keyword == "MAINTAINER":
            name = instruction.arguments[0].text if instruction.arguments else ""
            label = f'org.opencontainers.image.authors="{_quotable(name)}"'
            edits: tuple[HitEdit, ...] = ()
            if name and not instruction.comments:
                edits = (HitEdit(instruction.head_span, f"LABEL {label}"),)
            yield Hit(instruction.keyword_span, {"label": label[:_SHOWN]}, edits=edits)


def _quotable(name: str) -> str:
    """`name` as it stands between double quotes; MAINTAINER expands nothing and keeps quotes."""
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1]
    for character in '\\"$':
        name = name.replace(character, "\\" + character)
    return name


def legacy_key_value(subject: Subject) -> Iterator[Hit]:
    """LI613: a hit for each ENV and LABEL whose value stands behind a blank instead of an equals sign."""
    for keyword in ("ENV", "LABEL"):
        for step in subject.steps.get(keyword, ()):
            words = step.instruction.arguments
            if len(words) == 3 and not words[2].text and words[0].text:
                name, value = words[0], words[1]
                swallowed = _PAIRS.match(value.text)
                yield Hit(
                    Span(name.span.start, name.span.end),
                    {"instruction": keyword, "name": name.text, "other": swallowed[1] if swallowed else ""},
                    variant="swallowed" if swallowed else "",
                    severity="warning" if swallowed else None,
                    edits=() if swallowed else _edits(subject, step.instruction, name, value),
                    details={"instruction": keyword},
                )


def _edits(subject: Subject, instruction: Instruction, name: Word, value: Word) -> tuple[HitEdit, ...]:
    """The edits that put an equals sign, and quotes where the value needs them; none where it has quotes inside or
    escapes, which mean something else between quotes.
    """
    text = value.text
    between = Span(name.span.end, value.span.start)
    gap = subject.document.source.slice(between)
    if not text or gap.strip(" \t") or instruction.comments:
        return ()
    quote = text[0] if text[0] in "\"'" else ""
    inner = text[1:-1] if quote and len(text) > 1 and text[-1] == quote else text
    if any(character in inner for character in "\"'\\`"):
        return ()
    if inner is not text or not any(character.isspace() for character in text):
        return (HitEdit(between, "="),)
    return (HitEdit(between, '="'), HitEdit(Span(value.span.end, value.span.end), '"'))
