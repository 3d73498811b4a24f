"""One line a finding."""

from __future__ import annotations

from lintimg.model.finding import FileLocation, ImageLocation
from lintimg.model.report import Report
from lintimg.text import printable


def write(report: Report) -> str:
    """`path:line:column: CODE severity message [fixable]` for each finding, then the errors."""
    lines = []
    for finding in report.findings:
        mark = " [fixable]" if finding.fix is not None and finding.fix.applicability == "safe" else ""
        lines.append(
            f"{printable(_place(finding.location))}:"
            f" {finding.rule} {finding.severity} {printable(finding.message)}{mark}"
        )
    for problem in report.errors:
        named = problem.path or problem.image
        place = f"{printable(named)}: " if named else ""
        lines.append(f"{place}could not finish: {printable(problem.message)}")
    return "".join(f"{line}\n" for line in lines)


def _place(location: FileLocation | ImageLocation) -> str:
    if isinstance(location, FileLocation):
        start = location.region.start
        return f"{location.path}:{start.line}:{start.column}"
    if location.layer_path is not None:
        return f"{location.image}:{location.layer_path}"
    return location.image if location.layer is None else f"{location.image}: layer {location.layer.number}"
