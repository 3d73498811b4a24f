"""A comment for a pull request or a job's summary, in GitHub's and GitLab's Markdown.

Its first line is a hidden marker by which a bot finds the comment it wrote before. GitHub refuses more than 65,536
characters: what does not fit is counted in a last line, the worst findings being kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from lintimg.lazy import NamedTuple
from lintimg.model.finding import SEVERITIES, Finding, ImageLocation
from lintimg.model.report import FileReport, Report
from lintimg.report.changes import changes
from lintimg.report.columns import last_line
from lintimg.report.markdown_text import block, cell, prose, span
from lintimg.report.phrases import count, counts_text, cut, saving_text, sentence
from lintimg.text import printable, size_text

MARKER = "<!-- lintimg:v1 -->"
_LIMIT = 60_000
_ROWS = 50
_TEXT, _LINE, _LINES = 1200, 200, 12
"""The longest message and source line in characters, and the most lines of a block."""
_PROBLEMS, _OPEN = 20, 3
_IMAGE_LIMIT = 10 * 1024**3


class _Entry(NamedTuple):
    """A finding as it will be shown; `order` is its place in the report, `old` whether an earlier one has it."""

    order: int
    old: bool
    group: str
    finding: Finding
    text: str


def write(report: Report) -> str:
    """The comment's body, at most 60,000 characters."""
    head = [MARKER, f"### lintimg: {verdict(report)}", ""]
    if report.since is not None:
        from lintimg.report.markdown_since import since_parts

        head += since_parts(report.since)
    head += _remarks(report)
    head += _files(report)
    if report.images:
        from lintimg.report.markdown_image import image_parts

        for image in report.images:
            head += image_parts(image)
    head += _problems(report)
    text = "\n".join(head).rstrip() + "\n"
    return _cut_lines(text) + _details(report, _LIMIT - min(len(text), _LIMIT))


def verdict(report: Report) -> str:
    """What was found where, in one line; what is new where that is known."""
    where = _where(report)
    if report.since is not None:
        new, fixed = report.since.new, len(report.since.fixed)
        changed = f"{count(new, 'new finding')}" if new else "nothing new"
        return f"{changed}, {fixed} fixed" if fixed else changed
    if report.findings:
        return f"{counts_text(report.findings)} in {where}"
    if report.errors:
        return f"could not do all of its work on {where}" if where else "could not do its work"
    if report.images and not report.files:
        return f"{where} read"
    return f"nothing found in {where}" if where else "no Dockerfile to check"


def _where(report: Report) -> str:
    parts = []
    if report.files:
        parts.append(count(len(report.files), "Dockerfile"))
    if report.images:
        parts.append(count(len(report.images), "image"))
    return " and ".join(parts)


def _remarks(report: Report) -> list[str]:
    fixes = [finding.fix.applicability for finding in report.findings if finding.fix is not None]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    remarks = []
    if safe:
        remarks.append(f"`lintimg check --fix` mends {safe} of them.")
    if unsafe:
        remarks.append(
            f"`--fix --unsafe-fixes` mends {unsafe}{' more' if safe else ' of them'}; look them over."
        )
    if report.suppressed:
        remarks.append(f"{count(len(report.suppressed), 'finding')} silenced.")
    return [" ".join(remarks), ""] if remarks else []


def _files(report: Report) -> list[str]:
    """A row for each Dockerfile: what was found, how large its image gets, what could be saved."""
    if not report.files:
        return []
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(_group(finding), []).append(finding)
    files = sorted(report.files, key=lambda file: -len(found.get(file.path, ())))[:_ROWS]
    shown = {file.path for file in files}
    rows = [
        "| Dockerfile | found | image, unpacked | of Lambda's 10 GB |",
        "|:---|:---|---:|---:|",
    ]
    rows += [_row(file, found.get(file.path, [])) for file in report.files if file.path in shown]
    if len(report.files) > _ROWS:
        rows.append(f"| and {len(report.files) - _ROWS} more | | | |")
    return [*rows, ""]


def _row(file: FileReport, found: Sequence[Finding]) -> str:
    size = share = ""
    estimate = file.estimate
    if estimate is not None and estimate.likely >= 1_000_000:
        size = f"{size_text(estimate.low)} to {size_text(estimate.high)}"
        if estimate.high <= 2 * estimate.likely:
            size = f"about {size_text(estimate.likely)}"
            share = f"{estimate.likely * 100 / _IMAGE_LIMIT:.0f}%"
    return f"| {cell(cut(file.path, _LINE))} | {counts_text(found) or 'nothing'} | {size} | {share} |"


