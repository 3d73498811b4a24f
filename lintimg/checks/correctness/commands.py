"""Rules on single commands of RUN instructions: which program is called, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintimg.checks.effects import expanded
from lintimg.checks.tables import table
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import PlacedCommand, Subject
from lintimg.model.span import Span
from lintimg.shell.script import Command, ShellWord

_QUIET = regex(r"-[A-Za-z]*[qoa]|-nv|--(?:quiet|no-verbose|output-file|append-output|progress)\b")
_LONG_ID = regex(r"\d{6,}\Z")
_PLAIN_PATH = regex(r"[\w./@+-]+\Z", re.ASCII)


def directory_changed(subject: Subject) -> Iterator[Hit]:
    """LI652: a hit for the first `cd` of each RUN."""
    for call in _first_of_each_run(subject.every_command.get("cd", ())):
        yield Hit(call.command.words[0].span, {"path": _argument(call.command)})


def directory_lost(subject: Subject) -> Iterator[Hit]:
    """LI653: a hit for each `cd` after which its RUN does nothing."""
    for run, script, command in subject.every_command.get("cd", ()):
        if len(run.scripts) > 1 or command is not script.commands[-1] or len(command.words) != 2:
            continue
        if (
            command.conditional
            or command.loop
            or command.function is not None
            or command.depth
            or command.stages > 1
            or command.background
            or command.words[1].pieces.startswith("-")
            or any(other.name in ("cd", "pushd") for other in script.commands[:-1])
        ):
            continue
        path = command.words[1].pieces
        edits: tuple[HitEdit, ...] = ()
        instruction = run.step.instruction
        if (
            len(script.commands) == 1
            and not (instruction.json or instruction.heredocs or instruction.flags or instruction.trigger)
            and _PLAIN_PATH.match(command.words[1].raw)
        ):
            edits = (HitEdit(Span(instruction.span.start, command.statement.end), f"WORKDIR {path}"),)
        yield Hit(command.words[0].span, {"path": path}, edits=edits)


def pointless_command(subject: Subject) -> Iterator[Hit]:
    """LI654: a hit for each program that has nothing to work on during a build."""
    for name in table("commands")["pointless"]:
        for call in _first_of_each_run(subject.every_command.get(name, ())):
            yield Hit(call.command.words[0].span, {"program": name}, details={"program": name})


def wget_and_curl(subject: Subject) -> Iterator[Hit]:
    """LI658: a hit for each RUN that calls one of wget and curl in a stage that calls both."""
    seen: dict[int, set[str]] = {}
    calls = [*subject.every_command.get("wget", ()), *subject.every_command.get("curl", ())]
    if len({call.command.name for call in calls}) < 2:
        return
    calls.sort(key=lambda call: call.command.statement.start)
    hits: dict[int, Hit] = {}
    for call in calls:
        stage = seen.setdefault(call.run.step.stage, set())
        stage.add(call.command.name or "")
        if len(stage) > 1:
            hits.setdefault(
                call.run.step.instruction.number,
                Hit(call.command.words[0].span, {"program": call.command.name}),
            )
    yield from hits.values()


def wget_progress(subject: Subject) -> Iterator[Hit]:
    """LI659: a hit for each wget that prints its progress into the log."""
    for run, _, command in subject.every_command.get("wget", ()):
        if not any(_QUIET.match(word.pieces) for word in command.arguments):
            end = command.words[0].span.end
            edits = () if run.instruction.json else (HitEdit(Span(end, end), " --progress=dot:giga"),)
            yield Hit(command.words[0].span, edits=edits)


def shell_symlink(subject: Subject) -> Iterator[Hit]:
    """LI663: a hit for each command that puts another program in the place of /bin/sh."""
    for _, _, command in subject.every_command.get("ln", ()):
        for word in command.arguments:
            if word.value == "/bin/sh":
                yield Hit(word.span, {"shell": _link_target(command)})
                break


def trusted_by_apt_key(subject: Subject) -> Iterator[Hit]:
    """LI661: a hit for each key that apt-key adds."""
    for _, _, command in subject.every_command.get("apt-key", ()):
        if any(word.pieces in ("add", "adv") for word in command.arguments):
            yield Hit(command.words[0].span)


def sparse_login_records(subject: Subject) -> Iterator[Hit]:
    """LI413: a hit for each user with a high number whose place in the login records is written."""
    for run, _, command in subject.every_command.get("useradd", ()):
        word = _user_number(command.arguments)
        if word is None or _writes_no_records(command.arguments):
            continue
        value = expanded(word.pieces, run.step.environment)
        number = _LONG_ID.search(value or "")
        if number is None:
            continue
        end = command.words[0].span.end
        edits = () if run.instruction.json else (HitEdit(Span(end, end), " -l"),)
        yield Hit(
            word.span,
            {"number": number[0]},
            edits=edits,
            details={"user_id": int(number[0]) if len(number[0]) < 19 else number[0]},
        )


def _user_number(arguments: Sequence[ShellWord]) -> ShellWord | None:
    """The word with the number of a user, as the value of an option or joined to it."""
    for place, word in enumerate(arguments):
        text = word.pieces
        if text == "--uid" or (text.startswith("-") and not text.startswith("--") and text.endswith("u")):
            return arguments[place + 1] if place + 1 < len(arguments) else None
        if text.startswith(("--uid=", "-u")):
            return word
    return None


def _writes_no_records(arguments: Sequence[ShellWord]) -> bool:
    return any(
        word.pieces == "--no-log-init"
        or (word.pieces.startswith("-") and not word.pieces.startswith("--") and "l" in word.pieces)
        for word in arguments
    )


def _first_of_each_run(calls: Sequence[PlacedCommand]) -> Iterator[PlacedCommand]:
    seen: set[int] = set()
    for call in calls:
        number = call.run.step.instruction.number
        if number not in seen:
            seen.add(number)
            yield call


def _argument(command: Command) -> str:
    return command.words[1].pieces if len(command.words) > 1 else "$HOME"


def _link_target(command: Command) -> str:
    for word in command.arguments:
        if not word.pieces.startswith("-"):
            return word.pieces
    return "another shell"
