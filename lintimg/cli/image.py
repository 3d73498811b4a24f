"""`lintimg image`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import cast, get_args

from lintimg import __version__
from lintimg.aws.limits import IMAGE_LIMIT
from lintimg.aws.tables import data_as_of
from lintimg.cli.dive_ci import NAME, read_dive_ci
from lintimg.cli.formats import Wanted, wanted_formats
from lintimg.cli.image_contents import base_of
from lintimg.cli.image_rules import Judged, fails, judge_image
from lintimg.cli.image_settings import ImageRun, RuleOptions, image_run, rule_options
from lintimg.cli.image_view import is_kept, read_build, viewed, with_lines
from lintimg.cli.options import UsageError, unknown
from lintimg.cli.output import Output, open_output, working_directory
from lintimg.cli.progress import bytes_shown
from lintimg.image.dive import dive_json, dive_wasted
from lintimg.image.errors import ImageError
from lintimg.image.gates import Gates, broken_gates
from lintimg.image.image import Image, Options, Via
from lintimg.image.open import opened_image
from lintimg.image.paths import outline, path_history
from lintimg.image.sampling import with_sampled_sizes
from lintimg.image.stack import LayerStack
from lintimg.image.summary import image_stack, summarize
from lintimg.lint.image_veil import veiled_text
from lintimg.model.finding import Problem
from lintimg.model.image import ImageReport, TreeNode
from lintimg.model.report import Report, ToolInfo
from lintimg.report.formats import FOR_PEOPLE, FORMATS, render
from lintimg.settings.units import read_size

_DIVE, _PAGE = "dive-json", "html"
_PAGE_TOP = 30
"""Entries of a folder that a page draws."""
_FORMATS = (*FORMATS, _DIVE)


def run_image(
    *,
    reference: str,
    base: str | None,
    via: str,
    platform: str | None,
    deep: bool,
    hashes: bool,
    compressed: bool,
    why: str | None,
    tree: str | None,
    top: int,
    max_size: str | None,
    max_waste: str | None,
    min_efficiency: float | None,
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    target: str,
    dockerfile: str | None,
    target_stage: str | None,
    formats: tuple[str, ...],
    quiet: bool,
    config: str | None,
    use_config: bool,
    exit_zero: bool,
    color: str,
) -> int:
    """Reads the image, prints the reports and gives the exit status. Raises UsageError, ConfigurationError."""
    directory = working_directory()
    output = open_output(color)
    if not reference.strip():
        raise UsageError("IMAGE is empty; write the name of an image or of a file that docker save wrote")
    wanted = wanted_formats(formats, _FORMATS)
    file = None if config is None else directory / config
    flags = rule_options(select, extend_select, ignore, fail_on, target, file, use_config)
    run = image_run(flags, directory, dockerfile)
    gates, from_file = _gates(max_size, max_waste, min_efficiency, run)
    build = None if dockerfile is None else read_build(dockerfile, target_stage, run.build_arguments)
    with bytes_shown(quiet=quiet) as progress:
        options = Options(
            via=_via(via), platform=platform, deep=deep, hashes=hashes, keep=is_kept, progress=progress
        )
        try:
            with opened_image(reference, sys.stdin.buffer, options) as image:
                stack = image_stack(image)
                if compressed:
                    image = with_sampled_sizes(image)  # noqa: PLW2901
                notes = [*image.notes, *_dive(output, wanted, image, stack)]
                report = summarize(image, stack, limit=IMAGE_LIMIT, top=top)
                below = base_of(image, base, options)
                view = viewed(image, stack, report, top, below, build)
                report, judged = view.report, None
                notes += view.notes
                if why is None and tree is None:
                    judged = judge_image(image, stack, report, run.rules, run.policy, run.target, view.lines)
                    report = report._replace(verdict=judged.verdict)
                    if dockerfile is not None:
                        report = _with_fixes(report, dockerfile, target_stage, run, flags)
                if why is not None:
                    history = path_history(image, _needed(stack, "--why"), why)
                    report = report._replace(why=with_lines(history, view.lines))
                if tree is not None:
                    report = report._replace(tree=outline(_needed(stack, "--tree"), tree, top))
                folders = report.tree or _folders(stack, wanted)
        except ImageError as error:
            return _write(output, wanted, _report((), _problem(reference, error), None, 2), quiet)
    broken = broken_gates(report, gates)
    failed = bool(broken) or (judged is not None and fails(judged.findings, run.fail_on))
    errors = () if judged is None else judged.errors
    status = 2 if errors else int(failed and not exit_zero)
    status = _write(output, wanted, _report((report,), errors, judged, status), quiet, folders)
    if not quiet:
        _notes(output, notes, broken, from_file)
    return status


def _with_fixes(
    report: ImageReport, dockerfile: str, target_stage: str | None, run: ImageRun, flags: RuleOptions
) -> ImageReport:
    from lintimg.cli.image_dockerfile import findings_for
    from lintimg.cli.image_fixes import with_fixes

    found = findings_for(report, dockerfile, target_stage, run.build_arguments, flags, working_directory())
    return with_fixes(report, found)


def _folders(stack: LayerStack | None, wanted: list[Wanted]) -> TreeNode | None:
    """The tree of the whole image for a page that draws it."""
    if stack is None or all(name != _PAGE for name, _ in wanted):
        return None
    with suppress(ImageError):
        return outline(stack, "/", _PAGE_TOP)
    return None


def _needed(stack: LayerStack | None, flag: str) -> LayerStack:
    if stack is None:
        raise UsageError(
            f"{flag} needs the files of the image: write --deep for a registry, leave out --via history"
        )
    return stack


def _dive(output: Output, wanted: list[Wanted], image: Image, stack: LayerStack | None) -> Iterator[str]:
    """Writes dive's format where it is wanted; what to know of it."""
    for name, file in wanted:
        if name == _DIVE:
            whole = _needed(stack, f"--format {_DIVE}")
            text = dive_json(image, whole, veiled_text)
            if file is None:
                output.write_data(text)
            else:
                output.write_file(working_directory() / file, text)
            ours, theirs = sum(whole.losses), dive_wasted(whole)
            if ours != theirs:
                yield (
                    f"inefficientBytes is {ours:,}, where dive itself says {theirs:,}: it counts the copy of a"
                    " rewritten file that stays, too, and nothing of what goes with a folder"
                )


