"""Compiled."""

from __future__ import annotations

from typing import Any

TEXTS: dict[str, tuple[Any, ...]] = {}
