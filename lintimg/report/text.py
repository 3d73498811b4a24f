"""The report for a person at a terminal: what, where, why, and what to type."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from lintimg.model.finding import SEVERITIES, Finding, ImageLocation
from lintimg.model.report import FileReport, Report, Since
from lintimg.report.layout import display_width, excerpt, wrap
from lintimg.report.phrases import count, growth_text
from lintimg.text import printable, size_text

_STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "path": "1;4",
    "dim": "2",
    "label": "1;32",
    "good": "1;32",
}
_NARROWEST, _WIDEST = 50, 120
_GUTTER = 5


def write(report: Report, *, colour: bool = False, width: int = 100, summary: bool = True) -> str:
    """The whole report; `width` is the terminal's in columns. Without `summary` only findings and errors."""
    writer = _Writer(report, colour, max(_NARROWEST, min(width, _WIDEST)))
    if summary:
        writer.images()
    writer.findings()
    writer.errors()
    if summary:
        writer.summary()
    return "".join(f"{line}\n" for line in writer.lines)


class _Writer:
    def __init__(self, report: Report, colour: bool, width: int) -> None:
        self.report = report
        self.colour = colour
        self.width = width
        self.lines: list[str] = []

    def paint(self, style: str, text: str) -> str:
        return f"\033[{_STYLES[style]}m{text}\033[0m" if self.colour and text else text

    def images(self) -> None:
        if self.report.images:
            from lintimg.report.image_text import image_lines

            for image in self.report.images:
                self.lines += image_lines(image, self.paint, self.width)

    def findings(self) -> None:
        files = {file.path: file for file in self.report.files}
        for path, group in groupby(self.report.findings, key=_heading):
            self.header(path, files.get(path or ""))
            for finding in group:
                self.finding(finding)

    def header(self, path: str | None, file: FileReport | None) -> None:
        if path is None:
            return
        name = printable(path)
        facts = printable(_facts(file))
        room = self.width - display_width(name) - 2
        if display_width(facts) <= room:
            self.lines.append(f"{self.paint('path', name)}  {self.paint('dim', facts)}".rstrip())
        else:
            self.lines.append(self.paint("path", name))
            self.lines += ["  " + self.paint("dim", line) for line in wrap(facts, self.width - 2)]
        self.lines.append("")

    def finding(self, finding: Finding) -> None:
        head = f"{finding.severity} {finding.rule}"
        self.entry(f"{self.paint(finding.severity, head)}  ", len(head) + 2, finding.message)
        self.excerpt(finding)
        self.remedy(finding)
        if finding.saving is not None:
            self.remark("saves", f"about {size_text(finding.saving.bytes)} ({finding.saving.basis})")
        for related in finding.related:
            place = f"line {related.region.start.line}"
            if related.path != finding.location.path:
                place = f"{related.path}:{related.region.start.line}"
            self.remark("see", f"{place}: {related.message}")
        self.lines.append("")

    def entry(self, painted: str, lead: int, text: str) -> None:
        """A line that begins with `painted`, `lead` columns wide; the rest of `text` hangs below its start."""
        first, *rest = wrap(printable(text), self.width - lead)
        self.lines.append(painted + first)
        self.lines += [" " * lead + line for line in rest]

    def remark(self, label: str, text: str) -> None:
        lead = " " * _GUTTER + "= "
        self.entry(
            f"{self.paint('dim', lead)}{self.paint('label', f'{label}:')} ", len(lead) + len(label) + 2, text
        )

    def remedy(self, finding: Finding) -> None:
        fix = finding.fix
        if fix is None:
            self.remark("do", finding.help)
            return
        how = "safe" if fix.applicability == "safe" else "unsafe: look it over"
        if fix.title.rstrip(".") == finding.help.rstrip("."):
            self.remark("do", f"{fix.title.rstrip('.')} (fixable, {how})")
        else:
            self.remark("do", finding.help)
            self.remark("fixable", f"{fix.title} ({how})")

    def excerpt(self, finding: Finding) -> None:
        location = finding.location
        if isinstance(location, ImageLocation):
            where = location.layer_path or ""
            layer = "" if location.layer is None else f", layer {location.layer.number}"
            line = location.dockerfile_line
            if line is not None:
                layer += f", {printable(line.path)}:{line.line}"
            self.lines.append(
                f"{' ' * (_GUTTER - 2)}{self.paint('dim', '-->')} {printable(location.image + where)}{layer}"
            )
            return
        first, last = location.region.start, location.region.end
        place = f"{printable(location.path)}:{first.line}:{first.column}"
        self.lines.append(f"{' ' * (_GUTTER - 2)}{self.paint('dim', '-->')} {place}")
        text = next((line.text for line in location.excerpt if line.number == first.line), None)
        if text is None:
            return
        end = last.column - 1 if last.line == first.line else len(text)
        gutter = max(_GUTTER, len(str(first.line)) + 1)
        shown = excerpt(text, first.column - 1, end, self.width - gutter - 2)
        number, blank = f"{first.line} |".rjust(gutter + 1), "|".rjust(gutter + 1)
        mark = self.paint(finding.severity, "^" * max(shown.end - shown.start, 1))
        self.lines.append(f"{self.paint('dim', number)} {shown.text}".rstrip())
        self.lines.append(f"{self.paint('dim', blank)} {' ' * shown.start}{mark}")

    def errors(self) -> None:
        for problem in self.report.errors:
            named = problem.path or problem.image
            place = f"{named}: " if named else ""
            head = "could not finish"
            self.entry(f"{self.paint('error', head)}  ", len(head) + 2, f"{place}{problem.message}")
        if self.report.errors:
            self.lines.append("")

    def summary(self) -> None:
        report = self.report
        checked = f"{count(len(report.files), 'file')} checked"
        if report.images:
            read = f"{count(len(report.images), 'image')} read"
            checked = f"{checked}, {read}" if report.files else read
        if not report.files and any(problem.image for problem in report.errors):
            return
        tail = f"; {len(report.suppressed)} silenced" if report.suppressed else ""
        if report.findings:
            self.lines.append(f"{checked}: {self.counts()}{tail}.")
        elif report.files:
            self.lines.append(f"{checked}: {self.paint('good', 'nothing found')}{tail}.")
        else:
            self.lines.append(f"{checked}.")
        if report.since is not None:
            self.lines += since_lines(report.since)
        if report.errors:
            self.lines.append(
                f"{count(len(report.errors), 'problem')} kept lintimg from doing all of its work."
            )
        mends = _mends(report.findings)
        if mends:
            self.lines.append(self.paint("dim", mends))
        if report.findings:
            code = report.findings[0].rule
            self.lines.append(self.paint("dim", f"lintimg explain {code} tells more about {code}."))

    def counts(self) -> str:
        parts = []
        for severity in SEVERITIES:
            number = sum(finding.severity == severity for finding in self.report.findings)
            if number:
                text = f"{number} info" if severity == "info" else count(number, severity)
                parts.append(self.paint(severity, text))
        return ", ".join(parts)


