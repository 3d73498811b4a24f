"""`lintimg schema`: the JSON Schemas that ship with the package."""

from __future__ import annotations

import sys
from pathlib import Path

from lintimg.cli.options import UsageError

SCHEMAS = {"report": "report-1.json", "config": "config-1.json", "rule": "rule-1.json", "ast": "ast-1.json"}


def schema_text(name: str) -> str:
    """The text of a schema. Raises UsageError for an unknown name."""
    if name not in SCHEMAS:
        raise UsageError(f"there is no schema {name}; there are {', '.join(SCHEMAS)}")
    return (Path(__file__).parent.parent / "schemas" / SCHEMAS[name]).read_text("utf-8")


def run_schema(name: str) -> int:
    """Prints a schema; the exit status."""
    sys.stdout.write(schema_text(name))
    return 0
