"""Rules on failures that a RUN does not notice: pipes without pipefail, installations followed by a semicolon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintimg.checks.contract.package_manager import system_of
from lintimg.checks.tables import table
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command, Script

_DEFAULT_SHELL = ("/bin/sh", "-c")
_ASH = '["/bin/ash", "-eo", "pipefail", "-c"]'
_BASH = '["/bin/bash", "-o", "pipefail", "-c"]'
_JOINT = regex(r"&&|\|\||;")
_COMMENT = regex(r"^\s*#.*$", re.MULTILINE)
_OPENING = regex(r"[({]|\b(?:do|then)\b")
_INSTALLING = frozenset(("install", "build"))


class _Pipe(NamedTuple):
    """A pipeline whose exit status is that of `last` alone; `source` is the command that may fail unseen, None when
    none of them is worth it.
    """

    source: Command | None
    first: Command
    last: Command


def failure_in_pipe(subject: Subject) -> Iterator[Hit]:
    """LI656: a hit for the first pipe of each RUN that hides a failure."""
    fixed: set[int] = set()
    for run in subject.every_run:
        pipe = next((pipe for pipe in _pipes(run) if pipe.source is not None), None)
        if pipe is None or pipe.source is None:
            continue
        noticed = pipe.last.name in table("commands")["noticing"]
        stage = run.step.stage
        edits = _shell_edits(subject, run) if stage not in fixed else ()
        if edits:
            fixed.add(stage)
        yield Hit(
            pipe.source.words[0].span,
            {
                "program": pipe.source.name,
                "last": pipe.last.name or "the last one",
                "shell": _shell(subject, run),
            },
            edits=edits,
            variant="noticed" if noticed else "",
            severity="info" if noticed else None,
            details={"program": pipe.source.name, "last": pipe.last.name},
        )


def pipe_without_pipefail(subject: Subject) -> Iterator[Hit]:
    """LI657: a hit for the first pipe of each other RUN, whatever it is made of."""
    for run in subject.every_run:
        pipes = list(_pipes(run))
        if pipes and all(pipe.source is None for pipe in pipes):
            yield Hit(pipes[0].first.words[0].span, {"shell": _shell(subject, run)})


def _pipes(run: ShippedRun) -> Iterator[_Pipe]:
    """The pipelines that run without pipefail."""
    for script in run.scripts:
        if any(command.stages > 1 for command in script.commands):
            yield from _script_pipes(script)


def _script_pipes(script: Script) -> Iterator[_Pipe]:
    commands = script.commands
    if "pipefail" in script.options:
        return
    pipelines: dict[int, list[int]] = {}
    for number, command in enumerate(commands):
        if command.name == "set" and any(word.pieces == "pipefail" for word in command.arguments):
            break
        if command.stages > 1 and command.words:
            pipelines.setdefault(command.pipeline, []).append(number)
    for numbers in pipelines.values():
        if any(s.first <= numbers[0] < s.end and "pipefail" in s.options for s in script.inner):
            continue
        parts = [commands[number] for number in numbers]
        last = parts[-1]
        following = commands[numbers[-1] + 1] if numbers[-1] + 1 < len(commands) else None
        source = None
        if not (
            (following is not None and following.before == "||")
            or any(part.negated for part in parts)
            or last.stage + 1 < last.stages
            or last.name in table("commands")["ignoring"]
        ):
            harmless = table("commands")["harmless"]
            source = next(
                (part for part in parts[:-1] if part.name is not None and part.name not in harmless), None
            )
        yield _Pipe(source, parts[0], last)


def _shell(subject: Subject, run: ShippedRun) -> str:
    return _ASH if _system(subject, run) == "alpine" else _BASH


def _system(subject: Subject, run: ShippedRun) -> str | None:
    stages = subject.build.stages
    image = stages[stages[run.step.stage].root].base_image
    return system_of(image) if image is not None else None


def _shell_edits(subject: Subject, run: ShippedRun) -> tuple[HitEdit, ...]:
    """SHELL before the RUN, where the image surely has the shell and nothing else is run by it."""
    instruction = run.step.instruction
    if (
        _system(subject, run) is None
        or run.step.shell not in ((), _DEFAULT_SHELL)
        or instruction.trigger is not None
        or instruction.json
        or any(script.heredoc for script in run.scripts)
        or any(
            step.instruction.keyword in ("CMD", "ENTRYPOINT") and not step.instruction.json
            for step in subject.build.stages[run.step.stage].steps
        )
    ):
        return ()
    start = Span(instruction.span.start, instruction.span.start)
    return (HitEdit(start, f"SHELL {_shell(subject, run)}\n"),)


def failure_swallowed(subject: Subject) -> Iterator[Hit]:
    """LI655: a hit for the first installation of each script whose failure nothing notices."""
    for run in subject.every_run:
        if not run.operations:
            continue
        for script in run.scripts:
            found = _unnoticed(script, run.operations, subject.document.source.text)
            if found is None:
                continue
            operation, following = found
            verb = operation.verb
            yield Hit(
                operation.span if verb is None else Span(operation.span.start, verb.span.end),
                {
                    "command": operation.program if verb is None else f"{operation.program} {verb.pieces}",
                    "next": following.name or "the next command",
                },
                edits=_strict_edits(subject, run, script),
                variant="heredoc" if following.before == "\n" else "",
                details={"manager": operation.manager},
            )


def _unnoticed(
    script: Script, operations: Sequence[Operation], text: str
) -> tuple[Operation, Command] | None:
    """The first installation after which the script goes on although it failed, and the command it goes on with."""
    if "errexit" in script.options or "e" in script.options:
        return None
    commands = script.commands
    by_start = {operation.command.statement.start: operation for operation in operations}
    for number, command in enumerate(commands[:-1]):
        if _makes_strict(command):
            return None
        operation = by_start.get(command.statement.start)
        if operation is None or operation.action not in _INSTALLING or not _plain(command):
            continue
        following = _after_list(commands, number, text)
        if following is not None and following.name not in ("exit", "return", "test", "[", "[["):
            return operation, following
    return None


def _plain(command: Command) -> bool:
    return not (
        command.conditional
        or command.loop
        or command.function is not None
        or command.depth
        or command.background
        or command.negated
        or command.stages > 1
    )


def _after_list(commands: Sequence[Command], number: int, text: str) -> Command | None:
    """The command that runs whether number `number` fails or not; None when its failure is noticed, or when a group or
    a loop begins before that can be told.
    """
    end = commands[number].statement.end
    for following in commands[number + 1 :]:
        between = _COMMENT.sub("", text[end : following.statement.start])
        found = _JOINT.search(between)
        joint = found[0] if found is not None else following.before
        if joint in (";", "\n"):
            return following
        if joint != "&&":
            return None
        if _OPENING.search(between):
            return None
        end = following.statement.end
    return None


def _makes_strict(command: Command) -> bool:
    """Whether a command is `set -e` in one of its spellings, or a trap."""
    if command.name == "trap":
        return True
    return command.name == "set" and any(
        word.pieces == "errexit"
        or (word.pieces.startswith("-") and not word.pieces.startswith("--") and "e" in word.pieces)
        for word in command.arguments
    )


def _strict_edits(subject: Subject, run: ShippedRun, script: Script) -> tuple[HitEdit, ...]:
    """`set -e` before the script's first command."""
    first = script.commands[0]
    if run.instruction.json or first.depth or not _plain(first):
        return ()
    start = first.statement.start
    text = subject.document.source.text
    if text[script.span.start : start].strip():
        # Something that is no command stands before it, such as `bash -c "`.
        return ()
    return (HitEdit(Span(start, start), "set -e\n" if script.heredoc else "set -e; "),)
