"""The variables that the shipped image's ENV instructions set."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Word
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import expanded
from lintimg.lint.subject import Subject


class Setting(NamedTuple):
    """One `NAME=value` of an ENV; `value` is expanded, None when it is not known."""

    name: str
    value: str | None
    name_word: Word
    value_word: Word
    step: Step


def image_settings(subject: Subject) -> Iterator[Setting]:
    """What the ENV instructions of the shipped chain set, in order; a later one of the same name counts."""
    escape = subject.document.escape
    for step in subject.build.shipped_steps():
        if step.instruction.keyword == "ENV":
            words = step.instruction.arguments
            for name, value in zip(words[0::3], words[1::3], strict=False):
                yield Setting(name.text, expanded(value.text, step.environment, escape), name, value, step)
