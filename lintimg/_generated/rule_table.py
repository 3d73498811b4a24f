"""Compiled."""

from __future__ import annotations

from typing import Any

ROWS: tuple[dict[str, Any], ...] = ()
