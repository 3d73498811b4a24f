"""From hits to findings: codes, severities, messages, excerpts and fingerprints."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from pathlib import Path

from lintimg.context.infrastructure import read_source
from lintimg.lint.fingerprint import Fingerprints
from lintimg.lint.line_hash import LineHashes
from lintimg.lint.rule import Hit, HitEdit, Rule
from lintimg.lint.selection import SHELLCHECK
from lintimg.lint.subject import Subject
from lintimg.model.finding import Edit, FileLocation, Finding, Fix, Related, Severity, SourceLine
from lintimg.model.span import Region, Span
from lintimg.text import SourceText, printable

_EXCERPT_LIMIT = 60


class FindingMaker:
    """Makes the findings of one file, in the order of its rules."""

    def __init__(
        self,
        subject: Subject,
        severities: Mapping[str, Severity],
        display: Callable[[Path], str],
        fingerprint_path: str,
    ) -> None:
        """`severities` are the user's overrides by code."""
        self._subject = subject
        self._severities = severities
        self._display = display
        self._fingerprints = Fingerprints(fingerprint_path)
        self._others: dict[str, SourceText] = {}
        self._hashes: dict[str, LineHashes] = {}

    def make(self, rule: Rule, hit: Hit) -> Finding:
        """The finding `hit` is. Raises KeyError when a template needs a value the hit lacks."""
        source = self._source(hit.path)
        region = source.region(hit.span)
        stage, instruction = self._place(hit)
        values = self._shown(hit.values)
        fix = self._fix(rule, hit, values)
        return Finding(
            rule=rule.code,
            severity=self._stated_severity(rule, hit) or hit.severity or rule.severity,
            message=rule.messages[hit.variant if hit.variant in rule.messages else ""].format_map(values),
            help=rule.helps[hit.variant if hit.variant in rule.helps else ""].format_map(values),
            fingerprint=self._fingerprints.make(rule.code, stage, instruction),
            location=FileLocation(
                source.path,
                stage,
                region,
                self._excerpt(source, region, fix),
                self._line_hash(source, region),
            ),
            dockerfile=self._subject.document.source.path,
            related=tuple(
                Related(
                    self._subject.document.source.path,
                    self._subject.document.source.region(related.span),
                    related.message,
                )
                for related in hit.related
            ),
            details=self._subject.veil.values(hit.details),
            saving=hit.saving,
            fix=fix,
        )

    def _shown(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Values as a message may carry them: no control characters, no line ends, no secrets."""
        values = self._subject.veil.values(values)
        return {key: printable(value) if isinstance(value, str) else value for key, value in values.items()}

    def _excerpt(self, source: SourceText, region: Region, fix: Fix | None) -> tuple[SourceLine, ...]:
        veil = self._subject.veil
        if source is not self._subject.document.source:
            from lintimg.lint.secret_values import secret_values
            from lintimg.lint.veil import Veil

            veil = Veil(source, secret_values(source.text), ())
        return veil.lines(_excerpt(source, region, fix))

    def _stated_severity(self, rule: Rule, hit: Hit) -> Severity | None:
        stated = self._severities
        if stated and rule.code == SHELLCHECK:
            return stated.get(str(hit.details["code"])) or stated.get(rule.code)
        return stated.get(rule.code)

    def _source(self, path: str | None) -> SourceText:
        if path is None:
            return self._subject.document.source
        found = self._others.get(path)
        if found is None:
            found = SourceText(self._other_path(path), self._other_data(path) or b"")
            self._others[path] = found
        return found

    def _line_hash(self, source: SourceText, region: Region) -> str | None:
        hashes = self._hashes.get(source.path)
        if hashes is None:
            text = source.encode(source.text).decode("utf-8", "replace")
            hashes = self._hashes[source.path] = LineHashes(text)
        return hashes.hash(region.start.line)

    def _other_data(self, path: str) -> bytes | None:
        if os.path.isabs(path):  # noqa: PTH117
            return read_source(path)
        context = self._subject.context
        return context.read(path) if context is not None else None

    def _other_path(self, path: str) -> str:
        if os.path.isabs(path):  # noqa: PTH117
            return self._display(Path(path))
        context = self._subject.context
        return self._display(context.root / path) if context is not None else path

    def _place(self, hit: Hit) -> tuple[str | None, str]:
        """The name of the stage (its number when it has none) and the instruction a hit lies in."""
        if hit.path is not None:
            source = self._source(hit.path)
            return None, source.line(source.position(hit.span.start).line)
        document = self._subject.document
        name: str | None = None
        for instruction in document.instructions:
            if instruction.span.start > hit.span.start:
                break
            if hit.span.start < instruction.span.end or hit.span.start == instruction.span.start:
                for stage in self._subject.build.stages:
                    if stage.instruction.number <= instruction.number:
                        name = stage.name or str(stage.number)
                return name, document.source.slice(instruction.span)
        return name, document.source.line(document.source.position(hit.span.start).line)

    def _fix(self, rule: Rule, hit: Hit, values: Mapping[str, object]) -> Fix | None:
        title = hit.fix_title or rule.fix_title
        applicability = hit.fix_applicability or rule.fix_applicability
        if not hit.edits or title is None or applicability is None:
            return None
        return Fix(title.format_map(values), applicability, tuple(self._edit(edit) for edit in hit.edits))

    def _edit(self, edit: HitEdit) -> Edit:
        if edit.span is None:
            return Edit(self._other_path(edit.path or ""), None, edit.text)
        source = self._source(edit.path)
        text = edit.text.replace("\n", source.newline) if source.newline != "\n" else edit.text
        return Edit(source.path, source.region(edit.span), text)


def _excerpt(source: SourceText, region: Region, fix: Fix | None) -> tuple[SourceLine, ...]:
    last = max(region.start.line, region.end.line - (region.end.column == 1))
    wanted = set(range(region.start.line, min(last, region.start.line + _EXCERPT_LIMIT) + 1))
    for edit in fix.edits if fix is not None else ():
        if edit.path == source.path and edit.region is not None:
            wanted.update(
                range(
                    edit.region.start.line,
                    min(edit.region.end.line, edit.region.start.line + _EXCERPT_LIMIT) + 1,
                )
            )
    count = len(source.line_starts)
    return tuple(SourceLine(number, source.line(number)) for number in sorted(wanted) if number <= count)


def span_of_line(source: SourceText, number: int) -> Span:
    """The text of the 1-based line `number` without surrounding blanks."""
    start = source.line_starts[number - 1]
    line = source.line(number)
    lead = len(line) - len(line.lstrip())
    return Span(start + lead, start + max(len(line.rstrip()), lead))
