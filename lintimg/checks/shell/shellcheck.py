"""LI700: what ShellCheck says of RUN instructions."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.contract.package_manager import system_of
from lintimg.checks.tables import table
from lintimg.dockerfile.document import LogicalText
from lintimg.lazy import regex
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span
from lintimg.shell.script import Script
from lintimg.shell.shellcheck import Remark

_HEADER_LINES = 2
_LONGEST, _MOST_COMMANDS, _DEEPEST = 30_000, 400, 5
_UNASSIGNED = regex(r"(\w+) is (?:referenced but not|modified in a)")
_VARIABLE = regex(r"\$(?:\{(\w+)\}|(\w+))\Z")
_BLANK_OR_GLOB = regex(r"[\s*?\[]")
_UNQUOTED = (2086, 2046, 2206, 2048)


def shell_remarks(subject: Subject) -> Iterator[Hit]:
    """A hit for each remark that holds in a RUN."""
    checker = subject.policy.shellcheck
    if checker is None:
        return
    for run in subject.every_run:
        for script in run.scripts:
            dialect = _dialect(subject, run, script)
            if dialect is None or not _is_readable(script):
                continue
            text = script.text.text.replace("\r\n", "\n")
            for remark in checker.remarks(f"{_header(script, dialect)}{text}\n"):
                hit = _hit(subject, run, script.text, dialect, remark)
                if hit is not None:
                    yield hit


def _is_readable(script: Script) -> bool:
    """Whether ShellCheck gets through `script` in reasonable time: what nests substitutions costs it exponential time,
    a long list of commands quadratic.
    """
    return (
        script.unread is None
        and bool(script.text.text.strip())
        and len(script.text.text) <= _LONGEST
        and len(script.commands) <= _MOST_COMMANDS
        and all(command.depth <= _DEEPEST for command in script.commands)
    )


def _dialect(subject: Subject, run: ShippedRun, script: Script) -> str | None:
    """The name that ShellCheck has for the shell that reads `script`, None where it has none."""
    data = table("shellcheck")
    dialect: str | None = data["dialects"].get(script.dialect)
    if dialect is None or (subject.document.escape != "\\" and not script.heredoc):
        return None
    if script.dialect == "sh":
        stages = subject.build.stages
        image = stages[stages[run.step.stage].root].base_image
        system = None if image is None else system_of(image)
        dialect = data["systems"].get(system or "", dialect)
    return dialect


def _header(script: Script, dialect: str) -> str:
    """What ShellCheck has to know, in two lines before the script."""
    strict = " -e" if "e" in script.options else ""
    off = ",".join(f"SC{code}" for code in table("shellcheck")["off"])
    return f"#!/bin/{dialect}{strict}\n# shellcheck shell={dialect} disable={off}\n"


def _hit(subject: Subject, run: ShippedRun, text: LogicalText, dialect: str, remark: Remark) -> Hit | None:
    span = _place(text, remark)
    if span is None or _is_known(subject, run, dialect, remark, span):
        return None
    if dialect == "sh" and remark.code in table("shellcheck")["universal"]:
        return None
    code = f"SC{remark.code}"
    severity: Severity = "warning" if remark.level in ("error", "warning") else "info"
    if 3000 <= remark.code < 4000 and dialect == "sh":
        # What /bin/sh is on this base is not known: bash on many.
        severity = "info"
    return Hit(
        span,
        {"code": code, "message": remark.message},
        severity=severity,
        details={"code": code, "level": remark.level},
    )


def _place(text: LogicalText, remark: Remark) -> Span | None:
    """Where in the Dockerfile a remark's place is; None for what is said of the script as a whole."""
    start = _offset(text.text, remark.line, remark.column)
    end = _offset(text.text, remark.end_line, remark.end_column)
    if start is None or end is None:
        return None
    length = len(text.text)
    start = min(start, max(length - 1, 0))
    return text.source_span(start, min(max(end, start + 1), length))


def _offset(text: str, line: int, column: int) -> int | None:
    """The offset of a place in the script that ShellCheck has read."""
    wanted = line - _HEADER_LINES
    if wanted < 1:
        return None
    at = 0
    for _ in range(wanted - 1):
        at = text.find("\n", at) + 1
        if at == 0:
            return len(text)
    return min(at + column - 1, len(text))


def _is_known(subject: Subject, run: ShippedRun, dialect: str, remark: Remark, span: Span) -> bool:
    """Whether ARG and ENV, which ShellCheck does not see, settle the matter."""
    if remark.code == 2154:
        match = _UNASSIGNED.match(remark.message)
        if match is None:
            return False
        # Before `set` and its like an assignment lasts in every shell but bash, and ShellCheck knows bash.
        lasts = dialect != "bash" and _is_assigned(run, match[1])
        return lasts or match[1] in run.step.environment
    if remark.code in _UNQUOTED:
        variable = _VARIABLE.match(subject.document.source.slice(span))
        name = variable and (variable[1] or variable[2])
        environment = run.step.environment
        if name and name in environment.keys() and not _is_assigned(run, name):  # noqa: SIM118 - see effects.variable
            return not _BLANK_OR_GLOB.search(environment[name] or "")
    return False


def _is_assigned(run: ShippedRun, name: str) -> bool:
    text = "\n".join(script.text.text for script in run.scripts)
    return f"{name}=" in text or f"read {name}" in text or f"for {name} " in text
