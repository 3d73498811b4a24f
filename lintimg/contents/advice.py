"""What can be done about an image's bytes, before it is known how many it is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from lintimg.lazy import NamedTuple

_DATA = Path(__file__).parent / "data" / "remedies.json"


class Advice(NamedTuple):
    """`title` says what is wrong, `help` what to type; `rules` are those that say the same of a Dockerfile.

    `line` is the layer whose instruction is to be changed, None for the one with most of the bytes; `about` is the
    package manager's cache that it is about, if any.
    """

    title: str
    help: str
    rules: tuple[str, ...]
    line: int | None = None
    about: str = ""


class Choice(NamedTuple):
    """What an advice is about: these parts in these layers, or only their files whose path `pattern` finds."""

    advice: Advice
    parts: frozenset[int]
    layers: frozenset[int]
    pattern: str | None = None


@cache
def remedies() -> dict[str, Any]:
    """The facts about remedies."""
    data: dict[str, Any] = json.loads(_DATA.read_text("utf-8"))
    return data


def names_text(names: Sequence[str], most: int = 4) -> str:
    """Names as a part of a sentence."""
    if len(names) <= most:
        return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
