"""reviewdog's diagnostic format, one JSON object a line."""

from __future__ import annotations

from lintimg.model.report import Report
from lintimg.report.json_text import json_line
from lintimg.report.rdjson import diagnostic


def write(report: Report) -> str:
    """One line a finding."""
    return "".join(json_line(diagnostic(report, finding)) for finding in report.findings)
