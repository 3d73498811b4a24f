"""The rules on built images: which run, what they find, and whether Lambda takes the image by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from lintimg.checks.registry import find_check
from lintimg.image.image import Image
from lintimg.image.stack import LayerStack
from lintimg.lazy import NamedTuple
from lintimg.lint.built import BuiltImage, ImageCheck
from lintimg.lint.image_engine import ImageResult, ImageSettings, lint_image
from lintimg.lint.policy import Policy
from lintimg.lint.table import bundled_text, rule_info, rules_by_code
from lintimg.model.finding import SEVERITIES, DockerfileLine, Finding, Kind, Problem, Severity
from lintimg.model.image import ImageReport, Verdict
from lintimg.model.report import RuleInfo

DECIDING = frozenset(f"LI8{number:02}" for number in (1, 2, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15))
"""Rules, tagged deploy, whose errors keep Lambda from taking or starting the image. Here, too, because the tags
are among the long texts, which take longer to load than most images to read.
"""


class Judged(NamedTuple):
    """What the rules say of an image."""

    findings: tuple[Finding, ...]
    verdict: Verdict
    errors: tuple[Problem, ...]
    rules: Mapping[str, RuleInfo]


def judge_image(
    image: Image,
    stack: LayerStack | None,
    report: ImageReport,
    settings: ImageSettings,
    policy: Policy,
    target: Kind | None,
    lines: Sequence[DockerfileLine | None] = (),
) -> Judged:
    """Runs the chosen rules over the image on which `report` is; `lines` made its layers, where that is known."""
    base = None
    if report.layers and report.layers[0].from_base is not None:
        base = sum(layer.from_base is True for layer in report.layers)
    subject = BuiltImage(image, stack, policy, target, base, report.contents)
    result = lint_image(subject, settings, DECIDING, lines)
    codes = sorted({finding.rule for finding in result.findings})
    return Judged(
        result.findings,
        _verdict(subject, result),
        result.errors,
        {code: rule_info(rules_by_code()[code], bundled_text(code)) for code in codes},
    )


def find_image_check(name: str) -> ImageCheck:
    """The check of a rule on built images."""
    return cast("ImageCheck", find_check(name))


def fails(findings: tuple[Finding, ...], fail_on: Severity) -> bool:
    """Is one of the findings as severe as `fail_on`."""
    limit = SEVERITIES.index(fail_on)
    return any(SEVERITIES.index(finding.severity) <= limit for finding in findings)


def _verdict(subject: BuiltImage, result: ImageResult) -> Verdict:
    """No where an error says so; yes only for an image that is surely for Lambda and was read to its files."""
    if result.deciding:
        return Verdict(False, tuple(dict.fromkeys(finding.message for finding in result.deciding)))
    if result.errors:
        return Verdict(None, ())
    if subject.stack is None:
        return Verdict(None, ("Only sizes are known, so what the image starts was not looked at.",))
    if subject.kind != "lambda":
        return Verdict(None, ("Nothing in the image shows that it is for Lambda; --target lambda says so.",))
    return Verdict(True, ())
