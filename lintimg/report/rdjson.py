"""reviewdog's diagnostic format, with suggestions that a pull request can take by one click.

Source: reviewdog/reviewdog, proto/rdf. Columns count UTF-8 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintimg.model.finding import Edit, Finding
from lintimg.model.report import Report
from lintimg.model.span import Position, Region
from lintimg.report.columns import last_line, lines_of, text_between, units_before, whole_lines
from lintimg.report.json_text import json_text
from lintimg.report.phrases import HOME, advice
from lintimg.text import printable

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}
_SOURCE = {"name": "lintimg", "url": HOME}


def write(report: Report) -> str:
    """The report as one JSON object."""
    return json_text(
        {
            "source": _SOURCE,
            "severity": "WARNING",
            "diagnostics": [diagnostic(report, finding) for finding in report.findings],
        }
    )


def diagnostic(report: Report, finding: Finding) -> dict[str, Any]:
    """One finding as plain data."""
    location = finding.location
    lines = lines_of(finding)
    rule = report.rules.get(finding.rule)
    code = {"value": finding.rule}
    if rule is not None:
        code["url"] = rule.url
    found: dict[str, Any] = {
        "message": advice(finding),
        "location": {"path": location.path, "range": _range(lines, location.region)},
        "severity": _SEVERITIES[finding.severity],
        "source": _SOURCE,
        "code": code,
    }
    suggestion = _suggestion(finding, lines)
    if suggestion is not None:
        found["suggestions"] = [suggestion]
    if finding.related:
        found["related_locations"] = [
            {
                "message": printable(related.message),
                "location": {
                    "path": related.path,
                    "range": _range(lines if related.path == location.path else {}, related.region),
                },
            }
            for related in finding.related
        ]
    return found


def _range(lines: Mapping[int, str], region: Region) -> dict[str, Any]:
    exact = None if whole_lines(region) else _exact_range(lines, region)
    # Without columns it means whole lines, the last one included.
    return exact or {"start": {"line": region.start.line}, "end": {"line": last_line(region)}}


def _exact_range(lines: Mapping[int, str], region: Region) -> dict[str, Any] | None:
    start, end = _position(lines, region.start), _position(lines, region.end)
    return None if start is None or end is None else {"start": start, "end": end}


def _position(lines: Mapping[int, str], position: Position) -> dict[str, int] | None:
    before = units_before(lines, position, "utf-8", 1)
    return None if before is None else {"line": position.line, "column": before + 1}


def _suggestion(finding: Finding, lines: Mapping[int, str]) -> dict[str, Any] | None:
    """All edits as one replacement: reviewdog offers each suggestion alone, and half a fix is none."""
    if finding.fix is None or any(edit.path != finding.location.path for edit in finding.fix.edits):
        return None
    edits = sorted(
        ((edit.region, edit) for edit in finding.fix.edits if edit.region is not None), key=lambda e: e[0]
    )
    if not edits or len(edits) != len(finding.fix.edits):
        return None
    whole = Region(edits[0][0].start, max(region.end for region, _ in edits))
    text = _replacement(edits, lines)
    place = _exact_range(lines, whole)
    return None if text is None or place is None else {"range": place, "text": text}


def _replacement(edits: list[tuple[Region, Edit]], lines: Mapping[int, str]) -> str | None:
    newline = "\r\n" if any("\r\n" in edit.text for _, edit in edits) else "\n"
    pieces: list[str] = []
    at = edits[0][0].start
    for region, edit in edits:
        between = text_between(lines, at, region.start, newline) if at < region.start else ""
        if between is None or at > region.start:
            return None
        pieces += (between, edit.text)
        at = region.end
    return "".join(pieces)
