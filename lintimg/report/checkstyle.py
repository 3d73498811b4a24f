"""Checkstyle's XML, which many review tools read."""

from __future__ import annotations

from lintimg.model.finding import Finding
from lintimg.model.report import Report
from lintimg.report.phrases import advice
from lintimg.report.xml import HEAD, attributes


def write(report: Report) -> str:
    """The findings by file; what lintimg could not do is an error of its file."""
    entries: dict[str, list[str]] = {}
    for finding in report.findings:
        entries.setdefault(finding.location.path, []).append(_error(finding))
    for problem in report.errors:
        line = attributes(
            line=problem.line or 1,
            severity="error",
            message=problem.message,
            source=f"lintimg.{problem.kind}",
        )
        entries.setdefault(problem.path or problem.image or "lintimg", []).append(f"    <error{line}/>")
    lines = ['<checkstyle version="4.3">']
    for path in sorted(entries):
        lines += [f"  <file{attributes(name=path)}>", *entries[path], "  </file>"]
    lines.append("</checkstyle>")
    return HEAD + "".join(f"{line}\n" for line in lines)


def _error(finding: Finding) -> str:
    start = finding.location.region.start
    values = attributes(
        line=start.line,
        column=start.column,
        severity=finding.severity,
        message=advice(finding),
        source=f"lintimg.{finding.rule}",
    )
    return f"    <error{values}/>"
