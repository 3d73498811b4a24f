"""GitLab's Code Quality report, which is also a Code Climate report.

Source: docs.gitlab.com, "Code Quality": other keys are ignored, entries with equal fingerprints are one, and the
check's name is not shown.
"""

from __future__ import annotations

from typing import Any

from lintimg.model.finding import Finding
from lintimg.model.report import Report
from lintimg.report.columns import last_line
from lintimg.report.json_text import json_text
from lintimg.report.phrases import advice

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}
_CATEGORIES = {
    "base": "Compatibility",
    "cache": "Performance",
    "contract": "Bug Risk",
    "correctness": "Bug Risk",
    "file": "Clarity",
    "image": "Performance",
    "security": "Security",
    "shell": "Bug Risk",
    "size": "Performance",
}


def write(report: Report) -> str:
    """The findings as a JSON array."""
    seen: dict[str, int] = {}
    return json_text([_issue(report, finding, seen) for finding in report.findings])


def _issue(report: Report, finding: Finding, seen: dict[str, int]) -> dict[str, Any]:
    number = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
    rule = report.rules.get(finding.rule)
    region = finding.location.region
    return {
        "type": "issue",
        "check_name": finding.rule,
        "description": f"{finding.rule}: {advice(finding)}",
        "categories": [_CATEGORIES.get("" if rule is None else rule.family, "Bug Risk")],
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": finding.fingerprint if number == 1 else f"{finding.fingerprint}-{number}",
        "location": {
            "path": finding.location.path,
            "lines": {"begin": region.start.line, "end": last_line(region)},
        },
    }
