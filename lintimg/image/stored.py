"""A layer as it lies in a file or comes in a stream: plain or compressed."""

from __future__ import annotations

import io
from collections.abc import Callable

from lintimg.image.compression import Compression, compression_of, decompressed
from lintimg.image.entries import Entries
from lintimg.image.errors import ImageError
from lintimg.image.image import Options, Read
from lintimg.image.readers import FileReader, StreamReader
from lintimg.image.tar import BLOCK_SIZE, read_tar
from lintimg.image.watch import Contents
from lintimg.lazy import NamedTuple

_PIECE = 1 << 20


class StoredLayer(NamedTuple):
    """A layer that has been read; `stored_bytes` is its size as it lies there."""

    entries: Entries
    read: Read
    stored_bytes: int
    compression: Compression | None


def read_stored(file: io.FileIO, start: int, size: int, digest: str | None, options: Options) -> StoredLayer:
    """The layer in the `size` bytes of `file` from `start` on. `file` must stay open to read contents.

    `digest` is checked where all bytes are read: of compressed layers, and with hashes. Raises ImageError.
    """
    file.seek(start)
    kind = compression_of(file.read(8) or b"")
    if kind is not None:
        return read_stream(_pieces(file, start, size), digest, options)
    if options.hashes and digest is not None:
        _drain(_Checked(_pieces(file, start, size), digest))
    watcher = Contents(options, keep=False)
    entries = read_tar(FileReader(file, start, start + size), watcher if watcher.needed else None)
    entries.fingerprints = watcher.fingerprints(len(entries))

    def read(entry: int, limit: int, offset: int) -> bytes:
        file.seek(start + entries.offsets[entry] + offset)
        return file.read(max(min(limit, entries.sizes[entry] - offset), 0)) or b""

    return StoredLayer(entries, read, size, None)


def read_stream(pieces: Callable[[], bytes], digest: str | None, options: Options) -> StoredLayer:
    """The layer whose bytes `pieces` gives one after the other. Raises ImageError."""
    source = _Checked(pieces, digest)
    head = source()
    while 0 < len(head) < BLOCK_SIZE:
        more = source()
        if not more:
            break
        head += more
    kind = compression_of(head)
    waiting = [head]

    def plain() -> bytes:
        return waiting.pop() if waiting else source()

    reader = StreamReader(plain if kind is None else decompressed(kind, plain))
    watcher = Contents(options, keep=True)
    entries = read_tar(reader, watcher if watcher.needed else None)
    entries.fingerprints = watcher.fingerprints(len(entries))
    reader.drain()
    _drain(source)
    return StoredLayer(entries, watcher.read, source.count, kind)


class _Checked:
    """Passes bytes on and counts them; raises ImageError at the end where they are not what the digest says."""

    def __init__(self, pieces: Callable[[], bytes], digest: str | None) -> None:
        # Imported here: OpenSSL costs a start 5 ms, and plain archives need none.
        from hashlib import sha256

        self._pieces = pieces
        self._digest = digest
        self._state = sha256() if digest is not None and digest.startswith("sha256:") else None
        self.count = 0

    def __call__(self) -> bytes:
        piece = self._pieces()
        self.count += len(piece)
        if self._state is not None:
            self._state.update(piece)
            if not piece and f"sha256:{self._state.hexdigest()}" != self._digest:
                raise ImageError(f"the layer {self._digest} is damaged: its content has another digest")
        return piece


def _drain(pieces: Callable[[], bytes]) -> None:
    while pieces():
        pass


def _pieces(file: io.FileIO, start: int, size: int) -> Callable[[], bytes]:
    at, end = start, start + size

    def piece() -> bytes:
        nonlocal at
        file.seek(at)
        data = file.read(min(_PIECE, end - at)) or b""
        at += len(data)
        return data

    return piece
