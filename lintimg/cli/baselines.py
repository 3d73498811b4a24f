"""`check --baseline` and `--update-baseline`: the files that hold accepted findings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lintimg.cli.options import UsageError
from lintimg.cli.output import replace_file
from lintimg.lazy import NamedTuple
from lintimg.lint.baseline import BaselineError, Entry, read_baseline, split, write_baseline
from lintimg.lint.engine import FileResult
from lintimg.lint.selection import SYNTAX_ERROR
from lintimg.model.finding import Finding
from lintimg.settings.configuration import shown


class _Seen(NamedTuple):
    """What was last found in a Dockerfile before the baseline was laid over it, and the rules that looked."""

    path: str
    findings: tuple[Finding, ...]
    codes: frozenset[str]


class Baseline:
    """One baseline file."""

    def __init__(self, path: Path, *, update: bool) -> None:
        """With `update` there need not be a file yet. Raises UsageError when it cannot be read."""
        self._path = path
        self._accept(_read(path, missing_is_fine=update))
        self._seen: dict[str, _Seen] = {}

    def apply(self, file: Path, result: FileResult, codes: frozenset[str]) -> FileResult:
        """`result` of the Dockerfile `file` with the accepted findings suppressed; the rules of `codes` looked."""
        self._seen[result.report.path] = _Seen(self._relative(file), result.findings, codes)
        return self._split(result)

    def updated(self, results: list[FileResult]) -> list[FileResult]:
        """Accepts what was found last and writes it down; gives `results` with that suppressed, too."""
        self._accept(tuple(sorted({*self._found(), *self._elsewhere()})))
        try:
            replace_file(self._path, write_baseline(self._entries).encode())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{shown(self._path)}: cannot be written: {why}") from error
        return [self._split(result) if result.report.path in self._seen else result for result in results]

    def notes(self, *, update: bool) -> Iterator[str]:
        """What a person should know of the file."""
        if update:
            accepted = len(self._entries)
            yield f"{shown(self._path)}: {accepted} finding{'s' * (accepted != 1)} accepted"
            return
        there = {
            (seen.path, finding.fingerprint) for seen in self._seen.values() for finding in seen.findings
        }
        looked = {seen.path: seen.codes for seen in self._seen.values()}
        stale = [
            entry
            for entry in self._entries
            if entry.rule in looked.get(entry.path, ()) and (entry.path, entry.fingerprint) not in there
        ]
        if stale:
            number = "1 entry is" if len(stale) == 1 else f"{len(stale)} entries are"
            example = f"{stale[0].rule} in {stale[0].path}"
            yield f"{shown(self._path)}: {number} out of date ({example}); --update-baseline drops what is gone"

    def _accept(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self._accepted: dict[str, set[str]] = {}
        for entry in entries:
            self._accepted.setdefault(entry.path, set()).add(entry.fingerprint)

    def _found(self) -> Iterator[Entry]:
        for seen in self._seen.values():
            for finding in seen.findings:
                if finding.rule != SYNTAX_ERROR:
                    yield Entry(seen.path, finding.rule, finding.fingerprint, finding.message)

    def _elsewhere(self) -> Iterator[Entry]:
        """The entries that this run could not confirm: other files that still are there, rules that did not look."""
        looked = {seen.path: seen.codes for seen in self._seen.values()}
        for entry in self._entries:
            if entry.path in looked:
                if entry.rule not in looked[entry.path]:
                    yield entry
            elif os.path.lexists(self._path.parent / entry.path):
                yield entry

    def _split(self, result: FileResult) -> FileResult:
        accepted = self._accepted.get(self._seen[result.report.path].path, set())
        findings, hidden = split(result.findings, accepted)
        return result._replace(findings=findings, suppressed=(*result.suppressed, *hidden))

    def _relative(self, file: Path) -> str:
        try:
            return os.path.relpath(file, self._path.parent).replace(os.sep, "/")
        except ValueError:
            return file.as_posix()


def _read(path: Path, *, missing_is_fine: bool) -> tuple[Entry, ...]:
    try:
        return read_baseline(path.read_bytes())
    except FileNotFoundError as error:
        if missing_is_fine:
            return ()
        raise UsageError(f"{shown(path)}: there is no such baseline; --update-baseline makes it") from error
    except (OSError, ValueError) as error:
        why = (
            error
            if isinstance(error, BaselineError)
            else f"cannot be read: {getattr(error, 'strerror', error)}"
        )
        raise UsageError(f"{shown(path)} {why}") from error
