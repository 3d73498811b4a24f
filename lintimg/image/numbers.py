"""Numbers in tar headers: octal text, or base 256 where they are too large for it."""

from __future__ import annotations


def number(field: bytes) -> int:
    """The value of a header field; 0 where it holds none."""
    if field and field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False)
        bits = 8 * len(field)
        if field[0] == 0xFF:
            return value - (1 << bits)
        return value & ((1 << (bits - 1)) - 1)
    text = field.partition(b"\0")[0].strip()
    try:
        return int(text, 8) if text else 0
    except ValueError:
        return 0
