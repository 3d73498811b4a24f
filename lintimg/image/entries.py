"""The entries of one layer's tar archive, kept in columns: an image may have a million of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lintimg.image.numbers import number
from lintimg.lazy import NamedTuple

FILE, HARD_LINK, SYMLINK, CHARACTER, BLOCK, FOLDER, FIFO = b"0123456"
"""Entry types, as tar writes them."""

META = 48
"""Bytes of a header that are kept as they are: mode, uid, gid, size, mtime."""

_OPAQUE = b".wh..wh..opq"
_WHITEOUT = b".wh."


class Entry(NamedTuple):
    """One entry; `path` is relative to the root without leading slash, `size` in bytes, `mtime` in seconds."""

    path: bytes
    type: int
    size: int
    mode: int
    uid: int
    gid: int
    mtime: int
    link: bytes
    attributes: Mapping[bytes, bytes]


class Whiteouts(NamedTuple):
    """What a layer hides of those below: paths, and folders all of whose content."""

    paths: tuple[bytes, ...]
    opaque: tuple[bytes, ...]
    entries: frozenset[int]
    """The numbers of the entries that say so."""


class Folders(NamedTuple):
    """The names of folders by number, and the number of each entry's."""

    names: tuple[bytes, ...]
    of: array[int]


class _Numbers(dict[bytes, int]):
    def __missing__(self, name: bytes) -> int:
        number = self[name] = len(self)
        return number


class Entries:
    """A layer's entries in the archive's order; numbers are 0-based."""

    def __init__(
        self,
        names: list[bytes],
        types: bytes,
        sizes: array[int],
        offsets: array[int],
        metas: bytes,
        links: Mapping[int, bytes],
        attributes: Mapping[int, Mapping[bytes, bytes]],
        fingerprints: Sequence[bytes] | None = None,
    ) -> None:
        """`sizes` are 0 but for regular files; `offsets` lead to their contents, in the layer's own bytes.

        `fingerprints` tell contents apart: a checksum or hash for each entry, empty where there is no content.
        """
        self.names = names
        self.types = types
        self.sizes = sizes
        self.offsets = offsets
        self.metas = metas
        self.links = links
        self.attributes = attributes
        self.fingerprints = fingerprints
        self.whiteouts = _whiteouts(names)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def folders(self) -> Folders:
        """The folders that the entries lie in: most questions are answered once for each of them."""
        numbers = _Numbers()
        of = array("I", [numbers[name.rpartition(b"/")[0]] for name in self.names])
        return Folders(tuple(numbers), of)

    def __iter__(self) -> Iterator[Entry]:
        return map(self.entry, range(len(self.names)))

    def entry(self, index: int) -> Entry:
        """Everything about the entry `index`."""
        meta = self.metas[META * index : META * index + META]
        extra = self.attributes.get(index, _NONE)
        return Entry(
            self.names[index],
            self.types[index],
            self.sizes[index],
            number(meta[0:8]) & 0o7777,
            _decimal(extra, b"uid", meta[8:16]),
            _decimal(extra, b"gid", meta[16:24]),
            _decimal(extra, b"mtime", meta[36:48]),
            self.links.get(index, b""),
            extra,
        )

    def mode(self, index: int) -> int:
        """The permission bits of an entry."""
        return number(self.metas[META * index : META * index + 8]) & 0o7777


_NONE: Mapping[bytes, bytes] = {}


def _decimal(attributes: Mapping[bytes, bytes], key: bytes, field: bytes) -> int:
    text = attributes.get(key)
    if text is not None:
        try:
            return int(text) if text.isdigit() else int(float(text))
        except (ValueError, OverflowError):
            pass
    return number(field)


def _whiteouts(names: list[bytes]) -> Whiteouts:
    paths, opaque, entries = [], [], []
    # Most layers have none, which one search over all names tells.
    marked = [index for index, name in enumerate(names) if _WHITEOUT in name] if _has_whiteout(names) else ()
    for index in marked:
        name = names[index]
        folder, _, base = name.rpartition(b"/")
        if not base.startswith(_WHITEOUT):
            continue
        entries.append(index)
        if base == _OPAQUE:
            opaque.append(folder)
        elif not base.startswith(b".wh..wh."):
            # The others of that beginning are AUFS's own book-keeping.
            hidden = base[len(_WHITEOUT) :]
            paths.append(folder + b"/" + hidden if folder else hidden)
    return Whiteouts(tuple(paths), tuple(opaque), frozenset(entries))


def _has_whiteout(names: list[bytes]) -> bool:
    return _WHITEOUT in b"\0".join(names)
