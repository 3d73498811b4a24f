"""`lintimg report`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from lintimg.cli.formats import Wanted, wanted_formats
from lintimg.cli.options import UsageError
from lintimg.cli.output import Output, open_output, working_directory
from lintimg.model.invoke import InvokeReport
from lintimg.model.report import Report
from lintimg.report.compare import compare, merge
from lintimg.report.decode import DecodeError
from lintimg.report.formats import FOR_PEOPLE, FORMATS, render
from lintimg.report.invoke import FORMATS_OF_INVOKE, render_invoke
from lintimg.report.read import read_report

_STDIN = "-"


def run_report(
    *,
    files: tuple[str, ...],
    formats: tuple[str, ...],
    join: bool,
    since: str | None,
    new_only: bool,
    color: str,
) -> int:
    """Prints saved reports in other formats; the exit status, which says nothing of findings. Raises UsageError."""
    output = open_output(color)
    directory = working_directory()
    wanted = wanted_formats(formats, FORMATS)
    if len(files) > 1 and not join:
        raise UsageError(f"{len(files)} reports: add --merge to join them into one")
    if new_only and since is None:
        raise UsageError("--new-only needs --since OLD.json to know what is new")
    reports = [_read(directory, name) for name in files]
    only = reports[0]
    if isinstance(only, InvokeReport) and len(reports) == 1 and since is None:
        _write_invoke(output, directory, wanted, only)
        return 0
    report = merge(_of_check(files, reports))
    if since is not None:
        report = compare(report, *_of_check((since,), (_read(directory, since),)), new_only=new_only)
    _write(output, directory, wanted, report)
    return 0


def _read(directory: Path, name: str) -> Report | InvokeReport:
    try:
        data = sys.stdin.buffer.read() if name == _STDIN else (directory / name).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{name}: {getattr(error, 'strerror', None) or error}") from error
    try:
        return read_report(data)
    except DecodeError as error:
        raise UsageError(f"{'standard input' if name == _STDIN else name} {error}") from None


def _of_check(names: Sequence[str], reports: Sequence[Report | InvokeReport]) -> list[Report]:
    found = []
    for name, report in zip(names, reports, strict=True):
        if isinstance(report, InvokeReport):
            raise UsageError(f"{name} is a report of lintimg invoke: these stand alone")
        found.append(report)
    return found


def _write(output: Output, directory: Path, wanted: Sequence[Wanted], report: Report) -> None:
    for name, file in wanted:
        if file is not None:
            output.write_file(directory / file, render(name, report, colour=False, width=100))
        elif name in FOR_PEOPLE:
            output.write(render(name, report, colour=output.colour, width=output.width))
        else:
            output.write_data(render(name, report, colour=False, width=100))


def _write_invoke(output: Output, directory: Path, wanted: Sequence[Wanted], report: InvokeReport) -> None:
    for name, file in wanted:
        if name not in FORMATS_OF_INVOKE:
            known = ", ".join(FORMATS_OF_INVOKE)
            raise UsageError(f"--format {name} says nothing of an invocation; known are {known}")
        if file is not None:
            output.write_file(directory / file, render_invoke(name, report, colour=False, width=100))
        elif name in FOR_PEOPLE:
            output.write(render_invoke(name, report, colour=output.colour, width=output.width))
        else:
            output.write_data(render_invoke(name, report, colour=False, width=100))
