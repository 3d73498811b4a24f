"""What a change did, in Markdown: bytes, and the findings that are no more."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.model.report import Since, SizeChange
from lintimg.report.markdown_text import cell, prose, span
from lintimg.report.phrases import count, cut, growth_text
from lintimg.text import size_text

_ROWS, _TEXT, _LINE = 50, 300, 200


def since_parts(since: Since) -> Iterator[str]:
    """The lines that lead a comment on a change."""
    grown = [change for change in since.sizes if change.before != change.after]
    if grown:
        yield "| image | before | after | difference |"
        yield "|:---|---:|---:|---:|"
        yield from (_row(change) for change in grown[:_ROWS])
        if len(grown) > _ROWS:
            yield f"| and {len(grown) - _ROWS} more | | | |"
        yield ""
    if since.fixed:
        yield f"<details><summary>{count(len(since.fixed), 'finding')} fixed</summary>"
        yield ""
        for finding in since.fixed[:_ROWS]:
            place = span(cut(finding.location.path, _LINE))
            yield f"- {finding.rule} {place}: {prose(cut(finding.message, _TEXT))}"
        if len(since.fixed) > _ROWS:
            yield f"- and {len(since.fixed) - _ROWS} more"
        yield ""
        yield "</details>"
        yield ""


def _row(change: SizeChange) -> str:
    about = "about " if change.kind == "file" else ""
    before, after = size_text(change.before), size_text(change.after)
    name = cell(cut(change.name, _LINE))
    return f"| {name} | {about}{before} | {about}{after} | **{growth_text(change.before, change.after)}** |"
