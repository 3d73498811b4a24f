"""The Dockerfiles of one run and their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lintimg.cli.configurations import Configurations
from lintimg.cli.surroundings import Surroundings
from lintimg.lazy import NamedTuple
from lintimg.lint.engine import display_path
from lintimg.model.finding import Problem

STDIN = "-"
LARGEST = 64_000_000
"""Bytes. No Dockerfile is that large; devices and pipes can be endless."""


class Source(NamedTuple):
    """A Dockerfile to check: how reports name it, where it lies (standard input may lie nowhere), its bytes.

    `stream`: it was read from standard input.
    """

    name: str
    path: Path | None
    data: bytes
    stream: bool = False


class Sources:
    """Finds and reads what the arguments of `check` name; what cannot be read is kept in `problems`."""

    def __init__(self, directory: Path, configurations: Configurations, surroundings: Surroundings) -> None:
        """`directory` is the working directory."""
        self._directory = directory
        self._configurations = configurations
        self._surroundings = surroundings
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def read(
        self, names: tuple[str, ...], stdin: bytes, stdin_filename: str | None, force_exclude: bool
    ) -> Iterator[Source]:
        """Each Dockerfile once, in the order it is named or found."""
        seen: set[Path] = set()
        for name in names:
            if name == STDIN:
                path = self._directory / stdin_filename if stdin_filename else None
                shown = display_path(path, self._directory) if path is not None else "<stdin>"
                if self._fits(shown, stdin):
                    yield Source(shown, path, stdin, stream=True)
                continue
            for path in self._files(name, force_exclude):
                if path not in seen:
                    seen.add(path)
                    source = self._source(path)
                    if source is not None:
                        yield source

    def _files(self, name: str, force_exclude: bool) -> Iterator[Path]:
        if not name:
            self.problems.append(Problem("path", "an empty path names no file"))
            return
        path = self._directory / name
        if ".." in path.parts:
            path = path.resolve()
        if not os.path.isdir(path):  # noqa: PTH112 - false where pathlib raises
            if not (force_exclude and self._configurations.excluded(path)):
                yield path
            return
        # Imported here: most cold starts check one file.
        from lintimg.settings.discovery import Search

        search = Search(self._configurations.excluded)
        found = False
        for each in search.find(path, self._surroundings.root(path)):
            found = True
            yield each
        for folder in search.unreadable:
            shown = display_path(folder, self._directory)
            if folder == path:
                self.problems.append(Problem("path", "cannot be read", path=shown))
            else:
                self.notes.append(f"{shown}: cannot be read, so it was not searched")
        if not found and path not in search.unreadable:
            self.notes.append(f"{name}: no Dockerfile found")

    def _source(self, path: Path) -> Source | None:
        shown = display_path(path, self._directory)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except FileNotFoundError:
            self.problems.append(Problem("path", "no such file or folder", path=shown))
            return None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self.problems.append(Problem("path", f"cannot be read: {why}", path=shown))
            return None
        return Source(shown, path, data) if self._fits(shown, data) else None

    def _fits(self, shown: str, data: bytes) -> bool:
        if len(data) > LARGEST:
            message = f"is larger than {LARGEST // 1_000_000} MB and no Dockerfile"
            self.problems.append(Problem("path", message, path=shown))
        return len(data) <= LARGEST
