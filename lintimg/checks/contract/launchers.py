"""LI219: a package manager that stays in front of the function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from posixpath import basename, join

from lintimg.checks.contract.handlers import inherited_arguments
from lintimg.checks.contract.runtime_client import runtime_client
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.checks.contract.start_folder import working_directory
from lintimg.checks.program import Program, started_program
from lintimg.checks.shell_form import plain_words
from lintimg.checks.tables import table
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import shipped_file
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span

_LIMIT = 1_000_000
_SETTLING = ("/tmp", "1", "true")  # noqa: S108 - a path of the image


class Launch(NamedTuple):
    """A launcher's call: the launcher, the program it starts with its arguments, and what else it was told."""

    launcher: str
    command: tuple[str, ...]
    options: tuple[str, ...]
    script: str | None


def launcher_as_process(subject: Subject) -> Iterator[Hit]:
    """A hit for a process that npm, npx, uv, Poetry or their like start and wait for."""
    program = started_program(subject)
    if program is None or inherited_arguments(subject) is not None:
        return
    launch = _launch(program)
    if launch is None or runtime_client(subject).verdict == "absent":
        return
    row = table("launchers")["launchers"][launch.launcher]
    # AWS's documentation starts the client by npx; what npm and npx write is LI225's.
    if "aws-lambda-ric" in launch.command:
        return
    settled = not row["settled_by"] or _is_settled(subject, launch, row)
    place = _place(subject, program)
    if place is None:
        return
    span, whole = place
    direct = _direct(subject, launch)
    edits: tuple[HitEdit, ...] = ()
    if direct is not None and whole is not None:
        edits = (HitEdit(whole, json.dumps(list(direct))),)
    elif launch.script is None and direct is None:
        direct = (row["folder"] + launch.command[0], *launch.command[1:]) if launch.command else None
    severity: Severity | None = "info" if settled else None
    yield Hit(
        span,
        {
            "launcher": launch.launcher,
            "shown": f"{launch.launcher} {row['verb']}".strip(),
            "direct": json.dumps(list(direct)) if direct else "",
            "environment": row["environment"],
            "writes": row["writes"],
        },
        edits=edits,
        variant=("settled" if settled else "") + (" known" if direct else ""),
        severity=severity,
        details={"launcher": launch.launcher},
    )


def _launch(program: Program) -> Launch | None:
    rows = table("launchers")["launchers"]
    row = rows.get(program.name)
    if row is None or len(program.words) < 2:
        return None
    words = program.words[1:]
    options = tuple(word for word in words if word.startswith("-"))
    if row["verb"]:
        if words[0] != row["verb"]:
            return None
        words = words[1:]
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 1
    rest = words[at:]
    if not rest:
        return None
    if not row["scripts"]:
        return Launch(program.name, rest, options, None)
    if rest[0] in ("run", "run-script") and len(rest) > 1:
        return Launch(program.name, (), options, rest[1])
    if rest[0] in row["commands"]:
        return Launch(program.name, rest[1:], options, None) if len(rest) > 1 else None
    if program.name == "npm" and rest[0] not in ("start", "test"):
        return None
    return Launch(program.name, (), options, rest[0])


def _is_settled(subject: Subject, launch: Launch, row: dict[str, str]) -> bool:
    """Whether what the launcher writes goes to /tmp."""
    names = row["settled_by"]
    for setting in image_settings(subject):
        if setting.name.upper() in names and (setting.value is None or setting.value.startswith(_SETTLING)):
            return True
    return bool(row["settled_options"]) and all(option in launch.options for option in row["settled_options"])


def _place(subject: Subject, program: Program) -> tuple[Span, Span | None] | None:
    """The launcher's token, and the whole array if the command stands in one instruction."""
    process = subject.process
    for step in (process.entrypoint, process.cmd):
        if step is None or not step.instruction.arguments:
            continue
        words = step.instruction.arguments
        if not step.instruction.json:
            if program.name in words[0].text:
                return words[0].span, words[0].span if plain_words(words[0].text) else None
            continue
        for word in words:
            if basename(word.text) == program.name:
                alone = process.entrypoint is None or process.cmd is None or step is process.cmd
                first = words[0] is word
                rest = step.instruction.rest
                return word.span, rest.source_span(0, len(rest.text.rstrip())) if alone and first else None
            if program.name in word.text:
                return word.span, None
    return None


def _direct(subject: Subject, launch: Launch) -> tuple[str, ...] | None:
    """What package.json's script runs, where that is Node.js itself."""
    workdir = working_directory(subject)
    context = subject.context
    if launch.script is None or context is None or workdir is None:
        return None
    file = shipped_file(subject.build, context, join(workdir, "package.json"))
    data = None if file is None else context.read(file, _LIMIT)
    try:
        package = json.loads(data or b"")
        text = package["scripts"][launch.script]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    words = plain_words(text) if isinstance(text, str) else None
    return words if words and words[0] == "node" and len(words) > 1 else None
