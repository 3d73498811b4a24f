"""LI412: chown and chmod over files of an earlier layer, which are then in the image twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintimg.checks.effects import Placed, absolute, covers, placed_commands, removals
from lintimg.checks.made import Made, copied, fetched, installed
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import size
from lintimg.model.finding import Saving
from lintimg.model.span import Span
from lintimg.shell.script import ShellWord

_CHANGERS = frozenset(("chown", "chmod", "chgrp"))
_UNPACKERS = frozenset(("git", "tar", "unzip"))
_INSTALLERS = ("npm", "yarn", "pnpm", "pip", "uv", "composer")
_USER_MAKERS = frozenset(("useradd", "adduser", "groupadd", "addgroup", "usermod", "groupmod"))
_WORTH_A_WARNING = 1_000_000
_WORTH_A_HINT = 100_000
_OCTAL = regex(r"[0-7]{3,4}\Z")
_OWNER = regex(r"[\w.-]+(?::[\w.-]*)?\Z", re.ASCII)


class _Brought(NamedTuple):
    """What one COPY or ADD brings."""

    step: Step
    made: Made


class _Change(NamedTuple):
    """A change of owner or mode: to what (None for `--reference`), of which words, and the word of `-R`."""

    placed: Placed
    value: ShellWord | None
    paths: tuple[ShellWord, ...]
    recursive: ShellWord | None


def doubled_files(subject: Subject) -> Iterator[Hit]:
    """A hit for each chown or chmod over files that an earlier layer of the shipped chain holds."""
    changing = _runs_with(_CHANGERS, subject)
    if not changing:
        return
    last = max(changing)
    installing = {
        call.run.step.instruction.number
        for manager in _INSTALLERS
        for call in subject.every_operation.get(manager, ())
    }
    telling = changing | installing | _runs_with(_UNPACKERS, subject)
    brought: list[_Brought] = []
    for step in subject.build.shipped_steps():
        number = step.instruction.number
        if number > last:
            break
        keyword = step.instruction.keyword
        if keyword in ("COPY", "ADD"):
            brought += [_Brought(step, made) for made in copied(step, subject)]
        elif number in telling:
            run = subject.run(step)
            unpacked: list[_Brought] = []
            removed: list[str] = []
            places = list(placed_commands(run))
            for placed in places:
                change = _change(placed)
                hit = None if change is None else _hit(change, run, brought, subject)
                if hit is not None:
                    yield hit
                unpacked += [_Brought(step, made) for made in fetched(placed) if made.folder]
                removed += [removal.path for removal in removals(placed)]
            by_start = {placed.command.statement.start: placed for placed in places}
            unpacked += [_Brought(step, made) for made in installed(run, by_start)]
            brought += [
                each for each in unpacked if not any(covers(path, each.made.path) for path in removed)
            ]


def _runs_with(names: frozenset[str], subject: Subject) -> set[int]:
    """The numbers of the RUNs that call one of `names`."""
    return {
        call.run.step.instruction.number for name in names for call in subject.every_command.get(name, ())
    }


def _change(placed: Placed) -> _Change | None:
    command = placed.command
    if command.name not in _CHANGERS or command.depth:
        return None
    operands: list[ShellWord] = []
    recursive = None
    by_reference = False
    for word in command.arguments:
        text = word.pieces
        if text == "--recursive" or (
            text.startswith("-") and not text.startswith("--") and "R" in text and command.name in _CHANGERS
        ):
            recursive = word
        elif text.startswith("--"):
            by_reference = by_reference or text.startswith("--reference")
        elif not text.startswith("-") or operands or text[1:2] in "rwxXst":
            operands.append(word)
    if by_reference:
        return _Change(placed, None, tuple(operands), recursive)
    return _Change(placed, operands[0], tuple(operands[1:]), recursive) if len(operands) > 1 else None


def _hit(change: _Change, run: ShippedRun, brought: Sequence[_Brought], subject: Subject) -> Hit | None:
    """The finding on a change, None when it touches nothing, or nothing worth mentioning."""
    placed = change.placed
    for word in change.paths:
        path = absolute(word.pieces, placed.directory, placed.variables)
        if path is None or path == "/":
            continue
        touched = [
            each for each in brought if _touches(path, each.made, recursive=change.recursive is not None)
        ]
        touched.sort(key=lambda each: not each.made.heavy)
        if not touched:
            continue
        whole = all(covers(path, each.made.path) for each in touched)
        known = [_bytes(path, each.made, subject) for each in touched]
        bytes_ = sum(count for count in known if count is not None) if None not in known else None
        if not whole and bytes_ is None:
            continue
        severity = _severity(bytes_, touched, recursive=change.recursive is not None)
        if severity is None:
            continue
        name = placed.command.name or "chown"
        value = change.value.pieces if change.value is not None else "…"
        flag = "chmod" if name == "chmod" else "chown"
        return Hit(
            word.span,
            {
                "command": f"{name} {change.recursive.pieces}" if change.recursive else name,
                "path": word.pieces,
                "bytes": f" ({size(bytes_)})" if bytes_ else "",
                "option": f"--{flag}={value}",
                "instruction": touched[0].step.instruction.keyword,
            },
            edits=_edits(change, run, touched, subject, flag) if whole else (),
            variant="run" if touched[0].step.instruction.keyword == "RUN" else "",
            severity="info" if severity == "info" else None,
            details={"command": name, "path": path, "bytes": bytes_},
            saving=Saving(bytes_, "estimated") if bytes_ else None,
            related=tuple(
                HitRelated(each.made.span, "brought here, where the owner and the mode can be set")
                for each in touched[:1]
            ),
        )
    return None


def _touches(path: str, made: Made, *, recursive: bool) -> bool:
    if not recursive:
        return (
            not made.folder
            and covers(path, made.path)
            and path.rpartition("/")[0] == made.path.rpartition("/")[0]
        )
    return covers(path, made.path) or (made.folder and path.startswith(f"{made.path.rstrip('/')}/"))


def _bytes(path: str, made: Made, subject: Subject) -> int | None:
    """How many bytes of what was brought lie at or below `path`, None when that is not known."""
    if made.bytes is None or covers(path, made.path):
        return made.bytes
    if subject.context is None or made.source is None:
        return None
    inner = path[len(made.path.rstrip("/")) + 1 :]
    return subject.context.match(f"{made.source.rstrip('/')}/{inner}").bytes


def _severity(bytes_: int | None, touched: Sequence[_Brought], *, recursive: bool) -> str | None:
    if bytes_ is not None:
        if bytes_ >= _WORTH_A_WARNING:
            return "warning"
        return "info" if bytes_ >= _WORTH_A_HINT else None
    if any(each.made.heavy for each in touched):
        return "warning"
    if not recursive or not any(each.made.folder for each in touched):
        return None
    return "warning"


def _edits(
    change: _Change, run: ShippedRun, touched: Sequence[_Brought], subject: Subject, flag: str
) -> tuple[HitEdit, ...]:
    """The owner or mode set by COPY, and the change left to the folder itself; nothing where something else depends on
    it.
    """
    value, recursive = change.value, change.recursive
    if (
        value is None
        or recursive is None
        or recursive.raw not in ("-R", "--recursive")
        or change.placed.command.name == "chgrp"
        or len(change.paths) > 1
        or not (_OCTAL if flag == "chmod" else _OWNER).match(value.raw)
    ):
        return ()
    first = min(each.step.instruction.number for each in touched)
    for step in subject.build.shipped_steps():
        number = step.instruction.number
        if first < number <= run.step.instruction.number and step.instruction.keyword == "RUN":
            # Files that a RUN makes among the copied ones, or a user that is not there yet.
            if step is not run.step:
                return ()
            if any(command.name in _USER_MAKERS for script in run.scripts for command in script.commands):
                return ()
    edits = []
    for instruction in {each.step.instruction.number: each.step.instruction for each in touched}.values():
        copy = read_copy(instruction)
        if copy is None or instruction.trigger is not None or getattr(copy, flag) is not None:
            return ()
        end = instruction.keyword_span.end
        edits.append(HitEdit(Span(end, end), f" --{flag}={value.raw}"))
    source = subject.document.source.text
    start, end = recursive.span
    end += 1 if source[end : end + 1] == " " else 0
    edits.append(HitEdit(Span(start, end), ""))
    return tuple(edits)
