"""The files that a container sees, by path, with symbolic links followed inside the image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress

from lintimg.image.entries import FILE, FOLDER, HARD_LINK, SYMLINK
from lintimg.image.errors import ImageError
from lintimg.image.image import Image
from lintimg.image.inodes import Place
from lintimg.image.names import clean_name
from lintimg.image.stack import LayerStack

_MOST_LINKS = 40
"""As many as the kernel follows."""


class FileTree:
    """An image's visible files. Paths are bytes relative to the root, without leading slash."""

    def __init__(self, image: Image, stack: LayerStack) -> None:
        """`stack` is that of `image`."""
        self.stack = stack
        self._image = image

    @cached_property
    def paths(self) -> Mapping[bytes, Place]:
        """Where each visible path comes from."""
        return self.stack.paths()

    @cached_property
    def folders(self) -> frozenset[bytes]:
        """Every folder, also those that have no entry but something in them; the root is empty."""
        found: set[bytes] = set()
        for layer, entries in enumerate(self.stack.layers):
            shown = self.stack.shown(layer)
            names = entries.folders.names
            found.update(names[number] for number in set(compress(entries.folders.of, shown)))
            at = entries.types.find(FOLDER)
            while at >= 0:
                if shown[at]:
                    found.add(entries.names[at])
                at = entries.types.find(FOLDER, at + 1)
        for parent in tuple(found):
            above = parent.rpartition(b"/")[0]
            while above not in found:
                found.add(above)
                above = above.rpartition(b"/")[0]
        return frozenset(found)

    @cached_property
    def _joined(self) -> tuple[bytes, ...]:
        return tuple(b"\n".join(entries.names) for entries in self.stack.layers)

    def holds(self, texts: Sequence[bytes]) -> bool:
        """Does one of `texts` stand in the path of any entry, visible or not; quick, so worth asking first."""
        return any(text in joined for joined in self._joined for text in texts)

    def resolve(self, path: bytes) -> bytes | None:
        """The path that `path` leads to when links are followed; None where nothing is, or links go in circles."""
        waiting = [part for part in path.split(b"/") if part not in (b"", b".")][::-1]
        at: list[bytes] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part in (b"", b"."):
                continue
            if part == b"..":
                del at[-1:]
                continue
            here = b"/".join((*at, part))
            place = self.paths.get(here)
            if place is not None and self.type(place) == SYMLINK:
                links += 1
                if links > _MOST_LINKS:
                    return None
                target = self.link(place)
                if target.startswith(b"/"):
                    at = []
                waiting += target.split(b"/")[::-1]
                continue
            if place is None and here not in self.folders:
                return None
            at.append(part)
        return b"/".join(at)

    def find(self, path: bytes) -> Place | None:
        """The entry that `path` leads to when links are followed; None where there is none."""
        found = self.resolve(path)
        return None if found is None else self.paths.get(found)

    def is_folder(self, path: bytes) -> bool:
        """Does `path` lead to a folder."""
        found = self.resolve(path)
        place = None if found is None else self.paths.get(found)
        if place is not None:
            return self.type(place) == FOLDER
        return found is not None and found in self.folders

    def is_file(self, path: bytes) -> bool:
        """Does `path` lead to a regular file."""
        place = self.find(path)
        return place is not None and self.type(place) in (FILE, HARD_LINK)

    def below(self, folder: bytes) -> Iterator[tuple[bytes, Place]]:
        """Every entry below the folder."""
        inside = folder + b"/" if folder else b""
        for path, place in self.paths.items():
            if path.startswith(inside):
                yield path, place

    def type(self, place: Place) -> int:
        """What the entry is, as tar writes it."""
        return self.stack.layers[place.layer].types[place.entry]

    def mode(self, place: Place) -> int:
        """The permission bits."""
        return self.stack.layers[place.layer].mode(place.entry)

    def size(self, place: Place) -> int:
        """The bytes that reading it gives."""
        place = self._content(place)
        return self.stack.layers[place.layer].sizes[place.entry]

    def link(self, place: Place) -> bytes:
        """Where a link leads."""
        return self.stack.layers[place.layer].links.get(place.entry, b"")

    def read(self, place: Place, limit: int, offset: int = 0) -> bytes | None:
        """At most `limit` bytes of a file; None where they are not at hand."""
        place = self._content(place)
        try:
            return self._image.layers[place.layer].content(place.entry, limit, offset)
        except (ImageError, OSError):
            return None

    def read_path(self, path: bytes, limit: int) -> bytes | None:
        """At most `limit` bytes of the file that `path` leads to; None where there is none, or not at hand."""
        place = self.find(path)
        if place is None or self.type(place) not in (FILE, HARD_LINK):
            return None
        return self.read(place, limit)

    def _content(self, place: Place) -> Place:
        """Where the content of a hard link is: what it leads to in its own layer, else what is visible there."""
        for _ in range(_MOST_LINKS):
            entries = self.stack.layers[place.layer]
            if entries.types[place.entry] != HARD_LINK:
                break
            target = clean_name(entries.links.get(place.entry, b""))
            try:
                place = Place(place.layer, entries.names.index(target))
            except ValueError:
                other = self.paths.get(target)
                if other is None or other == place:
                    break
                place = other
        return place
