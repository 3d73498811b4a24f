"""LI210: instructions that Lambda does not look at."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.contract.runtime_client import has_adapter
from lintimg.dockerfile.build import Step
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_IGNORED = ("USER", "HEALTHCHECK", "VOLUME", "STOPSIGNAL", "EXPOSE")
_ROOT = ("root", "0", "root:root", "0:0")


def ignored_instruction(subject: Subject) -> Iterator[Hit]:
    """A hit for the last of each kind of instruction that has no effect in a function."""
    last: dict[str, Step] = {}
    for step in subject.build.shipped_steps():
        if step.instruction.keyword in _IGNORED:
            last[step.instruction.keyword] = step
    for keyword, step in last.items():
        words = step.instruction.arguments
        if not words or _means_nothing(keyword, words[0].text, subject):
            continue
        yield Hit(
            step.instruction.keyword_span,
            {"instruction": keyword, "value": words[0].text},
            variant=keyword.lower(),
            details={"instruction": keyword},
        )


def _means_nothing(keyword: str, value: str, subject: Subject) -> bool:
    """Whether the instruction says what holds anyway, or documents a port that something here listens on."""
    if keyword == "USER":
        return value.lower() in _ROOT
    if keyword == "HEALTHCHECK":
        return value.upper() == "NONE"
    if keyword == "EXPOSE":
        return subject.aws_base is None or has_adapter(subject)
    return False
