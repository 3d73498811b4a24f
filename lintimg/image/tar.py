"""Lists a tar archive without reading its contents.

Our own because tarfile takes fifteen times as long (20 µs an entry) and decodes names, which need not be
UTF-8. Reads what Go's archive/tar, and so Docker, reads: v7, ustar, GNU long names and sparse files, PAX.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from struct import Struct
from typing import Protocol
from zlib import adler32

from lintimg.image.entries import FILE, FOLDER, HARD_LINK, SYMLINK, Entries
from lintimg.image.errors import ImageError
from lintimg.image.names import clean_names
from lintimg.image.numbers import number
from lintimg.image.readers import Reader

BLOCK_SIZE = 512
_LARGEST_EXTENSION = 1 << 20
"""Bytes of a PAX header or a GNU long name; Go's limit too."""
_LARGEST_SIZE = 1 << 50
_LARGEST_EXTENSIONS = 1 << 28
"""Bytes of all extensions of one archive that are kept."""
MOST_ENTRIES = 5_000_000
"""Entries of one layer; 250 bytes of memory each."""
_HEADER = Struct("100s48s8xB100x5s83xB")
"""Name, what is kept of the numbers, type, magic, and the first byte of the prefix."""
_ZEROS = bytes(BLOCK_SIZE)
_USUAL = b"05"
_WITHOUT_BODY = b"123456"
_EXTENSIONS = b"xgLKXV"
_KEPT = (b"uid", b"gid", b"mtime")
_SPARSE = ord("S")


def _cut_off(at: int) -> ImageError:
    """What to say of an archive that ends at byte `at` and should not."""
    return ImageError(f"the archive is cut off at byte {at}: save or copy it again")


class Watcher(Protocol):
    """Someone who looks at contents while an archive is read."""

    def wants(self, name: bytes, size: int) -> bool:
        """Is the content of this file to be shown; `name` as the archive has it."""

    def take(self, index: int, name: bytes, size: int, pieces: Iterator[bytes]) -> None:
        """Is given the content of the entry `index`; need not read it all."""


def read_tar(reader: Reader, watcher: Watcher | None = None, *, bodies: bool = True) -> Entries:
    """The entries of the archive. Without `bodies` the contents have been left out of it.

    Raises ImageError for what is no tar archive, is cut off, or goes beyond the limits.
    """
    return _Scan(reader, watcher, bodies).run()


