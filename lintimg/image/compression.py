"""Undoing a layer's compression, piece by piece.

gzip is Python's own zlib, or isal (`lintimg[fast]`) in less than half of the time; zstd is Python's own from
3.14 on and its backport (`lintimg[zstd]`) before.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal, Protocol

from lintimg.image.errors import ImageError

Compression = Literal["gzip", "zstd"]
Read = Callable[[], bytes]

_PIECE = 1 << 20
_BOMB_SIZE, _BOMB_RATIO = 10 << 30, 200
"""What inflates beyond 10 GiB and to more than 200 times its size is nothing that a build made."""


class _Decompressor(Protocol):
    unused_data: bytes
    eof: bool

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def compression_of(head: bytes) -> Compression | None:
    """How bytes that begin with `head` are compressed, None for not at all."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    return None


def decompressed(kind: Compression, read: Read) -> Read:
    """A function that gives the next plain bytes of what `read` gives, and nothing at the end.

    Raises ImageError for damaged data, for a bomb, and where zstd cannot be read.
    """
    return _Inflating(kind, read).read


class _Inflating:
    def __init__(self, kind: Compression, read: Read) -> None:
        self.new = _gzip if kind == "gzip" else _zstd()
        self.kind = kind
        self.source = read
        self.stream = self.new()
        self.rest = b""
        self.came = self.went = 0

    def read(self) -> bytes:
        while True:
            if self.stream.eof:
                self.rest = self.stream.unused_data
                if not self.refill():
                    return b""
                if self.kind == "gzip" and not self.rest.startswith(b"\x1f\x8b"):
                    # Padding after the last member; gzip, too, ignores it.
                    return b""
                self.stream = self.new()
            data = self.piece()
            if data:
                self.went += len(data)
                if self.went > _BOMB_SIZE and self.went > _BOMB_RATIO * self.came:
                    raise ImageError(
                        f"the layer inflates to more than {_BOMB_RATIO} times its size: it looks like a bomb"
                    )
                return data

    def refill(self) -> bool:
        """Gets the next bytes if there are none left; False at the end."""
        if not self.rest:
            self.rest = self.source()
            self.came += len(self.rest)
        return bool(self.rest)

    def piece(self) -> bytes:
        ended = _starved(self.stream) and not self.refill()
        data, self.rest = self.rest, b""
        try:
            result = self.stream.decompress(data, _PIECE)
        except MemoryError:
            raise
        except Exception as error:  # each library has an exception of its own
            raise ImageError(f"the {self.kind} data is damaged ({error})") from error
        if not self.stream.eof:
            self.rest = getattr(self.stream, "unconsumed_tail", b"")
            if ended and not result:
                raise ImageError(f"the {self.kind} data is cut off")
        return bytes(result)


def _starved(stream: _Decompressor) -> bool:
    """Does the stream want new bytes before it gives more."""
    return bool(getattr(stream, "needs_input", True))


def _gzip() -> Any:
    # 31: a gzip wrapping around the data.
    try:
        return import_module("isal.isal_zlib").decompressobj(31)
    except ImportError:
        return import_module("zlib").decompressobj(31)


def _zstd() -> Callable[[], Any]:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            found: Callable[[], Any] = import_module(name).ZstdDecompressor
        except ImportError:
            continue
        return found
    raise ImageError("a layer is compressed by zstd: pip install 'lintimg[zstd]' to read it")
