"""`lintimg check`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from lintimg.cli.formats import wanted_formats
from lintimg.cli.options import CheckOptions, FixOptions, UsageError, unknown
from lintimg.cli.output import Output, open_output, working_directory
from lintimg.cli.service import Outcome, check
from lintimg.cli.sources import LARGEST, STDIN
from lintimg.model.finding import KINDS, SEVERITIES, Severity
from lintimg.report.formats import FOR_PEOPLE, FORMATS, render

_WHEN = ("auto", "on", "off")


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
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    fix_only: tuple[str, ...],
    baseline: str | None,
    update_baseline: bool,
    diff_base: str | None,
    shellcheck: str,
    statistics: bool,
    show_settings: bool,
    image: str | None,
) -> int:
    """Checks, prints the reports and gives the exit status. Raises UsageError and ConfigurationError."""
    directory = working_directory()
    wanted = wanted_formats(formats, FORMATS)
    output = open_output(color)
    if config is not None and not use_config:
        raise UsageError("--config and --no-config contradict each other")
    if diff and update_baseline:
        raise UsageError("--diff writes nothing, so it cannot go with --update-baseline")
    if statistics and any(file is None and name not in FOR_PEOPLE for name, file in wanted):
        raise UsageError("--statistics prints a table; send the report to a file, such as --format json=FILE")
    if image is not None and (fix or diff):
        raise UsageError("--image goes without --fix and --diff: the image was built from the file as it is")
    options = CheckOptions(
        paths=paths,
        target=_kind(target),
        target_stage=target_stage,
        build_arguments=_build_arguments(build_arguments),
        context=_folder(directory, context),
        select=None if select is None else _selected(select),
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
        fixes=_fixes(fix, unsafe_fixes, diff, fix_only),
        baseline=directory / baseline if baseline is not None else None,
        update_baseline=update_baseline,
        diff_base=diff_base,
        shellcheck=_shellcheck(shellcheck),
        image=image,
    )
    if show_settings:
        from lintimg.cli.show_settings import settings_text

        output.write(settings_text(options, directory))
        return 0
    stdin = sys.stdin.buffer.read(LARGEST + 1) if STDIN in paths else b""
    outcome = check(options, directory, stdin)
    for name, file in wanted:
        if file is not None:
            output.write_file(directory / file, render(name, outcome.report, colour=False, width=100))
    printed = [name for name, file in wanted if file is None]
    if diff:
        printed = []
    for name in printed:
        # What fixing prints takes standard output; the report goes beside it.
        stream = None if outcome.printed is None else sys.stderr
        if name not in FOR_PEOPLE:
            output.write_data(render(name, outcome.report, colour=False, width=100), stream)
        elif statistics:
            from lintimg.cli.statistics_table import statistics_table

            output.write(statistics_table(outcome.report), stream)
        else:
            colour, width = output.colour, output.width
            output.write(render(name, outcome.report, colour=colour, width=width, summary=not quiet), stream)
    if outcome.printed is not None:
        output.write_data(outcome.printed)
    _tell(output, outcome, quiet=quiet, errors=statistics or not FOR_PEOPLE.intersection(printed))
    return outcome.report.exit_status


def _tell(output: Output, outcome: Outcome, *, quiet: bool, errors: bool) -> None:
    """Notes on standard error, and the `errors` that a person has not seen in a report."""
    for note in () if quiet else outcome.notes:
        output.note(note)
    for problem in outcome.report.errors if errors else ():
        output.note(f"{problem.path}: {problem.message}" if problem.path else problem.message)


def _fixes(fix: bool, unsafe: bool, diff: bool, only: tuple[str, ...]) -> FixOptions | None:
    if fix or diff:
        return FixOptions(not diff, unsafe, _split(only))
    for flag, given in (("--unsafe-fixes", unsafe), ("--fix-only", bool(only))):
        if given:
            raise UsageError(f"{flag} says which fixes: add --fix to apply them or --diff to see them")
    return None


def _split(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _selected(texts: tuple[str, ...]) -> tuple[str, ...]:
    selectors = _split(texts)
    if not selectors:
        raise UsageError("--select names no rule")
    return selectors


def _kind(text: str) -> str | None:
    if text == "auto":
        return None
    if text not in KINDS:
        raise UsageError(unknown("--target", text, ("auto", *KINDS)))
    return text


def _shellcheck(text: str) -> str:
    if text not in _WHEN:
        raise UsageError(unknown("--shellcheck", text, _WHEN))
    return text


def _severity(text: str | None) -> Severity | None:
    if text is None:
        return None
    if text not in SEVERITIES:
        raise UsageError(unknown("--fail-on", text, SEVERITIES))
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
