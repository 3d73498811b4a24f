"""How messages say numbers and lists."""

from __future__ import annotations

from collections.abc import Sequence

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def size(count: int) -> str:
    """A number of bytes for people, in decimal units as AWS and Docker print them: "41 MB", "1.2 GB"."""
    for unit, name in _UNITS:
        if count >= unit:
            value = count / unit
            return f"{value:.1f} {name}" if value < 10 and unit > 1_000_000 else f"{value:.0f} {name}"
    return f"{count} bytes" if count != 1 else "1 byte"


def listing(words: Sequence[str], limit: int = 3) -> str:
    """Words joined for a sentence: "a", "a and b", "a, b, c and 4 more"."""
    if len(words) > limit:
        return f"{', '.join(words[:limit])} and {len(words) - limit} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
