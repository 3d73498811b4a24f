"""Edits that keep a package manager's cache out of the layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintimg.lazy import regex
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command, Script

_JOINED = regex(r"\s*(?:\\\s*)?(?:&&|;)\s*(?:\\\s*)?")


def cleaning_edits(
    operation: Operation, run: ShippedRun, subject: Subject, row: Mapping[str, Any]
) -> tuple[HitEdit, ...]:
    """What to change so that nothing of `operation` stays; nothing where the text does not allow it for sure."""
    if run.instruction.json:
        return ()
    if "flag" in row:
        return _flag_edits(operation, run, subject, row)
    if "append" in row:
        return _append_edits(operation, run, subject, row)
    return ()


def _flag_edits(
    operation: Operation, run: ShippedRun, subject: Subject, row: Mapping[str, Any]
) -> tuple[HitEdit, ...]:
    if row.get("each"):
        same = [operation]
    else:
        same = [
            op
            for op in run.operations
            if op.manager == operation.manager and op.action in row["actions"] and not op.has(row["flag"])
        ]
    edits = []
    for op in same:
        if op.verb is None:
            return ()
        if op.action == "update":
            removal = _without(op, run, subject)
            if removal is None:
                return ()
            edits.append(removal)
        else:
            edits.append(HitEdit(Span(op.verb.span.end, op.verb.span.end), f" {row['flag']}"))
    return tuple(edits)


def _without(update: Operation, run: ShippedRun, subject: Subject) -> HitEdit | None:
    """Takes out an index update that the next command, an install without a cache, makes itself."""
    command = update.command
    following = _next(command, _script(command, run))
    if following is None or following.before not in ("&&", ";") or command.conditional or command.assignments:
        return None
    if not any(op.command is following and op.action == "install" for op in run.operations):
        return None
    between = subject.document.source.slice(Span(command.statement.end, following.statement.start))
    if command.redirects or not _JOINED.fullmatch(between):
        return None
    return HitEdit(Span(command.statement.start, following.statement.start), "")


def _append_edits(
    operation: Operation, run: ShippedRun, subject: Subject, row: Mapping[str, Any]
) -> tuple[HitEdit, ...]:
    family = row["cleaned_by"]
    related = [
        op
        for op in run.operations
        if op.manager in family and op.action in ("install", "update", "upgrade", "remove", "clean")
    ]
    last = max(related, key=lambda op: op.command.statement.end).command
    script = _script(last, run)
    following = _next(last, script)
    if (
        last.conditional
        or last.branches
        or last.loop
        or last.background
        or last.negated
        or last.function is not None
        or last.depth
        or last.stages != 1
        or (following is not None and following.before not in ("&&", ";", "\n"))
        or any(redirect.target is None for redirect in last.redirects)
        or script is None
    ):
        return ()
    if operation.manager == "apt" and _needed_later(run, subject):
        return ()
    source = subject.document.source
    end = last.statement.end
    if source.text[end : end + 1] in (")", "'", '"', "`"):
        return ()
    joint = " && "
    first_line = source.position(last.statement.start).line
    if not script.heredoc and run.step.instruction.start_line != first_line:
        line = source.line(first_line)
        indent = line[: len(line) - len(line.lstrip())]
        joint = f" {subject.document.escape}\n{indent}&& "
    return (HitEdit(Span(end, end), f"{joint}{row['append']}"),)


def _needed_later(run: ShippedRun, subject: Subject) -> bool:
    """Whether a later RUN installs with the lists that this one fetches."""
    later = False
    for other in subject.shipped_runs:
        if other is run:
            later = True
        elif later:
            for operation in other.operations:
                if operation.manager == "apt" and operation.action in ("install", "update"):
                    return operation.action == "install"
    return False


def _script(command: Command, run: ShippedRun) -> Script | None:
    for script in run.scripts:
        if command in script.commands:
            return script
    return None


def _next(command: Command, script: Script | None) -> Command | None:
    if script is None:
        return None
    for candidate in script.commands:
        if candidate.statement.start >= command.statement.end:
            return candidate
    return None
