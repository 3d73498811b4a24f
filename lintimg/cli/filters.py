"""Which findings of a file count: those that no baseline accepts, those that a change brought."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lintimg.cli.baselines import Baseline
from lintimg.cli.options import CheckOptions, UsageError
from lintimg.cli.sources import Source
from lintimg.lint.engine import FileResult
from lintimg.lint.selection import Selection
from lintimg.settings.configuration import Loaded

if TYPE_CHECKING:
    from lintimg.cli.changed import Changed


class Filters:
    """The baselines and the revision of one run, each read once."""

    def __init__(self, options: CheckOptions, directory: Path, root_of: Callable[[Path], Path]) -> None:
        """`directory` is the working directory, `root_of` gives the repository that holds a folder."""
        self._options = options
        self._directory = directory
        self._root_of = root_of
        self._baselines: dict[Path, Baseline] = {}
        self._changed: Changed | None = None
        self._left = False

    def apply(self, source: Source, result: FileResult, loaded: Loaded, selection: Selection) -> FileResult:
        """`result` of `source` with what counts. Raises UsageError."""
        baseline = self._baseline(loaded)
        if baseline is not None:
            codes = frozenset(rule.code for rule in selection.rules if selection.runs(rule))
            result = baseline.apply(source.path or self._directory / source.name, result, codes)
        if self._options.diff_base is not None:
            result = self._changed_since(self._options.diff_base).apply(source, result)
        return result

    def finish(self, results: list[FileResult]) -> list[FileResult]:
        """Writes the baselines where that was asked for; gives `results` with what counts now."""
        if not self._options.update_baseline:
            return results
        if not self._baselines:
            raise UsageError("--update-baseline needs --baseline FILE, or a baseline in the configuration")
        if any(result.errors for result in results):
            # Findings may be missing that would be gone from the baseline then.
            self._left = True
            return results
        for baseline in self._baselines.values():
            results = baseline.updated(results)
        return results

    def notes(self) -> Iterator[str]:
        """What a person should know of the baselines."""
        if self._left:
            yield "the baseline was left as it is, because lintimg could not do all of its work"
            return
        for baseline in self._baselines.values():
            yield from baseline.notes(update=self._options.update_baseline)

    def _changed_since(self, revision: str) -> Changed:
        if self._changed is None:
            from lintimg.cli.changed import Changed

            self._changed = Changed(revision, self._directory, self._root_of)
        return self._changed

    def _baseline(self, loaded: Loaded) -> Baseline | None:
        named = loaded.configuration.baseline
        path = self._options.baseline or (loaded.folder / named if named else None)
        if path is None:
            return None
        found = self._baselines.get(path)
        if found is None:
            found = self._baselines[path] = Baseline(path, update=self._options.update_baseline)
        return found
