"""Reading the small files of an image that a container sees."""

from __future__ import annotations

from collections.abc import Container, Iterator

from lintimg.image.errors import ImageError
from lintimg.image.image import Image
from lintimg.image.inodes import Place
from lintimg.image.stack import LayerStack

LARGEST = 32 << 20
"""Bytes of a file that is read; the largest rpm databases have two thirds of it."""


class SmallFiles:
    """The visible files that lie directly in some folders."""

    def __init__(self, image: Image, stack: LayerStack, folders: Container[bytes]) -> None:
        """The folders by their paths from the root."""
        self._image = image
        self._places: dict[bytes, Place] = {}
        for layer, entries in enumerate(stack.layers):
            wanted = bytes(name in folders for name in entries.folders.names)
            if 1 in wanted:
                self._places.update(
                    (entries.names[index], Place(layer, index))
                    for index, number in enumerate(entries.folders.of)
                    if wanted[number] and stack.states[layer][index] == 1
                )

    def __iter__(self) -> Iterator[bytes]:
        """The paths of all files and folders."""
        return iter(self._places)

    def read(self, path: bytes) -> bytes | None:
        """The content of a file; None where there is none, or it is damaged, not at hand or too large."""
        place = self._places.get(path)
        if place is None:
            return None
        layer = self._image.layers[place.layer]
        if layer.entries is None or layer.entries.sizes[place.entry] > LARGEST:
            return None
        try:
            return layer.content(place.entry, LARGEST)
        except (ImageError, OSError):
            return None
