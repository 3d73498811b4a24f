"""CRC-64 as tar-split computes it (ISO 3309's polynomial, as in Go's hash/crc64)."""

from __future__ import annotations

from functools import cache

_POLYNOMIAL = 0xD800_0000_0000_0000
_ALL = 0xFFFF_FFFF_FFFF_FFFF


def crc64(data: bytes) -> bytes:
    """The checksum in eight bytes, the highest first. Slow: for samples only."""
    table = _table()
    value = _ALL
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return (value ^ _ALL).to_bytes(8, "big")


@cache
def _table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)  # noqa: PLW2901
        table.append(value)
    return tuple(table)
