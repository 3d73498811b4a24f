"""The report for a person at a terminal: what, where, why, and what to type."""

from __future__ import annotations

import textwrap
from itertools import groupby

from lintimg.model.finding import Finding, SourceLine
from lintimg.model.report import FileReport, Report
from lintimg.text import printable

_COLOURS = {
    "error": "\033[1;31m",
    "warning": "\033[1;33m",
    "info": "\033[1;36m",
    "path": "\033[1m",
    "dim": "\033[2m",
    "help": "\033[32m",
}
_RESET = "\033[0m"
_MARGIN = "       "


def write(report: Report, *, colour: bool = False, width: int = 100) -> str:
    """The whole report; `width` is the terminal's in columns."""
    return _Writer(report, colour, max(60, min(width, 120))).text()


class _Writer:
    def __init__(self, report: Report, colour: bool, width: int) -> None:
        self.report = report
        self.colour = colour
        self.width = width
        self.lines: list[str] = []

    def paint(self, name: str, text: str) -> str:
        return f"{_COLOURS[name]}{text}{_RESET}" if self.colour else text

    def text(self) -> str:
        files = {file.path: file for file in self.report.files}
        for path, group in groupby(self.report.findings, key=lambda finding: finding.dockerfile):
            self.header(path, files.get(path))
            for finding in group:
                self.finding(finding)
        self.errors()
        self.summary()
        return "".join(f"{line}\n" for line in self.lines)

    def header(self, path: str, file: FileReport | None) -> None:
        self.lines.append(self.paint("path", printable(path)) + self.paint("dim", _about(file)))
        self.lines.append("")

    def finding(self, finding: Finding) -> None:
        start = finding.location.region.start
        severity = self.paint(finding.severity, f"{finding.severity} {finding.rule}")
        place = f"{start.line}:{start.column}"
        if finding.location.path != finding.dockerfile:
            place = f"{printable(finding.location.path)}:{place}"
        self.wrapped(
            f"{severity}  ", printable(finding.message), lead=len(finding.severity) + len(finding.rule) + 3
        )
        self.excerpt(finding, place)
        self.wrapped(f"    {self.paint('help', 'do:')} ", printable(finding.help), lead=8)
        if finding.fix is not None:
            how = "safe" if finding.fix.applicability == "safe" else "needs a look"
            self.wrapped(
                f"    {self.paint('help', 'fix:')} ", f"{printable(finding.fix.title)} ({how})", lead=9
            )
        for related in finding.related:
            line = related.region.start.line
            self.wrapped(
                f"    {self.paint('dim', 'see:')} ", f"line {line}: {printable(related.message)}", lead=9
            )
        self.lines.append("")

    def wrapped(self, first: str, text: str, lead: int) -> None:
        pieces = textwrap.wrap(text, self.width - lead, break_on_hyphens=False) or [""]
        self.lines.append(first + pieces[0])
        self.lines += [" " * lead + piece for piece in pieces[1:]]

    def excerpt(self, finding: Finding, place: str) -> None:
        region = finding.location.region
        shown = [line for line in finding.location.excerpt if line.number == region.start.line]
        self.lines.append(f"    {self.paint('dim', '-->')} {place}")
        if not shown:
            return
        line = shown[0]
        last = region.end.column if region.end.line == region.start.line else len(line.text) + 1
        text, start, end = _window(line, region.start.column, last, self.width - len(_MARGIN) - 4)
        number = f"{line.number:>5}"
        self.lines.append(f"{self.paint('dim', f'{number} |')} {text}")
        mark = "^" * max(end - start, 1)
        self.lines.append(f"{self.paint('dim', '      |')} {' ' * start}{self.paint(finding.severity, mark)}")

    def errors(self) -> None:
        for problem in self.report.errors:
            place = f"{printable(problem.path)}: " if problem.path else ""
            self.lines.append(
                f"{self.paint('error', 'could not finish')}  {place}{printable(problem.message)}"
            )
        if self.report.errors:
            self.lines.append("")

    def summary(self) -> None:
        report = self.report
        count = len(report.files)
        files = "1 file" if count == 1 else f"{count} files"
        hidden = f", {len(report.suppressed)} silenced" if report.suppressed else ""
        if not report.findings:
            self.lines.append(f"{files} checked, nothing found{hidden}.")
            return
        parts = []
        for severity in ("error", "warning", "info"):
            number = sum(finding.severity == severity for finding in report.findings)
            if number:
                plural = "" if number == 1 or severity == "info" else "s"
                parts.append(self.paint(severity, f"{number} {severity}{plural}"))
        self.lines.append(f"{files} checked: {', '.join(parts)}{hidden}.")
        self.lines.append(
            self.paint("dim", f"lintimg explain {report.findings[0].rule} tells more about a rule.")
        )


def _about(file: FileReport | None) -> str:
    if file is None:
        return ""
    facts: list[str] = [file.kind]
    if file.evidence:
        facts[0] += f" ({printable(file.evidence[0])})"
    if file.estimate is not None and file.estimate.likely >= 1_000_000:
        facts.append(f"about {_size(file.estimate.likely)} unpacked")
    return f"  {'; '.join(facts)}"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _window(line: SourceLine, start: int, end: int, width: int) -> tuple[str, int, int]:
    """The part of a line around columns `start` to `end`, made printable, with 0-based offsets in it."""
    begin = 0
    if len(line.text) > width and end > width:
        begin = max(0, start - 1 - width // 3)
    before = printable(line.text[begin : start - 1].expandtabs(4))
    token = printable(line.text[start - 1 : min(end - 1, begin + width)].expandtabs(4))
    after = printable(line.text[min(end - 1, begin + width) : begin + width].expandtabs(4))
    left = "…" if begin else ""
    right = "…" if begin + width < len(line.text) else ""
    return (
        f"{left}{before}{token}{after}{right}",
        len(left) + len(before),
        len(left) + len(before) + len(token),
    )
