"""The formats by name. Writers are imported when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from lintimg.model.report import Report

FORMATS = {
    "text": "text",
    "concise": "concise",
    "json": "json",
    "json-v1": "json",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "rdjson": "rdjson",
    "rdjsonl": "rdjsonl",
    "junit": "junit",
    "checkstyle": "checkstyle",
    "sonarqube": "sonarqube",
    "markdown": "markdown",
    "html": "html",
}
"""Format name to the module that writes it."""

FOR_PEOPLE = frozenset(("text", "concise"))
"""The formats that may be printed in a terminal's own encoding."""


def render(name: str, report: Report, *, colour: bool, width: int, summary: bool = True) -> str:
    """`report` in the format `name`, which must be one of FORMATS.

    `colour`, `width` (in columns) and `summary` concern the text format alone.
    """
    module = import_module(f"lintimg.report.{FORMATS[name]}")
    if name == "text":
        return cast("str", module.write(report, colour=colour, width=width, summary=summary))
    return cast("str", module.write(report))
