"""What several parts of the JSON report are made of."""

from __future__ import annotations

from typing import Any

from lintimg.model.finding import DockerfileLine, Edit, Fix
from lintimg.model.span import Region


def line_to_json(line: DockerfileLine | None) -> dict[str, Any] | None:
    """An instruction's lines as plain data."""
    return None if line is None else line._asdict()


def region_to_json(region: Region) -> dict[str, Any]:
    """A region as plain data."""
    return {
        "start": {"line": region.start.line, "column": region.start.column},
        "end": {"line": region.end.line, "column": region.end.column},
    }


def fix_to_json(fix: Fix) -> dict[str, Any]:
    """A fix as plain data."""
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "path": edit.path,
        "span": None if edit.region is None else region_to_json(edit.region),
        "text": edit.text,
    }
