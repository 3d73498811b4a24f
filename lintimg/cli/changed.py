"""`check --diff-base`: the findings on instructions that changed since a revision."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from lintimg.cli.changed_lines import ALL, Lines, Repository
from lintimg.cli.options import UsageError
from lintimg.cli.sources import Source
from lintimg.dockerfile.lexer import parse
from lintimg.lint.engine import FileResult
from lintimg.model.finding import Finding
from lintimg.text import SourceText


class Changed:
    """What changed since one revision, in every repository of a run."""

    def __init__(self, revision: str, directory: Path, root_of: Callable[[Path], Path]) -> None:
        """`directory` is the working directory, `root_of` gives the repository that holds a folder."""
        self._revision = revision
        self._directory = directory
        self._root_of = root_of
        self._repositories: dict[Path, Repository] = {}
        self._first: dict[Path, bytes] = {}

    def apply(self, source: Source, result: FileResult) -> FileResult:
        """`result` of `source` with the findings on what changed. Raises UsageError."""
        if source.path is None:
            raise UsageError(
                "--diff-base needs --stdin-filename to know which file standard input stands for"
            )
        repository = self._repository(self._root_of(source.path.parent))
        view = _View(source, self._lines(source, source.path, repository), repository, self._directory)
        return result._replace(
            findings=tuple(finding for finding in result.findings if view.counts(finding)),
            suppressed=tuple(entry for entry in result.suppressed if view.counts(entry.finding)),
        )

    def _repository(self, root: Path) -> Repository:
        if root not in self._repositories:
            self._repositories[root] = Repository(root, self._revision)
        return self._repositories[root]

    def _lines(self, source: Source, path: Path, repository: Repository) -> Lines:
        """What changed in the text of `source`, which may differ from the one on disk that git knows."""
        if path not in self._first:
            self._first[path] = _on_disk(path) if source.stream else source.data
        lines = repository.lines(os.path.realpath(path))
        first = self._first[path]
        return lines if lines == ALL or first == source.data else _carried(lines, first, source.data)


class _View:
    """The changes of one Dockerfile by its instructions."""

    def __init__(self, source: Source, lines: Lines, repository: Repository, directory: Path) -> None:
        self.name = source.name
        self.lines = lines
        self.repository = repository
        self.directory = directory
        document = parse(SourceText(source.name, source.data))
        self.instructions = [(each.start_line, each.end_line) for each in document.instructions]

    def counts(self, finding: Finding) -> bool:
        """Whether a place that `finding` speaks of changed."""
        location = finding.location
        places = [(location.path, location.region), *((r.path, r.region) for r in finding.related)]
        return any(self.changed(path, region.start.line, region.end.line) for path, region in places)

    def changed(self, path: str, first: int, last: int) -> bool:
        if path != self.name:
            return self.repository.lines(os.path.realpath(self.directory / path)).touch(first, last)
        for start, end in self.instructions:
            if start <= first <= end:
                return self.lines.touch(start, end)
        return self.lines.touch(first, last)


def _on_disk(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _carried(lines: Lines, before: bytes, after: bytes) -> Lines:
    """`lines` of the text `before` where they are in the text `after`, with what is new there."""
    from difflib import SequenceMatcher

    old, new = before.split(b"\n"), after.split(b"\n")
    ranges: list[tuple[int, int]] = []
    deletions: list[int] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            shift = new_start - start
            ranges += (
                (max(first, start + 1) + shift, min(last, end) + shift)
                for first, last in lines.ranges
                if first <= end and start < last
            )
            deletions += (line + shift for line in lines.deletions if start < line <= end)
        elif tag == "delete":
            deletions.append(new_start)
        else:
            ranges.append((new_start + 1, new_end))
    return Lines(tuple(ranges), tuple(deletions))
