"""Folders of all layers by number: most questions are answered once a folder, not once a file."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from lintimg.image.entries import Entries
from lintimg.lazy import NamedTuple


class Folders(NamedTuple):
    """`names` are the folders that hold entries, by number; `of` has each entry's, layer by layer."""

    names: tuple[bytes, ...]
    of: tuple[array[int], ...]


class _Numbers(dict[bytes, int]):
    def __missing__(self, name: bytes) -> int:
        number = self[name] = len(self)
        return number


def number_folders(layers: Iterable[Entries]) -> Folders:
    """The folders of all entries of `layers`."""
    numbers = _Numbers()
    of = tuple(
        array("I", [numbers[name.rpartition(b"/")[0]] for name in entries.names]) for entries in layers
    )
    return Folders(tuple(numbers), of)


def entries_in(folders: Folders, layers: Sequence[Entries], wanted: Iterable[int]) -> list[tuple[int, int]]:
    """Layer and number of the entries that lie in the folders of the numbers `wanted`."""
    marks = bytearray(len(folders.names))
    for number in wanted:
        marks[number] = 1
    found: list[tuple[int, int]] = []
    if 1 not in marks:
        return found
    for layer, of in enumerate(folders.of[: len(layers)]):
        found += [(layer, index) for index, number in enumerate(of) if marks[number]]
    return found
