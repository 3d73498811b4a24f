"""Findings in the words of the Language Server Protocol; its columns count UTF-16 units from 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types

from lintimg.model.finding import FileLocation, Finding
from lintimg.model.report import Report, RuleInfo
from lintimg.model.span import Position, Region
from lintimg.report.phrases import advice, saving_text
from lintimg.text import printable

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


def diagnostic(finding: Finding, rule: RuleInfo | None, lines: Sequence[str], uri: str) -> types.Diagnostic:
    """A finding in the document `uri` that has these lines."""
    return types.Diagnostic(
        range=span(finding.location.region, lines),
        message=advice(finding),
        severity=_SEVERITIES.get(finding.severity, types.DiagnosticSeverity.Warning),
        code=finding.rule,
        code_description=None if rule is None else types.CodeDescription(href=rule.url),
        source="lintimg",
        related_information=[
            types.DiagnosticRelatedInformation(
                location=types.Location(uri=uri, range=span(related.region, lines)),
                message=printable(related.message),
            )
            for related in finding.related
            if related.path == finding.location.path
        ],
        data=finding.fingerprint,
    )


def span(region: Region, lines: Sequence[str]) -> types.Range:
    """A region of a text with these lines."""
    return types.Range(start=_position(region.start, lines), end=_position(region.end, lines))


def _position(position: Position, lines: Sequence[str]) -> types.Position:
    number = position.line - 1
    if number >= len(lines):
        # Behind the last line end.
        return types.Position(line=len(lines), character=0)
    before = lines[number][: position.column - 1]
    return types.Position(line=number, character=len(before.encode("utf-16-le", "surrogatepass")) // 2)


def touches(finding: Finding, wanted: types.Range, lines: Sequence[str]) -> bool:
    """Whether a finding stands, at least in part, in a range."""
    found = span(finding.location.region, lines)
    return _key(found.start) <= _key(wanted.end) and _key(wanted.start) <= _key(found.end)


def _key(position: types.Position) -> tuple[int, int]:
    return (position.line, position.character)


def quick_fix(
    finding: Finding, shown: types.Diagnostic, lines: Sequence[str], uri: str, folder: Path
) -> types.CodeAction | None:
    """The finding's fix; paths of reports are relative to `folder`. None without a fix."""
    if finding.fix is None:
        return None
    own = finding.location.path
    changes: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    texts: dict[str, list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]] = {}
    for edit in finding.fix.edits:
        place = uri if edit.path == own else (folder / edit.path).as_uri()
        if edit.region is None:
            changes.append(
                types.CreateFile(uri=place, options=types.CreateFileOptions(ignore_if_exists=True))
            )
            where = types.Range(start=types.Position(0, 0), end=types.Position(0, 0))
        elif edit.path != own:
            # The columns of a text that is not at hand cannot be told.
            return None
        else:
            where = span(edit.region, lines)
        texts.setdefault(place, []).append(types.TextEdit(range=where, new_text=edit.text))
    changes += [
        types.TextDocumentEdit(
            text_document=types.OptionalVersionedTextDocumentIdentifier(uri=place, version=None), edits=edits
        )
        for place, edits in texts.items()
    ]
    safe = finding.fix.applicability == "safe"
    return types.CodeAction(
        title=printable(f"{finding.fix.title} ({finding.rule}{'' if safe else ', look it over'})"),
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown],
        is_preferred=safe,
        edit=types.WorkspaceEdit(document_changes=changes),
    )


def page(finding: Finding, report: Report) -> str:
    """What a rule is about, in Markdown, led by what it found here."""
    from lintimg.report.markdown_text import prose

    rule = report.rules.get(finding.rule)
    parts = [f"**{finding.severity} {finding.rule}** {prose(finding.message)}", prose(finding.help)]
    if finding.saving is not None:
        parts.append(f"It {saving_text(finding)}.")
    if rule is not None:
        parts += [
            f"**{prose(rule.title)}**",
            rule.rationale.strip(),
            f"[{rule.code} {rule.name}]({rule.url})",
        ]
        parts += [f"<{reference}>" for reference in rule.references]
    return "\n\n".join(part for part in parts if part)


def in_document(report: Report) -> list[Finding]:
    """The findings that stand in the one Dockerfile of a report."""
    own = {file.path for file in report.files}
    return [f for f in report.findings if isinstance(f.location, FileLocation) and f.location.path in own]
