"""Sizes as people write them."""

from __future__ import annotations

import re

_LONGEST = 40
_SIZE = r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*\Z"


def read_size(text: str) -> int:
    """Bytes from "2GB" (decimal), "1.5 GiB" (binary) or a plain number. Raises ValueError."""
    found = re.match(_SIZE, text[:_LONGEST], re.IGNORECASE)
    if found is None or len(text) > _LONGEST:
        raise ValueError(f"{text[:_LONGEST]!r} is no size; write one such as 500MB, 2GB or 1GiB")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** " kmgt".index(found[2].lower() or " "))