def _problem(reference: str, error: ImageError) -> tuple[Problem, ...]:
    return (Problem("image", str(error), image=reference),)


def _report(
    images: tuple[ImageReport, ...], errors: tuple[Problem, ...], judged: Judged | None, status: int
) -> Report:
    tool = ToolInfo("lintimg", __version__, date.today().isoformat(), data_as_of())
    rules = {} if judged is None else judged.rules
    findings = () if judged is None else judged.findings
    return Report(tool, (), rules, findings, (), errors, status, images)


def _write(
    output: Output, wanted: list[Wanted], whole: Report, quiet: bool, folders: TreeNode | None = None
) -> int:
    directory = working_directory()
    for name, file in wanted:
        if name == _DIVE:
            continue
        report = whole
        if name == _PAGE:
            report = whole._replace(images=tuple(image._replace(tree=folders) for image in whole.images))
        if file is not None:
            output.write_file(directory / file, render(name, report, colour=False, width=100))
        elif name in FOR_PEOPLE:
            output.write(
                render(
                    name,
                    report,
                    colour=output.colour,
                    width=output.width,
                    summary=not quiet or not report.errors,
                )
            )
        else:
            output.write_data(render(name, report, colour=False, width=100))
    if not any(name in FOR_PEOPLE and file is None for name, file in wanted):
        for problem in whole.errors:
            output.note(f"{problem.image}: {problem.message}")
    return whole.exit_status


def _notes(output: Output, notes: Sequence[str], broken: tuple[str, ...], from_file: str | None) -> None:
    for note in notes:
        output.note(note)
    for sentence in broken:
        output.note(sentence if from_file is None else f"{sentence} ({from_file})")


def _gates(
    max_size: str | None, max_waste: str | None, min_efficiency: float | None, run: ImageRun
) -> tuple[Gates, str | None]:
    """The thresholds, and the file they come from: flags take its place. Raises UsageError."""
    given = Gates(
        None if max_size is None else _size("--max-size", max_size),
        None if max_waste is None else _size("--max-waste", max_waste),
        min_efficiency,
    )
    if given != Gates():
        return given, None
    found = read_dive_ci(working_directory())
    if found is not None:
        return found, NAME
    return Gates(run.max_size), run.source


def _via(text: str) -> Via:
    known = get_args(Via)
    if text not in known:
        raise UsageError(unknown("--via", text, known))
    return cast("Via", text)


def _size(flag: str, text: str) -> int:
    try:
        return read_size(text)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None
