"""The long texts of every rule, compiled from rules/ by `python -m lintimg.dev sync`. Never edit."""

from __future__ import annotations

from typing import Any

TEXTS: dict[str, tuple[Any, ...]] = {}
