"""Edits that make one RUN of several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lintimg.dockerfile.document import Instruction
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span

_LASTING = frozenset(
    "cd pushd popd export readonly declare source . set exec exit return trap umask alias ulimit shopt unset eval".split()  # noqa: SIM905
)
"""Commands that change the shell they run in: what follows them in the same RUN would notice."""


def joined(runs: Sequence[ShippedRun], subject: Subject) -> tuple[HitEdit, ...]:
    """What makes one RUN of `runs`, which follow one another in the file; nothing where that could change what
    they do, or the text does not allow it for sure.
    """
    if not all(is_open(run, subject) for run in runs[:-1]) or not all(map(is_chain, runs[1:])):
        return ()
    edits = []
    for run, following in pairwise(runs):
        edit = _joint(run.step.instruction, following, subject)
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits)


def following_run(run: ShippedRun, subject: Subject) -> ShippedRun | None:
    """The RUN that is the next instruction of the same stage."""
    for step in subject.build.stages[run.step.stage].steps:
        if step.instruction.number == run.step.instruction.number + 1:
            return subject.run(step) if step.instruction.keyword == "RUN" else None
    return None


def is_open(run: ShippedRun, subject: Subject) -> bool:
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


def is_chain(run: ShippedRun) -> bool:
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


def first_command(run: ShippedRun) -> int:
    """The offset at which the RUN's text begins."""
    return min(command.statement.start for command in run.scripts[0].commands)


def _joint(instruction: Instruction, following: ShippedRun, subject: Subject) -> HitEdit | None:
    """Takes the place of everything between the end of one RUN and the first command of the next."""
    source = subject.document.source
    start = first_command(following)
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


def continuation(instruction: Instruction, subject: Subject) -> str:
    """What stands between the instruction's last command and one more."""
    if instruction.start_line == instruction.end_line:
        return " && "
    return f" {subject.document.escape}\n{_indent(instruction, subject)}&& "


def _indent(instruction: Instruction, subject: Subject) -> str:
    """The indent of the instruction's last line, or one that suits its continuation."""
    if instruction.start_line == instruction.end_line:
        return "    "
    line = subject.document.source.line(instruction.end_line)
    return line[: len(line) - len(line.lstrip())] or "    "
