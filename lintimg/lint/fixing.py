"""Applies the fixes of findings to texts, round by round, and takes back what does harm. Touches no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from lintimg.lazy import NamedTuple
from lintimg.lint.engine import FileResult
from lintimg.lint.selection import SYNTAX_ERROR
from lintimg.model.finding import Edit, Finding, Problem
from lintimg.model.span import Position, Region, Span
from lintimg.text import SourceText, TextEdit, apply_edits

ROUNDS = 10
"""So often a file is checked and fixed anew. Fixes that still want to be applied then would never end."""

Texts = Mapping[str, bytes]
"""Changed files by the name that edits have for them."""

_NOWHERE = Region(Position(1, 1), Position(1, 1))


class Fixed(NamedTuple):
    """What fixing gave: the result of the last check, the files that changed, the findings whose fix was
    applied, and a problem for each fix that was taken back.
    """

    result: FileResult
    texts: Texts
    applied: tuple[Finding, ...]
    problems: tuple[Problem, ...]


class Fixer(NamedTuple):
    """How one Dockerfile is fixed. `check` checks it with `texts` in place of what is on disk, `read` gives
    a file as it was before any fix (None: there is none), `wanted` tells whether a finding's fix may be applied.
    """

    check: Callable[[Texts], FileResult]
    read: Callable[[str], bytes | None]
    wanted: Callable[[Finding], bool]

    def fix(self, result: FileResult) -> Fixed:
        """Applies fixes until none is left; `result` is that of the unchanged file."""
        endless: set[str] = set()
        while True:
            session = _Session(self, result, endless)
            left = session.run()
            if not left:
                break
            endless |= left
        path = result.report.path
        problems = [
            Problem("fix", f"the fix of {rule} never ends; please report it", path=path, rule=rule)
            for rule in sorted(endless)
        ]
        return Fixed(session.result, session.texts, tuple(session.applied), (*problems, *session.problems))


class _Trial(NamedTuple):
    """Texts that may come to hold, what checking them gave, and what speaks against them."""

    texts: dict[str, bytes]
    result: FileResult
    harm: str | None


class _Session:
    def __init__(self, fixer: Fixer, result: FileResult, barred: set[str]) -> None:
        self.fixer = fixer
        self.result = result
        self.barred = barred
        self.refused: set[str] = set()
        self.texts: dict[str, bytes] = {}
        self.applied: list[Finding] = []
        self.problems: list[Problem] = []

    def run(self) -> set[str]:
        """Fixes; gives the rules whose fixes did not come to an end."""
        for _ in range(ROUNDS):
            plan = self.plan()
            if not plan:
                return set()
            if self.take(plan) is None:
                continue
            good: list[Finding] = []
            for finding in plan:
                harm = self.tried([*good, finding]).harm
                if harm is None:
                    good.append(finding)
                else:
                    self.take_back(finding, harm)
            if good:
                self.take(good)
        return {finding.rule for finding in self.plan()}

    def wanted(self, finding: Finding) -> bool:
        return (
            finding.fix is not None
            and finding.rule not in self.barred
            and finding.fingerprint not in self.refused
            and self.fixer.wanted(finding)
        )

    def plan(self) -> list[Finding]:
        """The findings whose fixes go together, the first by position before those that overlap it.

        None in a file that does not parse: what its instructions mean is a guess.
        """
        if any(finding.rule == SYNTAX_ERROR for finding in self.result.findings):
            return []
        chosen: list[Finding] = []
        taken: list[Edit] = []
        for finding in sorted(filter(self.wanted, self.result.findings), key=_start):
            edits = finding.fix.edits if finding.fix is not None else ()
            if not any(_collide(edit, other) for edit in edits for other in taken):
                if self.changed([finding]) is None:
                    self.refused.add(finding.fingerprint)
                    continue
                chosen.append(finding)
                taken += edits
        return chosen

    def take(self, findings: list[Finding]) -> str | None:
        """Applies the fixes of `findings` unless they do harm, which is what is given then."""
        trial = self.tried(findings)
        if trial.harm is None:
            self.texts, self.result = trial.texts, trial.result
            self.applied += findings
        return trial.harm

    def take_back(self, finding: Finding, harm: str) -> None:
        """Refuses the fix of `finding` from now on and says why."""
        self.refused.add(finding.fingerprint)
        place = finding.location
        message = f"the fix of {finding.rule} was taken back: {harm}; please report it"
        self.problems.append(
            Problem("fix", message, path=place.path, line=place.region.start.line, rule=finding.rule)
        )

    def tried(self, findings: list[Finding]) -> _Trial:
        """What would be if the fixes of `findings` were applied, all together."""
        texts = {**self.texts, **(self.changed(findings) or {})}
        after = self.fixer.check(texts)
        return _Trial(texts, after, self.harm(findings, after))

    def harm(self, findings: list[Finding], after: FileResult) -> str | None:
        """What is worse `after` the fixes of `findings` than before, None when nothing is.

        Harm is a new finding at warning or above. None is what the next round will fix; what can be fixed when it
        comes from an unsafe fix, which a person looks over (another base may need another package manager);
        and what an error had hidden: a handler that makes no sense says nothing of where it lies.
        """
        looked_over = any(finding.fix and finding.fix.applicability == "unsafe" for finding in findings)
        hid_others = any(finding.severity == "error" for finding in findings)

        def counts(finding: Finding) -> bool:
            if finding.rule == SYNTAX_ERROR:
                return True
            mended = self.wanted(finding) or (looked_over and finding.fix is not None)
            return finding.severity != "info" and not mended and not hid_others

        before = Counter(finding.rule for finding in self.result.findings if finding.severity != "info")
        new = Counter(finding.rule for finding in after.findings if counts(finding)) - before
        if SYNTAX_ERROR in new:
            return "the Dockerfile would not parse any more"
        if new and after.report.kind == self.result.report.kind:
            # Another kind of image has other rules.
            return f"it would bring {' and '.join(sorted(new))}"
        crashed = Counter(p.message for p in after.errors) - Counter(p.message for p in self.result.errors)
        return next(iter(crashed), None)

    def changed(self, findings: Iterable[Finding]) -> dict[str, bytes] | None:
        """The files that the fixes of `findings` change, None when an edit does not fit its file."""
        by_path: dict[str, list[Edit]] = {}
        for finding in findings:
            for edit in finding.fix.edits if finding.fix is not None else ():
                by_path.setdefault(edit.path, []).append(edit)
        changed = {}
        for path, edits in by_path.items():
            data = self.edited(path, edits)
            if data is None:
                return None
            changed[path] = data
        return changed

    def edited(self, path: str, edits: list[Edit]) -> bytes | None:
        data = self.texts[path] if path in self.texts else self.fixer.read(path)
        if data is None or any(edit.region is None for edit in edits):
            # A new file is made by one edit, and only where nothing is.
            new = edits[0]
            return new.text.encode() if data is None and new.region is None and len(edits) == 1 else None
        source = SourceText(path, data)
        try:
            spans = [TextEdit(_span(source, edit.region or _NOWHERE), edit.text) for edit in edits]
            return source.encode(apply_edits(source.text, spans))
        except (IndexError, ValueError):
            return None


def _start(finding: Finding) -> tuple[str, Region]:
    """By where the first edit stands."""
    return (
        min((edit.path, edit.region or _NOWHERE) for edit in finding.fix.edits)
        if finding.fix
        else ("", _NOWHERE)
    )


def _collide(one: Edit, other: Edit) -> bool:
    """Whether two edits touch; then their order would decide what comes out."""
    if one.path != other.path:
        return False
    if one.region is None or other.region is None:
        return True
    return one.region.start <= other.region.end and other.region.start <= one.region.end


def _span(source: SourceText, region: Region) -> Span:
    """The offsets of `region`. Raises IndexError or ValueError where the text has no such place."""
    span = Span(source.offset(region.start), source.offset(region.end))
    if source.region(span) != region:
        raise ValueError(f"{source.path} has no such place")
    return span