def since_lines(since: Since) -> Iterator[str]:
    """What is different from an earlier report."""
    yield f"Since the earlier report: {since.new} new, {len(since.fixed)} fixed, {since.unchanged} as before."
    for finding in since.fixed:
        start = finding.location.region.start
        yield f"  fixed: {printable(finding.location.path)}:{start.line} {finding.rule} {printable(finding.message)}"
    for change in since.sizes:
        if change.before != change.after:
            about = "about " if change.kind == "file" else ""
            yield (
                f"  {printable(change.name)}: {about}{size_text(change.after)},"
                f" {growth_text(change.before, change.after)}"
            )


def _heading(finding: Finding) -> str | None:
    """The Dockerfile that a finding stands under, None for what was found in an image."""
    return None if isinstance(finding.location, ImageLocation) else finding.dockerfile


def _facts(file: FileReport | None) -> str:
    """What kind of image it is and why, its runtime and size; empty where nothing is known."""
    if file is None:
        return ""
    facts = [f"{file.kind} ({file.evidence[0]})" if file.evidence else file.kind]
    known = file.runtime or file.final_base
    if known is not None and known not in facts[0]:
        facts.append(known if file.runtime else f"base {known}")
    estimate = file.estimate
    # A guess that may be wrong by more than half is left to the JSON report, which has its bounds.
    if estimate is not None and estimate.likely >= 1_000_000 and estimate.high <= 2 * estimate.likely:
        facts.append(f"about {size_text(estimate.likely)} unpacked")
    return "; ".join(facts)


def _mends(findings: tuple[Finding, ...]) -> str:
    """How many of `findings` can be fixed and how, empty for none."""
    fixes = [finding.fix.applicability for finding in findings if finding.fix is not None]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    if not safe:
        return f"--fix --unsafe-fixes mends {unsafe} of them." if unsafe else ""
    more = f", --fix --unsafe-fixes {unsafe} more" if unsafe else ""
    return f"--fix mends {safe} of them{more}."
