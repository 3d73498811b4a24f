"""Edits that clean up in the layer that made the mess: RUNs joined, or a cleaning moved into an earlier one."""

from __future__ import annotations

from itertools import pairwise
from posixpath import normpath

from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Instruction
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span

_LASTING = frozenset(
    "cd pushd popd export readonly declare source . set exec exit return trap umask alias ulimit shopt unset eval".split()  # noqa: SIM905
)
"""Commands that change the shell they run in: what follows them in the same RUN would notice."""

_CACHES = ("/var/cache/", "/var/lib/apt/lists", "/root/.cache", "/root/.npm")


def joining_edits(subject: Subject, made: Span, removed: Span) -> tuple[HitEdit, ...]:
    """What makes one RUN of those from the place `made` to the place `removed`; nothing where another
    instruction stands between, or the text does not allow it for sure.
    """
    runs = _runs_between(subject, made, removed)
    if not runs or not all(_is_open(run, subject) for run in runs[:-1]) or not all(map(_is_chain, runs[1:])):
        return ()
    edits = []
    for run, following in pairwise(runs):
        edit = _joint(run.step.instruction, following, subject)
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits)


def moving_edits(subject: Subject, made: Span, cleaned: Span) -> tuple[HitEdit, ...]:
    """What moves a RUN that does nothing but empty caches, at the place `cleaned`, to the end of the RUN at `made`."""
    run, cleaning = _run_at(subject, made), _run_at(subject, cleaned)
    if run is None or cleaning is None or run.step.stage != cleaning.step.stage:
        return ()
    if not _is_open(run, subject) or not _is_chain(cleaning) or not _only_empties_caches(cleaning):
        return ()
    source = subject.document.source
    text = source.slice(Span(_first(cleaning), cleaning.step.instruction.head_span.end))
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
        HitEdit(Span(end, end), f"{_continuation(run.step.instruction, subject)}{text}"),
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


def _is_open(run: ShippedRun, subject: Subject) -> bool:
    """Whether `&& more` can be put behind the RUN's text, and finds the shell as a RUN of its own would."""
    if not _is_plain(run):
        return False
    commands = run.scripts[0].commands
    instruction = run.step.instruction
    end = max(command.statement.end for command in commands)
    if subject.document.source.slice(Span(end, instruction.head_span.end)).strip():
        return False
    return not any(
        command.background or command.name is None or command.name in _LASTING or not command.words
        for command in commands
        if not command.depth
    )


def _is_chain(run: ShippedRun) -> bool:
    """Whether the RUN's text can be put behind `&&`: it stops at the first command that fails."""
    return _is_plain(run) and all(
        command.before in ("", "&&", "|", "|&") and not command.conditional and command.function is None
        for command in run.scripts[0].commands
    )


def _is_plain(run: ShippedRun) -> bool:
    instruction = run.step.instruction
    if instruction.json or instruction.heredocs or instruction.flags or len(run.scripts) != 1:
        return False
    script = run.scripts[0]
    return script.unread is None and bool(script.commands)


def _first(run: ShippedRun) -> int:
    return min(command.statement.start for command in run.scripts[0].commands)


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


def _joint(instruction: Instruction, following: ShippedRun, subject: Subject) -> HitEdit | None:
    """Takes the place of everything between the end of one RUN and the first command of the next."""
    source = subject.document.source
    start = _first(following)
    lead = source.slice(Span(following.step.instruction.keyword_span.end, start))
    if lead.strip() or "\n" in lead:
        return None
    between = source.slice(Span(instruction.head_span.end, following.step.instruction.span.start))
    lines = [line.strip() for line in between.split("\n")]
    comments = [line for line in lines if line]
    if any(not comment.startswith("#") for comment in comments):
        return None
    indent = _indent(instruction, subject)
    kept = "".join(f"{indent}{comment}\n" for comment in comments)
    joint = f" {subject.document.escape}\n{kept}{indent}&& "
    return HitEdit(Span(instruction.head_span.end, start), joint)


def _continuation(instruction: Instruction, subject: Subject) -> str:
    if instruction.start_line == instruction.end_line:
        return " && "
    return f" {subject.document.escape}\n{_indent(instruction, subject)}&& "


def _indent(instruction: Instruction, subject: Subject) -> str:
    """The indent of the instruction's last line, or one that suits its continuation."""
    if instruction.start_line == instruction.end_line:
        return "    "
    line = subject.document.source.line(instruction.end_line)
    return line[: len(line) - len(line.lstrip())] or "    "
