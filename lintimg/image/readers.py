"""Random or forward access to bytes, in windows whose size follows how they are used."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Protocol

_SMALL, _LARGE = 1 << 13, 1 << 18


class Reader(Protocol):
    """Bytes to look at. Positions count from the beginning."""

    def at(self, position: int, want: int) -> bytes:
        """The bytes from `position` on: `want` or more of them, fewer only at the end.

        Positions may go back only as far as the last one asked for.
        """

    def length(self) -> int:
        """How many bytes there are; may be asked after `at` came up short."""


class FileReader:
    """A part of a file that can be sought in; skipped bytes are never read."""

    def __init__(self, file: io.FileIO, start: int, end: int) -> None:
        """The bytes of `file`, unbuffered, from `start` to `end`."""
        self._file = file
        self._start = start
        self._end = end
        self._next = -1
        self._size = _SMALL

    def at(self, position: int, want: int) -> bytes:
        """As the protocol says; any position will do."""
        # After a jump a small window, then larger ones as long as they are read to their end.
        self._size = min(self._size * 4, _LARGE) if position < self._next + _SMALL else _SMALL
        begin = self._start + position
        count = min(max(self._size, want), self._end - begin)
        if count <= 0:
            return b""
        self._file.seek(begin)
        data = self._file.read(count) or b""
        while len(data) < min(want, count):
            more = self._file.read(count - len(data))
            if not more:
                break
            data += more
        self._next = position + len(data)
        return data

    def length(self) -> int:
        """As the protocol says, at any time."""
        self._file.seek(0, io.SEEK_END)
        return max(0, min(self._file.tell(), self._end) - self._start)


class StreamReader:
    """Bytes that come only once."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        """`read` gives the next bytes, of any number, and nothing at the end."""
        self._read = read
        self._data = b""
        self._base = 0

    def at(self, position: int, want: int) -> bytes:
        """As the protocol says."""
        data, base = self._data, self._base
        while base + len(data) <= position:
            base += len(data)
            data = self._read()
            if not data:
                self._data, self._base = b"", base
                return b""
        data = data[position - base :]
        if len(data) < want:
            parts, count = [data], len(data)
            while count < want:
                more = self._read()
                if not more:
                    break
                parts.append(more)
                count += len(more)
            data = b"".join(parts)
        self._data, self._base = data, position
        return data

    def length(self) -> int:
        """As the protocol says."""
        return self._base + len(self._data)

    def drain(self) -> int:
        """Reads to the end; the number of all bytes."""
        base = self._base + len(self._data)
        self._data = b""
        while more := self._read():
            base += len(more)
        self._base = base
        return base
