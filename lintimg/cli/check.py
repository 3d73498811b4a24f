"""`lintimg check`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from lintimg.cli.options import CheckOptions, UsageError
from lintimg.cli.output import Output, open_output
from lintimg.cli.service import check
from lintimg.cli.sources import LARGEST, STDIN
from lintimg.model.finding import KINDS, SEVERITIES, Severity
from lintimg.report.formats import FORMATS, render


def run_check(
    *,
    paths: tuple[str, ...],
    target: str,
    target_stage: str | None,
    build_arguments: tuple[str, ...],
    context: str | None,
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    as_of: str | None,
    formats: tuple[str, ...],
    stdin_filename: str | None,
    force_exclude: bool,
    inline_ignores: bool,
    config: str | None,
    use_config: bool,
    quiet: bool,
    exit_zero: bool,
    color: str,
) -> int:
    """Checks, prints the reports and gives the exit status. Raises UsageError and ConfigurationError."""
    directory = Path.cwd()
    wanted = [_format(text) for text in formats]
    output = open_output(color)
    options = CheckOptions(
        paths=paths,
        target=_kind(target),
        target_stage=target_stage,
        build_arguments=_build_arguments(build_arguments),
        context=_folder(directory, context),
        select=None if select is None else _split(select),
        extend_select=_split(extend_select),
        ignore=_split(ignore),
        fail_on=_severity(fail_on),
        as_of=_date(as_of),
        stdin_filename=stdin_filename,
        force_exclude=force_exclude,
        inline_ignores=inline_ignores,
        config=directory / config if config is not None else None,
        use_config=use_config,
        exit_zero=exit_zero,
    )
    stdin = sys.stdin.buffer.read(LARGEST + 1) if STDIN in paths else b""
    outcome = check(options, directory, stdin)
    for name, file in wanted:
        if file is not None:
            output.write_file(directory / file, render(name, outcome.report, colour=False, width=100))
        elif not quiet or name != "text" or outcome.report.findings or outcome.report.errors:
            output.write(render(name, outcome.report, colour=output.colour, width=output.width))
    if not quiet:
        for note in outcome.notes:
            output.note(note)
    _tell_errors(output, wanted, outcome.report.errors)
    return outcome.report.exit_status


def _tell_errors(output: Output, wanted: list[tuple[str, str | None]], errors: tuple[object, ...]) -> None:
    """Errors reach a person also when the report goes to a file or a program."""
    if errors and not any(name in ("text", "concise") and file is None for name, file in wanted):
        for problem in errors:
            path = getattr(problem, "path", None)
            output.note(
                f"{path}: {getattr(problem, 'message', '')}" if path else str(getattr(problem, "message", ""))
            )


def _format(text: str) -> tuple[str, str | None]:
    name, equals, file = text.partition("=")
    if name not in FORMATS:
        raise UsageError(f"--format {name} is not known; known are {', '.join(FORMATS)}")
    if equals and not file:
        raise UsageError(f"--format {name}= names no file")
    return name, file or None


def _split(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _kind(text: str) -> str | None:
    if text == "auto":
        return None
    if text not in KINDS:
        raise UsageError(f"--target {text} is not known; known are auto, {', '.join(KINDS)}")
    return text


def _severity(text: str | None) -> Severity | None:
    if text is None:
        return None
    if text not in SEVERITIES:
        raise UsageError(f"--fail-on {text} is not known; known are {', '.join(SEVERITIES)}")
    return text


def _date(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text} is no date; write one such as 2026-11-23") from None


def _build_arguments(texts: tuple[str, ...]) -> Mapping[str, str]:
    result = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError(f"--build-arg {text}: write NAME=VALUE")
        result[name] = value
    return result


def _folder(directory: Path, text: str | None) -> Path | None:
    if text is None:
        return None
    if not (directory / text).is_dir():
        raise UsageError(f"--context {text}: no such folder")
    return directory / text


def note_error(message: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"lintimg: {message}\n")
