"""The files that fixes change: as they were, as they are now, and how they get back to disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from lintimg.cli.output import replace_file
from lintimg.cli.sources import LARGEST
from lintimg.lazy import NamedTuple

STREAM = "-"
"""Stands for standard input where other files have their path."""


class Change(NamedTuple):
    """A file before and after; `before` is None for a new one. `name` is how reports call it."""

    name: str
    before: bytes | None
    after: bytes


class Obstacle(NamedTuple):
    """Why a file was not written."""

    name: str
    why: str


class Workspace:
    """Files by absolute path without links. Unless it `writes`, changes are kept in memory only."""

    def __init__(self, *, writes: bool) -> None:
        """Nothing is changed yet."""
        self._writes = writes
        self._changes: dict[str, Change] = {}

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs from the beginning, by name."""
        return tuple(sorted(change for change in self._changes.values() if change.before != change.after))

    @property
    def texts(self) -> Mapping[str, bytes]:
        """The changed files as they are now."""
        return {path: change.after for path, change in self._changes.items()}

    def read(self, path: str) -> bytes | None:
        """The file as it is now; None where there is no regular file."""
        change = self._changes.get(path)
        return _read(path) if change is None else change.after

    def save(self, texts: Mapping[str, tuple[str, bytes | None, bytes]]) -> Obstacle | None:
        """Changes files, all or none: path to name, the text that was fixed (None: a new file) and the new one.

        Gives what hindered it, such as a text that is no longer there.
        """
        if self._writes:
            on_disk = {path: entry for path, entry in texts.items() if path != STREAM}
            for path, (name, before, _) in on_disk.items():
                why = _obstacle(path, before)
                if why is not None:
                    return Obstacle(name, f"{why}, so it was left as it is")
            for path, (name, _, after) in on_disk.items():
                try:
                    replace_file(path, after)
                except (OSError, ValueError) as error:
                    return Obstacle(name, f"cannot be written: {getattr(error, 'strerror', None) or error}")
        for path, (name, before, after) in texts.items():
            first = self._changes.get(path)
            self._changes[path] = (
                Change(name, before, after) if first is None else first._replace(after=after)
            )
        return None


def _obstacle(path: str, before: bytes | None) -> str | None:
    if before is None:
        return "has come into being meanwhile" if os.path.lexists(path) else None
    if _read(path) != before:
        return "has changed meanwhile"
    return None if os.access(path, os.W_OK) else "is write-protected"


def _read(path: str) -> bytes | None:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            return None
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(LARGEST)
    except (OSError, ValueError):
        return None
