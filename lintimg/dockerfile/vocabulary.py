"""The instructions and flags that BuildKit knows."""

from __future__ import annotations

import json
import os.path
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "data", "instructions.json")  # noqa: PTH118, PTH120 - pathlib costs start-up time

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
    """The one of `options` that is at most two edits away from `word` (BuildKit's measure), None if there is none."""
    best, least = None, 3
    if len(word) > 40:
        return None
    for option in sorted(options):
        if abs(len(option) - len(word)) >= least:
            continue
        distance = _distance(word, option)
        if distance < least:
            best, least = option, distance
    return best


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
