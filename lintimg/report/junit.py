"""JUnit's XML: a suite for each file, a failed case for each finding, a passed case where there is none."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.model.finding import Finding, Problem
from lintimg.model.report import Report
from lintimg.report.phrases import problem_text, saving_text
from lintimg.report.xml import HEAD, attributes, escaped


def write(report: Report) -> str:
    """The report as one `testsuites` element."""
    lines = list(_suites(report))
    failures, errors = len(report.findings), len(report.errors)
    passed = sum("<testcase" in line and line.endswith("/>") for line in lines)
    head = attributes(name="lintimg", tests=failures + errors + passed, failures=failures, errors=errors)
    return HEAD + "".join(f"{line}\n" for line in (f"<testsuites{head}>", *lines, "</testsuites>"))


def _suites(report: Report) -> Iterator[str]:
    findings: dict[str, list[Finding]] = {file.path: [] for file in report.files}
    findings |= {image.reference: [] for image in report.images}
    for finding in report.findings:
        findings.setdefault(finding.location.path, []).append(finding)
    for path in sorted(findings):
        found = findings[path]
        yield f"  <testsuite{attributes(name=path, tests=len(found) or 1, failures=len(found), errors=0)}>"
        for finding in found:
            yield from _case(finding)
        if not found:
            yield f"    <testcase{attributes(name='lintimg', classname=path)}/>"
        yield "  </testsuite>"
    if report.errors:
        count = len(report.errors)
        yield f"  <testsuite{attributes(name='lintimg', tests=count, failures=0, errors=count)}>"
        for problem in report.errors:
            yield from _problem(problem)
        yield "  </testsuite>"


def _case(finding: Finding) -> Iterator[str]:
    location = finding.location
    start = location.region.start
    place = attributes(
        name=f"lintimg.{finding.rule}",
        classname=location.path,
        file=location.path,
        line=start.line,
        column=start.column,
    )
    yield f"    <testcase{place}>"
    details = (
        f"{location.path}:{start.line}:{start.column}: {finding.rule} {finding.severity}",
        finding.help,
        saving_text(finding),
    )
    text = "\n".join(escaped(detail) for detail in details if detail)
    yield f"      <failure{attributes(message=finding.message, type=finding.severity)}>{text}</failure>"
    yield "    </testcase>"


def _problem(problem: Problem) -> Iterator[str]:
    place = attributes(
        name=f"lintimg.{problem.kind}",
        classname=problem.path or problem.image or "lintimg",
        file=problem.path,
        line=problem.line,
    )
    yield f"    <testcase{place}>"
    yield f"      <error{attributes(message=problem_text(problem), type=problem.kind)}/>"
    yield "    </testcase>"