class _Scan:
    def __init__(self, reader: Reader, watcher: Watcher | None, bodies: bool) -> None:
        self.reader = reader
        self.watcher = watcher
        self.bodies = bodies
        self.names: list[bytes] = []
        self.types = bytearray()
        self.sizes = array("q")
        self.offsets = array("q")
        self.metas = bytearray()
        self.links: dict[int, bytes] = {}
        self.attributes: dict[int, Mapping[bytes, bytes]] = {}
        self.extended = 0
        self.waiting: dict[bytes, bytes] = {}
        """PAX records and GNU long names for the next entry."""

    def run(self) -> Entries:
        position = 0
        while position >= 0:
            window = self.reader.at(position, BLOCK_SIZE)
            if len(window) < BLOCK_SIZE:
                self.check_end(position)
                break
            position = self.window(window, position)
            if len(self.names) > MOST_ENTRIES:
                raise ImageError(f"the archive has more than {MOST_ENTRIES} entries")
        return Entries(
            clean_names(self.names),
            bytes(self.types),
            self.sizes,
            self.offsets,
            bytes(self.metas),
            self.links,
            self.attributes,
        )

    def check_end(self, position: int) -> None:
        """No zero block says that the archive is over; Go's reader takes that at a block's border."""
        length = self.reader.length()
        if length != position or self.waiting:
            raise _cut_off(length)

    def window(self, window: bytes, base: int) -> int:
        """Reads the headers in `window`, which begins at `base`; the place of the next one, or -1 at the end."""
        names, types, sizes, offsets = self.names, self.types, self.sizes, self.offsets
        add_name, add_type = names.append, types.append
        add_size, add_offset = sizes.append, offsets.append
        metas, bodies, unpack = self.metas, self.bodies, _HEADER.unpack_from
        watcher, waiting = self.watcher, bool(self.waiting)
        at, last = 0, len(window) - BLOCK_SIZE
        while at <= last:
            name, meta, kind, magic, prefix = unpack(window, at)
            # The usual entry: ustar, octal numbers, the whole name in its field, a file or a folder.
            if kind in _USUAL and magic == b"ustar" and name[0] and not (prefix or waiting or name[-1]):
                try:
                    size = int(meta[24:35], 8)
                except ValueError:
                    size = -1
                if size >= 0:
                    name = name[: name.index(0)]
                    add_type(kind)
                    metas += meta
                    at += BLOCK_SIZE
                    add_offset(base + at)
                    if kind == FOLDER:
                        add_name(name.rstrip(b"/"))
                        add_size(0)
                    else:
                        add_name(name)
                        add_size(size)
                        if watcher is not None and size and watcher.wants(name, size):
                            self.show(watcher, size, window, base)
                        if bodies:
                            at += size + BLOCK_SIZE - 1 & -BLOCK_SIZE
                    continue
            position = self.unusual(window, at, base)
            if position < 0:
                return -1
            at, waiting = position - base, bool(self.waiting)
        return base + at

    def unusual(self, window: bytes, at: int, base: int) -> int:
        """Reads a header of any kind; the place of the next one, or -1 at the end."""
        header = window[at : at + BLOCK_SIZE]
        position = base + at
        if header == _ZEROS:
            if self.waiting:
                raise _cut_off(position)
            return -1
        _check(header, position)
        kind = header[156]
        size = number(header[124:136])
        if kind in _EXTENSIONS:
            return self.extension(kind, size, window, at, base)
        records, self.waiting = self.waiting, {}
        if b"size" in records:
            size = _whole(records[b"size"], size)
        if not 0 <= size < _LARGEST_SIZE:
            raise ImageError(f"the tar header at byte {position} has the size {size}")
        return self.entry(header, size, records, window, base, position)

    def extension(self, kind: int, size: int, window: bytes, at: int, base: int) -> int:
        begin = base + at + BLOCK_SIZE
        if not 0 <= size <= _LARGEST_EXTENSION:
            raise ImageError(
                f"the tar header at byte {base + at} announces a name or attributes of {size} bytes"
            )
        # Global attributes and volume labels tell nothing of files; Docker passes over them.
        if kind in b"xXLK":
            body = window[at + BLOCK_SIZE : at + BLOCK_SIZE + size]
            if len(body) < size:
                body = self.reader.at(begin, size)[:size]
            if len(body) < size:
                raise _cut_off(begin + len(body))
            self.extended += size
            if self.extended > _LARGEST_EXTENSIONS:
                raise ImageError("the archive has too many long names and attributes")
            if kind in b"xX":
                self.waiting.update(_records(body, begin))
            else:
                self.waiting[b"path" if kind == ord("L") else b"linkpath"] = body.partition(b"\0")[0]
        return begin + (size + BLOCK_SIZE - 1 & -BLOCK_SIZE)

    def entry(
        self,
        header: bytes,
        size: int,
        records: Mapping[bytes, bytes],
        window: bytes,
        base: int,
        position: int,
    ) -> int:
        kind = header[156]
        name = records.get(b"GNU.sparse.name") or records.get(b"path") or _name(header)
        if b"\0" in name:
            raise ImageError(f"the tar header at byte {position} has a zero byte in its name")
        following = position + BLOCK_SIZE
        logical = size
        if kind == _SPARSE:
            logical = number(header[483:495])
            following = self.sparse_map(header, following)
        for key in (b"GNU.sparse.realsize", b"GNU.sparse.size"):
            if key in records:
                logical = _whole(records[key], size)
        if not 0 <= logical < _LARGEST_SIZE:
            raise ImageError(f"the tar header at byte {position} has the size {logical}")
        kind = _kind(kind, name)
        if kind == FOLDER:
            name = name.rstrip(b"/")
        index = len(self.names)
        self.names.append(name)
        self.types.append(kind)
        self.sizes.append(logical if kind == FILE else 0)
        self.offsets.append(following)
        self.metas += header[100:148]
        if kind in (HARD_LINK, SYMLINK):
            self.links[index] = records.get(b"linkpath") or _field(header, 157, 257)
        kept = {
            key: value for key, value in records.items() if key in _KEPT or key.startswith(b"SCHILY.xattr.")
        }
        if kept:
            self.attributes[index] = kept
        if not self.bodies or kind in _WITHOUT_BODY:
            return following
        # What a sparse file stores is not its content.
        if (
            self.watcher is not None
            and kind == FILE
            and size
            and logical == size
            and self.watcher.wants(name, size)
        ):
            self.show(self.watcher, size, window, base)
        return following + (size + BLOCK_SIZE - 1 & -BLOCK_SIZE)

    def show(self, watcher: Watcher, size: int, window: bytes, base: int) -> None:
        """Gives the content of the last entry to the watcher."""
        begin = self.offsets[-1]
        at = begin - base
        whole = at + size <= len(window)
        pieces = iter((window[at : at + size],)) if whole else self.pieces(begin, begin + size)
        watcher.take(len(self.names) - 1, self.names[-1], size, pieces)

    def pieces(self, begin: int, end: int) -> Iterator[bytes]:
        while begin < end:
            piece = self.reader.at(begin, 1)[: end - begin]
            if not piece:
                raise _cut_off(begin)
            yield piece
            begin += len(piece)

    def sparse_map(self, header: bytes, following: int) -> int:
        """The place after a sparse file's list of its parts, of which only the header holds the first."""
        more = header[482]
        while more:
            block = self.reader.at(following, BLOCK_SIZE)[:BLOCK_SIZE]
            if len(block) < BLOCK_SIZE:
                raise _cut_off(following + len(block))
            more = block[504]
            following += BLOCK_SIZE
        return following


