"""`check --fix` and `--diff`: fixes the Dockerfiles of one run and the files beside them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from lintimg.cli.fix_files import STREAM, Workspace
from lintimg.cli.options import FixOptions
from lintimg.cli.sources import Source
from lintimg.lint.engine import FileResult
from lintimg.lint.fixing import Fixer, Texts
from lintimg.lint.selection import Choice
from lintimg.model.finding import Finding, Fix, Problem

CheckWith = Callable[[Source, Mapping[str, bytes]], FileResult]
"""Checks a Dockerfile with changed texts, by absolute path without links, in place of those on disk."""


class FileFixer:
    """Fixes one Dockerfile after another; later ones see what was changed for the earlier."""

    def __init__(
        self, directory: Path, root_of: Callable[[Path], Path], check: CheckWith, options: FixOptions
    ) -> None:
        """`directory` is the working directory, `root_of` gives the repository that holds a folder."""
        self.directory = directory
        self.root_of = root_of
        self.check = check
        self.unsafe = options.unsafe
        self.shows = not options.write
        self.workspace = Workspace(writes=options.write)
        self.applied = 0
        """So many fixes."""
        self._stream: bytes | None = None
        self._changed_beside = False

    def run(
        self, sources: Iterable[Source], choices: Callable[[Source], tuple[Choice, ...]]
    ) -> list[tuple[Source, FileResult]]:
        """Fixes every source and gives what is found then; when fixes are only shown, what is found now.

        `choices` are the findings to fix, none for all.
        """
        results = [(source, self.fix(source, choices(source))) for source in sources]
        if self.shows or not self._changed_beside:
            return results
        # What was found before a neighbour changed may not hold any more.
        again = []
        for source, result in results:
            fresh = self.check(self.current(source), self.workspace.texts)
            kept = tuple(problem for problem in result.errors if problem.kind == "fix")
            again.append((source, fresh._replace(errors=(*fresh.errors, *kept))))
        return again

    def printed(self) -> bytes | None:
        """What goes to standard output: a diff, or the fixed standard input."""
        if not self.shows:
            return self._stream
        from lintimg.cli.fix_diff import unified_diff

        return b"".join(unified_diff(change) for change in self.workspace.changes)

    def notes(self) -> Iterator[str]:
        """How much was fixed."""
        if self.applied:
            files = len(self.workspace.changes)
            yield (
                f"{'would fix' if self.shows else 'fixed'} {self.applied} finding{'s' * (self.applied != 1)}"
                f" in {files} file{'s' * (files != 1)}"
            )

    def fix(self, source: Source, choices: tuple[Choice, ...]) -> FileResult:
        """Fixes `source` and gives what is found in it then."""

        def wanted(finding: Finding) -> bool:
            if finding.fix is None or not (self.unsafe or finding.fix.applicability == "safe"):
                return False
            chosen = not choices or any(choice.covers(finding.rule, finding.details) for choice in choices)
            return chosen and job.may_fix(finding.fix)

        as_it_is = self.check(source, {})
        source = self.current(source)
        texts = self.workspace.texts
        result = self.check(source, texts) if texts else as_it_is
        job = _Job(self, source, result)
        fixed = Fixer(job.check, job.read, wanted).fix(result)
        problems = [*job.refused.values(), *fixed.problems]
        obstacle = self.workspace.save(
            {job.path(name): (name, job.read(name), after) for name, after in fixed.texts.items()}
        )
        if obstacle is None:
            self.applied += len(fixed.applied)
            self._changed_beside |= any(name != source.name for name in fixed.texts)
            result = as_it_is if self.shows else fixed.result
        else:
            problems.append(Problem("fix", obstacle.why, path=obstacle.name))
        if source.stream:
            self._stream = self.current(source).data
        return result._replace(errors=(*result.errors, *problems))

    def current(self, source: Source) -> Source:
        """`source` as earlier fixes left it: two names can lead to one file."""
        data = self.workspace.texts.get(path_of(source))
        return source if data is None else source._replace(data=data)


class _Job:
    """One Dockerfile's fixing: files by the names that edits have for them."""

    def __init__(self, fixer: FileFixer, source: Source, result: FileResult) -> None:
        self.fixer = fixer
        self.source = source
        self.refused: dict[str, Problem] = {}
        folders = [fixer.root_of(source.path.parent)] if source.path is not None else []
        if result.report.context is not None:
            folders.append(fixer.directory / result.report.context)
        self.roots = [os.path.realpath(folder) for folder in folders]

    def path(self, name: str) -> str:
        return (
            path_of(self.source)
            if name == self.source.name
            else os.path.realpath(self.fixer.directory / name)
        )

    def read(self, name: str) -> bytes | None:
        return self.source.data if name == self.source.name else self.fixer.workspace.read(self.path(name))

    def check(self, texts: Texts) -> FileResult:
        source = self.source
        beside = {self.path(name): data for name, data in texts.items() if name != source.name}
        changed = source._replace(data=texts.get(source.name, source.data))
        return self.fixer.check(changed, {**self.fixer.workspace.texts, **beside})

    def may_fix(self, fix: Fix) -> bool:
        """Whether every file that the fix changes lies where fixes may write."""
        return all(self.may_write(edit.path) for edit in fix.edits)

    def may_write(self, name: str) -> bool:
        if name in self.refused:
            return False
        if self.source.stream:
            # Only the fixed text is printed, so a fix that needs more than that is none.
            return name == self.source.name
        path = self.path(name)
        if any(path.startswith(os.path.join(root, "")) for root in self.roots):  # noqa: PTH118
            return True
        why = "lies outside the repository and the build context, so it was not fixed"
        self.refused[name] = Problem("fix", why, path=name)
        return False


def path_of(source: Source) -> str:
    """Where `source` is kept: its absolute path without links, or that of standard input."""
    return STREAM if source.stream or source.path is None else os.path.realpath(source.path)
