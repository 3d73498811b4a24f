"""The checks' own data files, each read once and only when asked for."""

from __future__ import annotations

import json
import os.path
from functools import cache
from typing import Any

_FOLDER = os.path.join(os.path.dirname(__file__), "data")  # noqa: PTH118, PTH120 - pathlib costs start-up time


@cache
def table(name: str) -> dict[str, Any]:
    """The data file `name` (without `.json`). Callers must not change it."""
    with open(os.path.join(_FOLDER, f"{name}.json"), "rb") as file:  # noqa: PTH118, PTH123
        content: dict[str, Any] = json.load(file)
    return content
