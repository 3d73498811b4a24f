"""LI415: RUN instructions one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject

_LONG = 1
"""More commands than these are a RUN of its own on purpose."""


def separate_runs(subject: Subject) -> Iterator[Hit]:
    """A hit for each short RUN that follows another short one with the same flags."""
    for stage in subject.build.stages:
        first: tuple[tuple[str, ...], int] | None = None
        for step in stage.steps:
            if step.instruction.keyword != "RUN":
                first = None
                continue
            run = subject.run(step)
            flags = tuple(flag.text for flag in step.instruction.flags)
            count = _commands(run)
            if first is None or first[0] != flags or max(first[1], count) > _LONG:
                first = (flags, count)
            else:
                yield Hit(step.instruction.keyword_span)


def _commands(run: ShippedRun) -> int:
    """How many commands a RUN has; many when it cannot be read."""
    if any(script.unread is not None for script in run.scripts):
        return _LONG + 1
    return sum(command.name is not None for script in run.scripts for command in script.commands)
