"""`lintimg schema`: the JSON Schemas that ship with the package."""

from __future__ import annotations

from pathlib import Path

from lintimg.cli.options import UsageError, unknown
from lintimg.cli.output import open_output

SCHEMAS = {
    "report": "report-1.json",
    # `image` writes the same report.
    "image": "report-1.json",
    "config": "config-1.json",
    "rule": "rule-1.json",
    "ast": "ast-1.json",
    "invoke": "invoke-1.json",
}


def schema_text(name: str) -> str:
    """The text of a schema. Raises UsageError for an unknown name."""
    if name not in SCHEMAS:
        raise UsageError(unknown("schema", name, SCHEMAS))
    return (Path(__file__).parent.parent / "schemas" / SCHEMAS[name]).read_text("utf-8")


def run_schema(name: str) -> int:
    """Prints a schema; the exit status."""
    open_output("never").write_data(schema_text(name))
    return 0
