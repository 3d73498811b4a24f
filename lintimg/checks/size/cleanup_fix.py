"""Edits that clean up in the layer that made the mess: RUNs joined, or a cleaning moved into an earlier one."""

from __future__ import annotations

from posixpath import normpath

from lintimg.checks.join_runs import continuation, first_command, is_chain, is_open, joined
from lintimg.dockerfile.build import Step
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span

_CACHES = ("/var/cache/", "/var/lib/apt/lists", "/root/.cache", "/root/.npm")


def joining_edits(subject: Subject, made: Span, removed: Span) -> tuple[HitEdit, ...]:
    """What makes one RUN of those from the place `made` to the place `removed`; nothing where another
    instruction stands between, or the text does not allow it for sure.
    """
    runs = _runs_between(subject, made, removed)
    return joined(runs, subject) if runs else ()


def moving_edits(subject: Subject, made: Span, cleaned: Span) -> tuple[HitEdit, ...]:
    """What moves a RUN that does nothing but empty caches, at the place `cleaned`, to the end of the RUN at `made`."""
    run, cleaning = _run_at(subject, made), _run_at(subject, cleaned)
    if run is None or cleaning is None or run.step.stage != cleaning.step.stage:
        return ()
    if not is_open(run, subject) or not is_chain(cleaning) or not _only_empties_caches(cleaning):
        return ()
    source = subject.document.source
    text = source.slice(Span(first_command(cleaning), cleaning.step.instruction.head_span.end))
    if "\n" in text:
        return ()
    end = run.step.instruction.head_span.end
    line = cleaning.step.instruction.span
    last = source.text.find("\n", line.end)
    whole = Span(
        source.line_starts[cleaning.step.instruction.start_line - 1],
        len(source.text) if last < 0 else last + 1,
    )
    return (
        HitEdit(Span(end, end), f"{continuation(run.step.instruction, subject)}{text}"),
        HitEdit(whole, ""),
    )


def _run_at(subject: Subject, place: Span) -> ShippedRun | None:
    for run in subject.shipped_runs:
        span = run.step.instruction.span
        if span.start <= place.start < span.end:
            return run
    return None


def _runs_between(subject: Subject, made: Span, removed: Span) -> list[ShippedRun]:
    """The RUNs from one place to another, empty where anything else is among them."""
    runs: list[ShippedRun] = []
    last: Step | None = None
    for step in subject.build.shipped_steps():
        span = step.instruction.span
        if span.end <= made.start:
            continue
        if step.instruction.keyword != "RUN" or (last is not None and step.stage != last.stage):
            return []
        runs.append(subject.run(step))
        last = step
        if removed.start < span.end:
            return runs if len(runs) > 1 else []
    return []


def _only_empties_caches(run: ShippedRun) -> bool:
    cleaning = {operation.command.statement for operation in run.operations if operation.action == "clean"}
    for command in run.scripts[0].commands:
        if command.statement in cleaning:
            continue
        paths = [word.value for word in command.arguments if not word.raw.startswith("-")]
        if command.name != "rm" or not paths:
            return False
        if not all(path is not None and normpath(path).startswith(_CACHES) for path in paths):
            return False
    return True
