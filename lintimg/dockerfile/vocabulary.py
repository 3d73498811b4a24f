"""The instructions and flags that BuildKit knows."""

from __future__ import annotations

import json
import os.path
from functools import cache, lru_cache
from typing import Any, Literal

from lintimg.lazy import NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "data", "instructions.json")  # noqa: PTH118, PTH120 - pathlib costs start-up time

_MOST_EDITS = 2

FlagKind = Literal["string", "boolean", "strings"]


class Vocabulary(NamedTuple):
    """`flags` maps an instruction to its flags and how they take values; None where BuildKit reads over flags.
    `run_values` are the values that a flag of RUN can have, for those that are limited.
    """

    flags: dict[str, dict[str, FlagKind] | None]
    run_values: dict[str, tuple[str, ...]]


@cache
def vocabulary() -> Vocabulary:
    """The table in `data/instructions.json`."""
    with open(_FILE, "rb") as file:  # noqa: PTH123
        content: dict[str, Any] = json.load(file)
    return Vocabulary(
        {keyword: entry["flags"] for keyword, entry in content["instructions"].items()},
        {name: tuple(values) for name, values in content["run"].items()},
    )


@lru_cache(maxsize=128)
def nearest(word: str, options: tuple[str, ...]) -> str | None:
    """The one of `options` that is at most two edits away from `word` (BuildKit's measure), None if there is none.
    Of several BuildKit takes any; here it is one with the same first letter if there is one.
    """
    best: tuple[int, bool, str] | None = None
    for option in options:
        if abs(len(option) - len(word)) <= _MOST_EDITS:
            found = (_distance(word, option), option[:1] != word[:1], option)
            if found[0] <= _MOST_EDITS and (best is None or found < best):
                best = found
    return None if best is None else best[2]


def _distance(one: str, other: str) -> int:
    """Levenshtein's."""
    row = list(range(len(other) + 1))
    for number, character in enumerate(one, 1):
        previous, row[0] = row[0], number
        for at, wanted in enumerate(other, 1):
            cost = previous + (character != wanted)
            previous = row[at]
            row[at] = min(cost, row[at] + 1, row[at - 1] + 1)
    return row[-1]
