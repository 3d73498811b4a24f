"""Layers out of a Docker engine's own database: every tar header and a checksum of every content, no content.

The engine keeps for each layer what it needs to write its tar archive again from the unpacked files: a
`tar-split.json.gz` of alternating raw header bytes and files (github.com/vbatts/tar-split, moby's layer/).
Listing an image this way takes a fiftieth of the time of exporting it.
"""

from __future__ import annotations

import io
import os
import stat
from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from lintimg.image.compression import Read, decompressed
from lintimg.image.crc64 import crc64
from lintimg.image.document import is_digest
from lintimg.image.entries import FILE, Entries
from lintimg.image.errors import ImageError
from lintimg.image.tar import BLOCK_SIZE, read_tar
from lintimg.lazy import NamedTuple

_WINDOW = 1 << 17
_PIECE = 1 << 20
_SAMPLES, _LARGEST_SAMPLE = 8, 1 << 14
"""Files whose checksum is computed to see that the database tells the truth, and their largest size."""


class DatabaseLayer(NamedTuple):
    """A layer in the database: its entries, with checksums, and the folder that holds its contents."""

    entries: Entries
    folder: Path

    def read(self, entry: int, limit: int, offset: int = 0) -> bytes | None:
        """A part of an entry's content; None where it cannot be read."""
        path = self.folder / os.fsdecode(self.entries.names[entry])
        try:
            # A layer's folders may be links that lead out of it.
            if path.parent.resolve() != path.parent or not stat.S_ISREG(path.lstat().st_mode):
                return None
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(limit)
        except (OSError, ValueError):
            return None


class LayerDatabase:
    """The layers and images of an engine with the overlay2 driver, under its data folder."""

    def __init__(self, root: Path) -> None:
        """`root` is the engine's data folder, such as /var/lib/docker."""
        self._root = root
        self._images = root / "image" / "overlay2"

    def configuration(self, identifier: str) -> bytes | None:
        """An image's configuration by its ID; None where it is not there, not readable or not this one."""
        if not is_digest(identifier):
            return None
        data = _content(self._images / "imagedb" / "content" / "sha256" / identifier[7:])
        return data if data is not None and sha256(data).hexdigest() == identifier[7:] else None

    def layers(self, diff_ids: Sequence[str]) -> list[DatabaseLayer] | None:
        """The layers of an image; None where the database cannot be read or does not fit its own files."""
        found = []
        chain = ""
        for diff_id in diff_ids:
            if not is_digest(diff_id):
                return None
            chain = "sha256:" + sha256(f"{chain} {diff_id}".encode()).hexdigest() if chain else diff_id
            layer = self._layer(self._images / "layerdb" / "sha256" / chain[7:], diff_id)
            if layer is None:
                return None
            found.append(layer)
        return found if _samples_hold(found) else None

    def _layer(self, folder: Path, diff_id: str) -> DatabaseLayer | None:
        cache = _content(folder / "cache-id")
        if _content(folder / "diff") != diff_id.encode() or not cache or not cache.isalnum():
            return None
        try:
            with (folder / "tar-split.json.gz").open("rb", buffering=0) as file:
                split = _Split(file)
                entries = read_tar(split, bodies=False)
        except (OSError, ValueError, ImageError):
            return None
        if len(split.checksums) == len(entries):
            entries.fingerprints = split.checksums
        return DatabaseLayer(entries, (self._root / "overlay2" / cache.decode() / "diff").resolve())


class _Split:
    """The header blocks of a tar-split file one after the other, as if all files were empty."""

    def __init__(self, file: io.FileIO) -> None:
        self.checksums: list[bytes] = []
        self._headers = self._blocks(decompressed("gzip", lambda: file.read(_PIECE) or b""))
        self._data = b""
        self._base = 0
        self._ended = False

    def at(self, position: int, want: int) -> bytes:
        """As the protocol of readers says."""
        self._data = self._data[position - self._base :]
        self._base = position
        parts, count = [self._data], len(self._data)
        while count < want and not self._ended:
            for header in self._headers:
                parts.append(header)
                count += len(header)
                if count >= max(want, _WINDOW):
                    break
            else:
                self._ended = True
        if len(parts) > 1:
            self._data = b"".join(parts)
        return self._data

    def length(self) -> int:
        """As the protocol of readers says."""
        return self._base + len(self._data)

    def _blocks(self, read: Read) -> Iterator[bytes]:
        padding = 0
        checksums = self.checksums
        for line in _lines(read):
            if line.startswith(b'{"type":2'):
                header = a2b_base64(_field(line, b'"payload":"', b'"'))
                yield header[padding:]
                padding = max(padding - len(header), 0)
            elif line.startswith(b'{"type":1'):
                size = int(_field(line, b'"size":', b",") or b"0")
                checksums.append(a2b_base64(_field(line, b'"payload":"', b'"')) if size else b"")
                padding = -size % BLOCK_SIZE
            elif line:
                raise ImageError("the engine's database has a line of an unknown kind")


def _lines(read: Read) -> Iterator[bytes]:
    rest = b""
    while data := read():
        *lines, rest = (rest + data).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _field(line: bytes, key: bytes, end: bytes) -> bytes:
    """A value in a line of JSON; a name cannot hold such a key, since quotes in it are escaped."""
    at = line.find(key)
    if at < 0:
        return b""
    at += len(key)
    stop = line.find(end, at)
    return line[at : stop if stop >= 0 else line.find(b"}", at)]


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _samples_hold(layers: Sequence[DatabaseLayer]) -> bool:
    """Do files here and there have the size and checksum that the database tells of them."""
    for layer in layers:
        entries = layer.entries
        if entries.fingerprints is None:
            continue
        small = [
            index
            for index, size in enumerate(entries.sizes)
            if 0 < size <= _LARGEST_SAMPLE and entries.types[index] == FILE
        ]
        for index in small[:: max(len(small) // _SAMPLES, 1)][:_SAMPLES]:
            content = layer.read(index, _LARGEST_SAMPLE + 1)
            if content is not None and (
                len(content) != entries.sizes[index] or crc64(content) != entries.fingerprints[index]
            ):
                return False
    return True
