"""Looking into contents as they pass: keeping those asked for, hashing all."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.image.image import Options

_MOST_KEPT = 256 << 20
"""Bytes of contents kept of one layer, which is more than all package lists of a large image take."""
_LARGEST_KEPT = 32 << 20


class Contents:
    """Watches a layer being read; afterwards has what was asked for."""

    def __init__(self, options: Options, *, keep: bool) -> None:
        """Keeps contents only with `keep`: what can be read again need not be."""
        self._keep = options.keep if keep else None
        self._hashes = options.hashes
        self._kept: dict[int, bytes] = {}
        self._kept_bytes = 0
        self._found: dict[int, bytes] = {}

    @property
    def needed(self) -> bool:
        """Is there anything to look for."""
        return self._hashes or self._keep is not None

    def wants(self, name: bytes, size: int) -> bool:
        """As the protocol says."""
        return self._hashes or self._keeps(name, size)

    def _keeps(self, name: bytes, size: int) -> bool:
        return (
            self._keep is not None
            and size <= _LARGEST_KEPT
            and self._kept_bytes + size <= _MOST_KEPT
            and self._keep(name, size)
        )

    def take(self, index: int, name: bytes, size: int, pieces: Iterator[bytes]) -> None:
        """As the protocol says."""
        if self._keeps(name, size):
            content = b"".join(pieces)
            self._kept[index] = content
            self._kept_bytes += size
            pieces = iter((content,))
        if self._hashes:
            # Imported here: OpenSSL costs a start 5 ms.
            from hashlib import sha256

            state = sha256()
            for piece in pieces:
                state.update(piece)
            self._found[index] = state.digest()[:16]

    def fingerprints(self, entries: int) -> list[bytes] | None:
        """A hash for each of the layer's entries, empty for those without content."""
        if not self._hashes:
            return None
        return [self._found.get(index, b"") for index in range(entries)]

    def read(self, entry: int, limit: int, offset: int) -> bytes | None:
        """A part of a kept content."""
        kept = self._kept.get(entry)
        return None if kept is None else kept[offset : offset + limit]