def _problems(report: Report) -> list[str]:
    lines = []
    for problem in report.errors:
        named = problem.path or problem.image
        place = f"{span(cut(named, _LINE))}: " if named else ""
        lines.append(f"- could not finish: {place}{prose(cut(problem.message, _TEXT))}")
    if len(lines) > _PROBLEMS:
        lines[_PROBLEMS:] = [f"- and {len(lines) - _PROBLEMS} more"]
    return [*lines, ""] if lines else []


def _cut_lines(text: str) -> str:
    """`text` without the last lines if it is too long."""
    if len(text) <= _LIMIT:
        return text
    return text[: text.rindex("\n", 0, _LIMIT - 100)] + "\n\nThere is more than fits here.\n"


def _details(report: Report, room: int) -> str:
    """The findings by Dockerfile or image, folded; as many as fit in `room` characters, the worst first."""
    entries = [
        _Entry(order, finding.state == "unchanged", _group(finding), finding, _entry(finding))
        for order, finding in enumerate(report.findings)
    ]
    kept = _fitting(entries, room - 200)
    parts = list(
        _folded([entry for entry in kept if not entry.old], entries, unfold=report.since is not None)
    )
    known = list(_folded([entry for entry in kept if entry.old], entries, unfold=False))
    if known:
        parts += ["\n#### Found before\n", *known]
    if len(kept) < len(entries):
        parts.append(
            f"\n{count(len(entries) - len(kept), 'finding')} more than fit here: see the full report.\n"
        )
    return "".join(parts)


def _fitting(entries: Iterable[_Entry], room: int) -> list[_Entry]:
    """As many as fit, the new and the worst first, in the report's order."""
    kept: list[_Entry] = []
    groups: set[tuple[bool, str]] = set()
    for entry in sorted(entries, key=lambda entry: (entry.old, SEVERITIES.index(entry.finding.severity))):
        place = (entry.old, entry.group)
        need = len(entry.text) + (0 if place in groups else len(escape(entry.group)) * 2 + 200)
        if need <= room:
            room -= need
            groups.add(place)
            kept.append(entry)
    return sorted(kept, key=lambda entry: entry.order)


def _folded(shown: Sequence[_Entry], entries: Sequence[_Entry], *, unfold: bool) -> Iterator[str]:
    groups = dict.fromkeys(entry.group for entry in shown)
    for group in groups:
        mine = [entry for entry in shown if entry.group == group]
        every = [entry.finding for entry in entries if entry.group == group and entry.old == mine[0].old]
        summary = f"<code>{escape(printable(group))}</code>: {counts_text(every)}"
        opened = " open" if unfold or (len(groups) == 1 and len(mine) <= _OPEN) else ""
        yield f"\n<details{opened}><summary>{summary}</summary>\n\n"
        yield from (entry.text for entry in mine)
        yield "</details>\n"


def _group(finding: Finding) -> str:
    if isinstance(finding.location, ImageLocation):
        return finding.location.image
    return finding.dockerfile or finding.location.path


def _entry(finding: Finding) -> str:
    lines = [
        f"**{finding.severity} {finding.rule}** {_place(finding)}: {prose(cut(finding.message, _TEXT))}",
        "",
    ]
    if finding.help:
        lines += [f"Do: {prose(cut(sentence(finding.help), _TEXT))}", ""]
    if finding.saving is not None:
        lines += [f"It {saving_text(finding)}.", ""]
    lines += _source(finding)
    return "\n".join((*lines, "", ""))


def _place(finding: Finding) -> str:
    location = finding.location
    if isinstance(location, ImageLocation):
        layer = "" if location.layer is None else f"layer {location.layer.number}"
        path = "" if location.layer_path is None else span(cut(location.layer_path, _LINE))
        line = location.dockerfile_line
        place = "" if line is None else f"{span(cut(line.path, _LINE))} line {line.line}"
        return ", ".join(part for part in (place, layer, path) if part) or "in the image"
    first, last = location.region.start.line, last_line(location.region)
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    return lines if location.path == _group(finding) else f"{span(cut(location.path, _LINE))} {lines}"


def _source(finding: Finding) -> list[str]:
    """What a fix changes, else the lines it is about."""
    lines = []
    for change in changes(finding):
        lines += [f"-{line}" for line in change.before] + [f"+{line}" for line in change.after]
    if finding.fix is not None and 0 < len(lines) <= _LINES:
        note = "" if finding.fix.applicability == "safe" else " (unsafe: look it over)"
        return [f"{prose(cut(finding.fix.title, _LINE))}{note}:", "", *_block(lines, "diff")]
    location = finding.location
    end = last_line(location.region)
    source = [line.text for line in location.excerpt if location.region.start.line <= line.number <= end]
    return _block(source, "dockerfile") if source else []


def _block(lines: Sequence[str], language: str) -> list[str]:
    shown = [cut(printable(line), _LINE) for line in lines[:_LINES]]
    return block([*shown, "…"] if len(lines) > _LINES else shown, language)
