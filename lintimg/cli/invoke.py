"""`lintimg invoke`."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

from lintimg.cli.options import CheckOptions, UsageError, unknown
from lintimg.cli.output import open_output, working_directory
from lintimg.cli.service import check
from lintimg.dockerfile.lexer import parse
from lintimg.invoke.conditions import facts
from lintimg.invoke.expectations import Expectations, read_expectation
from lintimg.invoke.problem import InvokeError
from lintimg.invoke.sandbox import connect, image_facts
from lintimg.invoke.session import EventSource, Request, invoke_image
from lintimg.model.invoke import InvokeReport
from lintimg.report.invoke import FORMATS_OF_INVOKE, render_invoke
from lintimg.text import SourceText

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "arm64": "arm64", "aarch64": "arm64"}
_LARGEST_EVENT = 6_291_556


def run_invoke(
    *,
    image: str,
    events: tuple[str, ...],
    repeat: int,
    handler: str | None,
    entrypoint: str | None,
    workdir: str | None,
    variables: tuple[str, ...],
    memory: int,
    timeout: int,
    tmp_size: int,
    architecture: str | None,
    rie: str | None,
    dockerfile: str | None,
    expectations: tuple[str, ...],
    max_init: int | None,
    keep: bool,
    output: str,
    color: str,
) -> int:
    """Runs the image, prints the report and gives the exit status. Raises UsageError."""
    if output not in FORMATS_OF_INVOKE:
        raise UsageError(unknown("--format", output, FORMATS_OF_INVOKE))
    stream = open_output(color)
    directory = working_directory()
    known = facts()
    request = Request(
        image=image,
        events=tuple(_event(text, directory) for text in events),
        repeat=repeat,
        handler=handler,
        entrypoint=None if entrypoint is None else _words(entrypoint),
        working_directory=workdir,
        variables=tuple(_variable(text) for text in variables),
        memory_mb=_within("--memory", memory, known["memory_mb"]["least"], known["memory_mb"]["most"]),
        tmp_mb=_within("--tmp-size", tmp_size, 1, known["tmp_mb"]["most"]),
        timeout_seconds=_within("--timeout", timeout, 1, known["timeout_seconds"]["most"]),
        emulator=None if rie is None else directory / rie,
        keep=keep,
        expectations=_expectations(expectations, max_init),
    )
    file = None if dockerfile is None else directory / dockerfile
    if file is not None and not file.is_file():
        raise UsageError(f"--dockerfile {dockerfile}: no such file")
    try:
        with closing(connect()) as client:
            _check_architecture(architecture, image_facts(client, image).architecture, image)
            report = invoke_image(client, request)
    except InvokeError as error:
        raise UsageError(str(error)) from error
    if file is not None:
        report = _with_line(report, file, directory)
    if output != "text":
        stream.write_data(render_invoke(output, report, colour=False, width=100))
    else:
        stream.write(render_invoke(output, report, colour=stream.colour, width=stream.width))
    return report.exit_status


def _event(text: str, directory: Path) -> EventSource:
    if text == "-":
        return EventSource(
            "standard input", _json(sys.stdin.buffer.read(_LARGEST_EVENT + 1), "standard input")
        )
    if text.lstrip()[:1] in ("{", "[", '"'):
        return EventSource(text[:60], _json(text.encode(), "--event"))
    try:
        with (directory / text).open("rb") as file:
            data = file.read(_LARGEST_EVENT + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(
            f"--event {text}: cannot be read: {why}; JSON itself begins with {{, [ or a quote"
        ) from error
    return EventSource(text, _json(data, f"--event {text}"))


def _json(data: bytes, who: str) -> bytes:
    if len(data) > _LARGEST_EVENT:
        raise UsageError(f"{who}: is larger than the 6 MB that Lambda takes")
    try:
        json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{who}: is no JSON: {error}") from error
    return data


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"--entrypoint {text}: {error}") from error


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--env {text}: write NAME=VALUE")
    return name, value


def _within(flag: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise UsageError(f"{flag} {value}: Lambda takes {least} to {most}")
    return value


def _expectations(texts: tuple[str, ...], max_init: int | None) -> Expectations:
    try:
        return Expectations(tuple(read_expectation(text) for text in texts), max_init)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _check_architecture(wanted: str | None, found: str, image: str) -> None:
    if wanted is None:
        return
    if wanted not in _ARCHITECTURES:
        raise UsageError(unknown("--arch", wanted, ("x86_64", "arm64")))
    if _ARCHITECTURES[wanted] != found:
        raise UsageError(
            f"{image} is for {found}, which Lambda refuses to run on {wanted}:"
            f" build it with --platform linux/{_ARCHITECTURES[wanted]}"
        )


def _with_line(report: InvokeReport, file: Path, directory: Path) -> InvokeReport:
    """`report` with the line of the Dockerfile that the cause's rule points to, else that of its CMD."""
    cause = report.cause
    if cause is None or cause.rule is None:
        return report
    options = CheckOptions(
        paths=(str(file),),
        target="lambda",
        target_stage=None,
        build_arguments={},
        context=None,
        select=None,
        extend_select=(),
        ignore=(),
        fail_on=None,
        as_of=date.today(),
        stdin_filename=None,
        force_exclude=False,
        inline_ignores=False,
        config=None,
        use_config=True,
        exit_zero=True,
    )
    findings = [f for f in check(options, directory, None).report.findings if f.rule == cause.rule]
    line = findings[0].location.region.start.line if findings else _program_line(file)
    return report._replace(cause=cause._replace(line=line))


def _program_line(file: Path) -> int | None:
    """The last CMD or ENTRYPOINT, which starts what failed."""
    document = parse(SourceText(file.name, file.read_bytes()))
    lines = [each.start_line for each in document.instructions if each.keyword in ("CMD", "ENTRYPOINT")]
    return lines[-1] if lines else None
