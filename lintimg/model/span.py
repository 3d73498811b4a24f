"""Places in a text."""

from __future__ import annotations

from lintimg.lazy import NamedTuple


class Span(NamedTuple):
    """A half-open range of code-point offsets into a file's decoded text (BOM removed)."""

    start: int
    end: int


class Position(NamedTuple):
    """A 1-based line and a 1-based column counted in code points."""

    line: int
    column: int


class Region(NamedTuple):
    """A half-open range between two positions, as reports show it."""

    start: Position
    end: Position
