"""Suggestions about a built image, with the fixes that the linter has for the instructions they point at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lintimg.lint.measured import cache_names
from lintimg.model.finding import DockerfileLine, Edit, FileLocation, Finding, Fix
from lintimg.model.image import ImageReport, Suggestion


def with_fixes(image: ImageReport, findings: Sequence[Finding]) -> ImageReport:
    """`image` whose suggestions carry the fixes of `findings` about the same thing on the same instruction."""
    return image._replace(
        suggestions=tuple(_with_fix(suggestion, findings) for suggestion in image.suggestions)
    )


def _with_fix(suggestion: Suggestion, findings: Iterable[Finding]) -> Suggestion:
    line = suggestion.dockerfile_line
    if line is None:
        return suggestion
    found = [finding for finding in findings if _is_about(suggestion, line, finding)]
    fixes = [finding.fix for finding in found if finding.fix is not None]
    if not fixes:
        return suggestion
    return suggestion._replace(fix=_joined(fixes), help=found[0].help or suggestion.help)


def _is_about(suggestion: Suggestion, line: DockerfileLine, finding: Finding) -> bool:
    place = finding.location
    if finding.rule not in suggestion.rules or not isinstance(place, FileLocation) or place.path != line.path:
        return False
    if not line.line <= place.region.start.line <= line.end_line:
        return False
    manager = finding.details.get("manager")
    return not suggestion.about or manager is None or suggestion.about in cache_names(str(manager))


def _joined(fixes: Sequence[Fix]) -> Fix:
    """The fixes of one instruction as one, without those that change what another changes."""
    edits: list[Edit] = []
    safe = True
    for fix in fixes:
        if not any(_overlap(edit, other) for edit in fix.edits for other in edits):
            edits += fix.edits
            safe = safe and fix.applicability == "safe"
    return Fix(fixes[0].title, "safe" if safe else "unsafe", tuple(edits))


def _overlap(edit: Edit, other: Edit) -> bool:
    if edit.path != other.path or edit.region is None or other.region is None:
        return edit.path == other.path
    if edit.region == other.region:
        return True
    return edit.region.start < other.region.end and other.region.start < edit.region.end
