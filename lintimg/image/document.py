"""JSON documents of images: made by others, so of any shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lintimg.image.errors import ImageError
from lintimg.lazy import sha256_hex

LARGEST = 16 << 20
"""Bytes of a manifest or configuration; registries stop at 4 MiB."""


def parse_object(data: bytes, what: str) -> Mapping[str, Any]:
    """`data` as a JSON object. Raises ImageError, which says `what` it was to be."""
    value = parse(data, what)
    if not isinstance(value, dict):
        raise ImageError(f"{what} is no JSON object")
    return value


def parse(data: bytes, what: str) -> Any:
    """`data` as JSON. Raises ImageError."""
    try:
        value = json.loads(data.decode("utf-8"))
        if b"\\ud" in data or b"\\uD" in data:
            # Halves of characters, which no output could write.
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise ImageError(f"{what} is no valid JSON") from error
    return value


def verify(data: bytes, digest: str, what: str) -> None:
    """Raises ImageError unless `digest` is that of `data`; digests other than SHA-256 are not looked at."""
    algorithm, _, expected = digest.partition(":")
    if algorithm == "sha256" and sha256_hex(data) != expected:
        raise ImageError(f"{what} is not what its digest says: it is damaged or was changed")


def text(value: object) -> str:
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The strings in the list `value`; a single string is a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def mapping(value: object) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    """The objects in the list `value`."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def count(value: object) -> int | None:
    """`value` if it is a whole number of bytes."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def is_digest(value: str) -> bool:
    """Is it a SHA-256 digest such as `sha256:9f2c…`."""
    return len(value) == 71 and value.startswith("sha256:") and set(value[7:]) <= set("0123456789abcdef")