def _records(body: bytes, begin: int) -> dict[bytes, bytes]:
    """PAX records: `LENGTH KEY=VALUE` and a line feed, which the length counts too."""
    records = {}
    at, size = 0, len(body)
    while at < size and body[at]:
        space = body.find(b" ", at, at + 20)
        length = _whole(body[at:space], 0) if space > at else 0
        key, equals, value = body[space + 1 : at + length - 1].partition(b"=")
        if length <= space - at or not equals or at + length > size:
            raise ImageError(f"the archive has damaged PAX attributes at byte {begin + at}")
        records[key] = value
        at += length
    return records


def is_header(block: bytes) -> bool:
    """Is it the first block of a tar archive."""
    return len(block) >= BLOCK_SIZE and (block[257:262] == b"ustar" or _sum_holds(block[:BLOCK_SIZE]))


def _sum_holds(header: bytes) -> bool:
    """Is the checksum that of the bytes, its own field counted as spaces; signed in some old archives."""
    field = header[148:156]
    stored = number(field)
    # Adler-32's lower half is one more than the sum of all bytes modulo 65,521: a tenth of sum()'s time.
    if (stored - 8 * 32 + sum(field) + 1) % 65_521 == adler32(header) & 0xFFFF:
        return True
    signed = sum(header) - 256 * sum(byte > 127 for byte in header)
    return stored == signed - sum(field) + 8 * 32


def _check(header: bytes, position: int) -> None:
    # Headers of the usual kind are taken at their word for speed; whatever derails ends up here.
    if not _sum_holds(header):
        what = "the file is no tar archive" if position == 0 else f"the archive is damaged at byte {position}"
        raise ImageError(what)


def _kind(kind: int, name: bytes) -> int:
    if kind in b"\0" and name.endswith(b"/"):
        return FOLDER
    return FILE if kind in b"\x007S" else kind


def _name(header: bytes) -> bytes:
    name = _field(header, 0, 100)
    if header[257:263] == b"ustar\0" and header[345]:
        return _field(header, 345, 500) + b"/" + name
    return name


def _field(header: bytes, begin: int, end: int) -> bytes:
    return header[begin:end].partition(b"\0")[0]


def _whole(text: bytes, default: int) -> int:
    """A decimal number as PAX writes it."""
    if not text.isdigit() or len(text) > 18:
        return default
    return int(text)
