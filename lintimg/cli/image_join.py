"""`check --image`: the report on a Dockerfile and that on the image built from it, joined."""

from __future__ import annotations

import sys

from lintimg.aws.base_facts import base_facts
from lintimg.aws.limits import IMAGE_LIMIT
from lintimg.cli.image_contents import base_of
from lintimg.cli.image_fixes import with_fixes
from lintimg.cli.image_rules import find_image_check, judge_image
from lintimg.cli.image_view import is_kept, viewed
from lintimg.cli.progress import bytes_shown
from lintimg.dockerfile.build import Build
from lintimg.dockerfile.lexer import parse
from lintimg.dockerfile.resolve import resolve
from lintimg.image.errors import ImageError
from lintimg.image.image import Options
from lintimg.image.open import opened_image
from lintimg.image.summary import image_stack, summarize
from lintimg.lazy import NamedTuple
from lintimg.lint.engine import FileResult, FileSettings
from lintimg.lint.image_engine import ImageSettings
from lintimg.lint.measured import Measures
from lintimg.model.finding import Problem
from lintimg.model.image import ImageReport
from lintimg.text import SourceText

_TOP = 10


class Joined(NamedTuple):
    """A Dockerfile's result with what its image adds; `image` is None where it could not be read."""

    result: FileResult
    image: ImageReport | None
    notes: tuple[str, ...]


def join_image(reference: str, result: FileResult, source: SourceText, settings: FileSettings) -> Joined:
    """`result` of the Dockerfile `source`, measured on the image that `reference` names, and its findings."""
    with bytes_shown(quiet=False) as progress:
        options = Options(keep=is_kept, progress=progress)
        try:
            with opened_image(reference, sys.stdin.buffer, options) as image:
                stack = image_stack(image)
                report = summarize(image, stack, limit=IMAGE_LIMIT, top=_TOP)
                below = base_of(image, None, options)
                view = viewed(image, stack, report, _TOP, below, _build(source, settings))
                rules = ImageSettings(settings.selection, settings.severities, find_image_check)
                kind = result.report.kind
                target = kind if kind in ("lambda", "generic") else None
                judged = judge_image(image, stack, view.report, rules, settings.policy, target, view.lines)
                findings = result.findings
                if stack is not None and any(line is not None for line in view.lines):
                    base = sum(layer.from_base is True for layer in view.report.layers)
                    findings = tuple(Measures(image, stack, view.lines, base).apply(findings))
        except ImageError as error:
            problem = Problem("image", str(error), image=reference)
            return Joined(result._replace(errors=(*result.errors, problem)), None, ())
    ignored = settings.ignored.ignored
    found = [
        finding
        for finding in judged.findings
        if not any(choice.covers(finding.rule, finding.details) for choice in ignored)
    ]
    shown = with_fixes(view.report._replace(verdict=judged.verdict), findings)
    return Joined(
        result._replace(findings=(*findings, *found), errors=(*result.errors, *judged.errors)),
        shown,
        (*image.notes, *view.notes),
    )


def _build(source: SourceText, settings: FileSettings) -> Build:
    document = parse(source)
    try:
        return resolve(document, base_facts, settings.target_stage, settings.build_arguments)
    except ValueError:
        return resolve(document, base_facts, None, settings.build_arguments)
