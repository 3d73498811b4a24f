"""What `check` needs of every rule, compiled from rules/ by `python -m lintimg.dev sync`. Never edit."""

from __future__ import annotations

from typing import Any

ROWS: tuple[dict[str, Any], ...] = ()
