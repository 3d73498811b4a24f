"""Which package a path belongs to, by the lists of files that package managers keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lintimg.lazy import NamedTuple

Paths = Callable[[], Iterable[bytes]]
"""Gives the paths of a package's files, relative to the root; may be called more than once."""

_SHARED = 0


class Package(NamedTuple):
    """A package by its number, above 0, and what belongs to it.

    A folder below `inside` that it has for itself is its own: what no list names there (bytecode, files made
    by its set-up) is its as well. Elsewhere only the files of its list are.
    """

    number: int
    inside: bytes
    paths: Paths


class Ownership:
    """The owners of folders, and those of files in folders that several share."""

    def __init__(self, packages: Iterable[Package]) -> None:
        """Goes through the lists twice, so that only files in shared folders are remembered."""
        known = tuple(packages)
        self._folders = folders = dict[bytes, int]()
        self._files = dict[bytes, int]()
        for number, inside, paths in known:
            for folder in {path.rpartition(b"/")[0] for path in paths()}:
                own = number if folder.startswith(inside) and folder else _SHARED
                folders[folder] = own if folders.get(folder, own) == own else _SHARED
        for number, _, paths in known:
            for path in paths():
                if not folders[path.rpartition(b"/")[0]]:
                    self._files[path] = number

    def of_folder(self, folder: bytes) -> int | None:
        """Whose the folder is: 0 if several share it, None if no list has files of it."""
        return self._folders.get(folder)

    def of_file(self, path: bytes) -> int:
        """Whose the file in a shared folder is; 0 if nobody's."""
        return self._files.get(path, _SHARED)
