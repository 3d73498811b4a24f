"""Which findings are reported, which were silenced, and which silencing did nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lintimg.lint.rule import Hit, Rule
from lintimg.lint.selection import Choice, Selection, UnknownSelectorError, choose
from lintimg.lint.subject import Subject
from lintimg.lint.suppress import Ignore, Pragmas, matching_ignore, removal
from lintimg.model.finding import Finding, Suppressed, Suppression


class Verdicts:
    """Sorts the findings of one file into reported and suppressed, and remembers which ignores were used."""

    def __init__(self, selection: Selection, ignored: Selection, pragmas: Pragmas, subject: Subject) -> None:
        """`ignored` has the per-path ignores of the configuration in its `ignored` choices."""
        self._selection = selection
        self._path_ignores = ignored.ignored
        self._pragmas = pragmas
        self._subject = subject
        self._used: set[int] = set()
        self._choices = [self._choice(ignore) for ignore in pragmas.ignores]

    def _choice(self, ignore: Ignore) -> Choice | None:
        try:
            return choose(ignore.selector, self._selection.rules)
        except UnknownSelectorError:
            return None

    def sort(self, made: Iterable[tuple[Rule, Finding]]) -> tuple[list[Finding], list[Suppressed]]:
        """The findings to report, and those silenced by a comment or by the configuration."""
        findings: list[Finding] = []
        suppressed: list[Suppressed] = []
        for rule, finding in made:
            if not self._selection.keeps(rule, finding.details):
                continue
            suppression = self._suppression(rule, finding)
            if suppression is None:
                findings.append(finding)
            else:
                suppressed.append(Suppressed(finding, suppression))
        return findings, suppressed

    def _suppression(self, rule: Rule, finding: Finding) -> Suppression | None:
        if rule.code == "LI000":
            return None
        for choice in self._path_ignores:
            if choice.covers(rule.code, finding.details):
                return Suppression("config", None)
        ignores = self._pragmas.ignores
        if finding.location.path != self._subject.document.source.path:
            ignores = tuple(ignore._replace(lines=ignore.lines and (0, 0)) for ignore in ignores)
        region = finding.location.region

        def covers(index: int) -> bool:
            choice = self._choices[index]
            return choice is not None and choice.covers(rule.code, finding.details)

        index = matching_ignore(ignores, region.start.line, covers)
        if index is None:
            return None
        self._used.add(index)
        kind = self._pragmas.ignores[index]
        return Suppression("file" if kind.lines is None else "inline", kind.reason)

    def unused(self) -> Iterator[Hit]:
        """LI002's hits: comments that silenced nothing, name no rule, or mean nothing."""
        for span, why in self._pragmas.malformed:
            yield Hit(span, {"why": why}, variant="malformed")
        for index, ignore in enumerate(self._pragmas.ignores):
            if index in self._used or ignore.foreign:
                continue
            choice = self._choices[index]
            if choice is None:
                yield Hit(ignore.span, {"selector": ignore.selector}, variant="unknown")
            elif "LI002" not in choice.codes and self._could_fire(choice):
                edit = removal(self._subject.document, ignore)
                yield Hit(ignore.span, {"selector": ignore.selector}, (edit,) if edit is not None else ())

    def _could_fire(self, choice: Choice) -> bool:
        """Only a rule that ran here can show that its ignore is unused."""
        kind = self._subject.target.kind
        return any(
            rule.code in choice.codes and kind in rule.applies_to and self._selection.runs(rule)
            for rule in self._selection.rules
        )
