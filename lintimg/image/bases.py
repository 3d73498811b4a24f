"""Which of an image's layers are its base image's."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Step

_DATA = Path(__file__).parent / "data" / "base_history.json"


def base_layers(image: Image, base: Image | None = None) -> int | None:
    """How many of the lowest layers are the base image's: those of `base`, or of one whose history is known.

    None where it cannot be told. Raises ImageError if `image` does not begin with the layers of `base`.
    """
    if base is None:
        return _by_history(image)
    own = [layer.diff_id or layer.digest for layer in image.layers]
    theirs = [layer.diff_id or layer.digest for layer in base.layers]
    if None in theirs or own[: len(theirs)] != theirs:
        raise ImageError(
            f"it is not built on {base.reference}, or on another version of it: its layers are others"
        )
    return len(theirs)


def _by_history(image: Image) -> int | None:
    steps = image.history
    if sum(not step.empty for step in steps) != len(image.layers):
        return None
    ends = [end for row in _known() if (end := _end(row, steps)) is not None]
    return sum(not step.empty for step in steps[: max(ends) + 1]) if ends else None


def _end(row: dict[str, Any], steps: Sequence[Step]) -> int | None:
    """The number of the step that ends the base image of a row."""
    first = steps[: row["within"]]
    for number, step in enumerate(first):
        if re.search(row["last"], step.command):
            before = [other.command for other in first[:number]]
            return number if all(any(text in line for line in before) for text in row["needs"]) else None
    return None


@cache
def _known() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_DATA.read_text("utf-8"))["bases"]
    return rows
