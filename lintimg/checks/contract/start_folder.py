"""The folder in which the shipped image's process starts."""

from __future__ import annotations

from lintimg.lint.image_files import absolute, expanded
from lintimg.lint.subject import Subject


def working_directory(subject: Subject) -> str | None:
    """The last WORKDIR, absolute, or the base image's; None when it cannot be told."""
    step = subject.build.last("WORKDIR")
    if step is None:
        return subject.root_stage.base_facts.workdir if subject.root_stage is not None else None
    if not step.instruction.arguments:
        return None
    written = expanded(step.instruction.arguments[0].text, step.environment, subject.document.escape)
    return None if written is None else absolute(step.workdir, written)
