"""LI415: RUN instructions one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject

_LONG = 1
"""More commands than these are a RUN of its own on purpose."""
_NO_COMMANDS = (None, "[", "[[")


def separate_runs(subject: Subject) -> Iterator[Hit]:
    """A hit for each short RUN that follows another short one with the same flags."""
    for stage in subject.build.stages:
        group: list[ShippedRun] = []
        for step in stage.steps:
            run = subject.run(step) if step.instruction.keyword == "RUN" else None
            if run is None or not group or not _alike(group[0], run):
                yield from _hits(group, subject)
                group = []
            if run is not None:
                group.append(run)
        yield from _hits(group, subject)


def _alike(first: ShippedRun, run: ShippedRun) -> bool:
    flags, others = ([flag.text for flag in each.step.instruction.flags] for each in (first, run))
    return flags == others and max(_commands(first), _commands(run)) <= _LONG


def _hits(group: list[ShippedRun], subject: Subject) -> Iterator[Hit]:
    """A hit for each RUN but the first, with one edit for all."""
    if len(group) < 2:
        return
    from lintimg.checks.join_runs import joined

    edits = joined(group, subject)
    for run in group[1:]:
        yield Hit(run.step.instruction.keyword_span, edits=edits)
        edits = ()


def _commands(run: ShippedRun) -> int:
    """How many commands a RUN has; many when it cannot be read."""
    if any(script.unread is not None for script in run.scripts):
        return _LONG + 1
    return sum(command.name not in _NO_COMMANDS for script in run.scripts for command in script.commands)
