"""SonarQube's generic issue format, with rules (the form with issues alone is deprecated).

Source: SonarSource/sonarqube, ExternalIssueReportValidator: a rule needs an engine and impacts, an issue must have
neither a severity nor a type of its own. Columns are 0-based offsets in UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintimg.model.finding import Finding
from lintimg.model.report import Report, RuleInfo
from lintimg.model.span import Region
from lintimg.report.columns import last_line, lines_of, units_before, whole_lines
from lintimg.report.json_text import json_text
from lintimg.report.phrases import advice, first_paragraph
from lintimg.text import printable

_IMPACTS = {"error": "HIGH", "warning": "MEDIUM", "info": "LOW"}
_QUALITIES = {"security": "SECURITY", "contract": "RELIABILITY", "correctness": "RELIABILITY"}


def write(report: Report) -> str:
    """The rules that found something, and the issues."""
    codes = sorted({finding.rule for finding in report.findings})
    known = {code: report.rules[code] for code in codes if code in report.rules}
    return json_text(
        {
            "rules": [_rule(code, known.get(code)) for code in codes],
            "issues": [_issue(finding) for finding in report.findings],
        }
    )


def _rule(code: str, rule: RuleInfo | None) -> dict[str, Any]:
    quality = _QUALITIES.get("" if rule is None else rule.family, "MAINTAINABILITY")
    severity = "warning" if rule is None else rule.default_severity
    return {
        "id": code,
        "name": code if rule is None else rule.title,
        "description": code if rule is None else first_paragraph(rule.rationale) or rule.title,
        "engineId": "lintimg",
        "cleanCodeAttribute": "CONVENTIONAL",
        "impacts": [{"softwareQuality": quality, "severity": _IMPACTS[severity]}],
    }


def _issue(finding: Finding) -> dict[str, Any]:
    location = finding.location
    lines = lines_of(finding)
    issue: dict[str, Any] = {
        "ruleId": finding.rule,
        "primaryLocation": {
            "message": advice(finding),
            "filePath": location.path,
            "textRange": _range(lines, location.region),
        },
    }
    if finding.related:
        issue["secondaryLocations"] = [
            {
                "message": printable(related.message),
                "filePath": related.path,
                "textRange": _range(lines if related.path == location.path else {}, related.region),
            }
            for related in finding.related
        ]
    return issue


def _range(lines: Mapping[int, str], region: Region) -> dict[str, int]:
    start, end = region
    first = units_before(lines, start, "utf-16-le", 2)
    last = units_before(lines, end, "utf-16-le", 2)
    if whole_lines(region) or first is None or last is None or start == end:
        # Sonar refuses an empty range.
        return {"startLine": start.line, "endLine": last_line(region)}
    return {"startLine": start.line, "startColumn": first, "endLine": end.line, "endColumn": last}
