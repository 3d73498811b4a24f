"""Findings as HTML: by Dockerfile, with their source lines and what a fix changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lintimg.model.finding import SEVERITIES, FileLocation, Finding, ImageLocation
from lintimg.model.report import FileReport, Report, RuleInfo
from lintimg.report.changes import Change, changes
from lintimg.report.columns import last_line
from lintimg.report.html_parts import Markup, element, joined, link
from lintimg.report.phrases import counts_text, cut, saving_text, sentence
from lintimg.text import size_text

_LINE, _LINES = 1000, 60


def findings_section(report: Report) -> Markup:
    """All findings by file, the worst files first."""
    groups = _groups(report.findings)
    files = {file.path: file for file in report.files}
    if not report.files and not groups:
        return Markup("")
    names = {name: f"file-{number}" for number, name in enumerate(groups, 1)}
    parts = [element("h2", "Findings")]
    if groups:
        parts += [_contents(groups, names) if len(groups) > 1 else Markup(""), _filter()]
    parts += [
        _file(name, files.get(name), found, names[name], report.rules) for name, found in groups.items()
    ]
    clean = [file for file in report.files if file.path not in groups]
    if clean:
        parts.append(_clean(clean))
    return element("section", *parts, id="findings")


def _groups(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(group_of(finding), []).append(finding)

    def weight(name: str) -> list[int]:
        return [-sum(each.severity == severity for each in groups[name]) for severity in SEVERITIES]

    return {name: groups[name] for name in sorted(groups, key=weight)}


def group_of(finding: Finding) -> str:
    """The Dockerfile or image that a finding is listed under."""
    if isinstance(finding.location, ImageLocation):
        return finding.location.image
    return finding.dockerfile or finding.location.path


def _contents(groups: Mapping[str, Sequence[Finding]], names: Mapping[str, str]) -> Markup:
    items = [
        element("li", element("a", element("code", name), href=f"#{names[name]}"), f": {counts_text(found)}")
        for name, found in groups.items()
    ]
    return element("nav", element("ul", *items), aria_label="Files with findings")


def _filter() -> Markup:
    """Shown by the script, which makes it work."""
    boxes = [
        element(
            "label",
            element("input", type="checkbox", value=severity, checked=True),
            f" {severity}",
            class_="chip",
        )
        for severity in SEVERITIES
    ]
    search = element(
        "label",
        "Show only ",
        element("input", type="search", placeholder="rule, path or word"),
        class_="search",
    )
    status = element("span", role="status")
    return element("form", *boxes, search, status, class_="filter", hidden=True, aria_label="Filter findings")


def _file(
    name: str,
    file: FileReport | None,
    found: Sequence[Finding],
    anchor: str,
    rules: Mapping[str, RuleInfo],
) -> Markup:
    facts = "" if file is None else _facts(file)
    return element(
        "section",
        element("h3", element("code", name), " ", element("small", counts_text(found))),
        element("p", facts, class_="facts") if facts else "",
        *(_finding(finding, rules.get(finding.rule)) for finding in found),
        class_="file",
        id=anchor,
    )


def _facts(file: FileReport) -> str:
    parts: list[str] = [file.kind]
    parts += file.evidence[:1]
    if file.runtime:
        parts.append(file.runtime)
    if file.final_base:
        parts.append(f"built on {file.final_base}")
    estimate = file.estimate
    if estimate is not None and estimate.likely >= 1_000_000:
        low, likely, high = (size_text(size) for size in (estimate.low, estimate.likely, estimate.high))
        parts.append(f"about {likely} unpacked (between {low} and {high})")
    return "; ".join(parts)


def _finding(finding: Finding, rule: RuleInfo | None) -> Markup:
    title = finding.rule if rule is None else f"{finding.rule} {rule.name}"
    state = {"new": element("span", "new", class_="chip new")}.get(finding.state or "", Markup(""))
    heading = element(
        "h4",
        element("span", finding.severity, class_=f"chip {finding.severity}"),
        state,
        " ",
        link(rule.url, title) if rule is not None else title,
        " ",
        element("small", _place(finding)),
    )
    return element(
        "article",
        heading,
        element("p", finding.message),
        _excerpt(finding),
        element("p", element("strong", "Do: "), sentence(finding.help)) if finding.help else "",
        element("p", f"It {saving_text(finding)}.") if finding.saving is not None else "",
        _fix(finding),
        _related(finding),
        "" if rule is None else _why(rule),
        class_="finding",
        data_severity=finding.severity,
    )


def _place(finding: Finding) -> str:
    location = finding.location
    if isinstance(location, FileLocation):
        start = location.region.start
        path = "" if location.path == group_of(finding) else f"{location.path} "
        return f"{path}line {start.line}, column {start.column}"
    line = location.dockerfile_line
    parts = (
        "" if location.layer is None else f"layer {location.layer.number}",
        location.layer_path or "",
        "" if line is None else f"{line.path} line {line.line}",
    )
    return ", ".join(part for part in parts if part)


def _excerpt(finding: Finding) -> Markup:
    region = finding.location.region
    last = last_line(region)
    lines = [line for line in finding.location.excerpt if region.start.line <= line.number <= last]
    if not lines:
        return Markup("")
    shown = []
    for line in lines[:_LINES]:
        start = region.start.column - 1 if line.number == region.start.line else 0
        end = region.end.column - 1 if line.number == region.end.line else len(line.text)
        text = cut(line.text, _LINE)
        number = element("span", f"{line.number:>4} ", class_="number")
        shown.append(joined(number, text[:start], element("mark", text[start:end]), text[end:], "\n"))
    if len(lines) > _LINES:
        shown.append(joined("     …\n"))
    return element("pre", element("code", *shown), class_="source", tabindex=0)


def _fix(finding: Finding) -> Markup:
    fix = finding.fix
    if fix is None:
        return Markup("")
    note = "" if fix.applicability == "safe" else " (unsafe: look it over)"
    shown = [_change(change, finding) for change in changes(finding)]
    return element(
        "details", element("summary", "Fix: ", fix.title, note), *shown, class_="fix", open=bool(shown)
    )


def _change(change: Change, finding: Finding) -> Markup:
    lines = [element("del", f"- {cut(line, _LINE)}\n") for line in change.before[:_LINES]]
    lines += [element("ins", f"+ {cut(line, _LINE)}\n") for line in change.after[:_LINES]]
    if max(len(change.before), len(change.after)) > _LINES:
        lines.append(joined("…\n"))
    new = not change.before and change.path != finding.location.path
    caption = element("p", element("code", change.path), " is made:") if new else Markup("")
    return joined(caption, element("pre", element("code", *lines), class_="diff", tabindex=0))


def _related(finding: Finding) -> Markup:
    items = [
        element("li", element("code", f"{related.path}:{related.region.start.line}"), f" {related.message}")
        for related in finding.related
    ]
    return element("ul", *items, class_="related") if items else Markup("")


def _why(rule: RuleInfo) -> Markup:
    parts = list(_paragraphs(rule.rationale))
    parts += [element("p", link(reference, reference)) for reference in rule.references]
    return element("details", element("summary", "Why: ", rule.title), *parts) if parts else Markup("")


def _paragraphs(text: str) -> Iterator[Markup]:
    for paragraph in text.strip().split("\n\n"):
        if paragraph.strip():
            yield element("p", " ".join(paragraph.split()))


def _clean(files: Sequence[FileReport]) -> Markup:
    items = [element("li", element("code", file.path), " ", element("small", _facts(file))) for file in files]
    title = "1 file without findings" if len(files) == 1 else f"{len(files):,} files without findings"
    return element("details", element("summary", title), element("ul", *items))
