"""One line a finding."""

from __future__ import annotations

from lintimg.model.report import Report
from lintimg.text import printable


def write(report: Report) -> str:
    """`path:line:column: CODE severity message [fixable]` for each finding, then the errors."""
    lines = []
    for finding in report.findings:
        start = finding.location.region.start
        mark = " [fixable]" if finding.fix is not None and finding.fix.applicability == "safe" else ""
        lines.append(
            f"{printable(finding.location.path)}:{start.line}:{start.column}:"
            f" {finding.rule} {finding.severity} {printable(finding.message)}{mark}"
        )
    for problem in report.errors:
        place = f"{printable(problem.path)}: " if problem.path else ""
        lines.append(f"{place}could not finish: {printable(problem.message)}")
    return "".join(f"{line}\n" for line in lines)
