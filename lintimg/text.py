"""A file's text: offsets to lines and columns, and the applying of edits.

Offsets and columns count code points of the decoded text without its BOM. Bytes that
are not UTF-8 are kept as surrogate escapes so that a text can be written back unchanged.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from lintimg.lazy import NamedTuple
from lintimg.model.span import Position, Region, Span

_BOM = "\ufeff"


class TextEdit(NamedTuple):
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


class SourceText:
    """The decoded text of one file; never changes after construction."""

    def __init__(self, path: str, data: bytes) -> None:
        """`path` is how reports name the file; `data` its bytes."""
        text = data.decode("utf-8", "surrogateescape")
        self.path = path
        self.bom = text.startswith(_BOM)
        self.text = text[1:] if self.bom else text

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of each line's first character; lines end at line feeds only."""
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def position(self, offset: int) -> Position:
        """The line and column of `offset`."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def region(self, span: Span) -> Region:
        """The lines and columns of `span`."""
        return Region(self.position(span.start), self.position(span.end))

    def offset(self, position: Position) -> int:
        """The offset of a line and column."""
        return self.line_starts[position.line - 1] + position.column - 1

    def line(self, number: int) -> str:
        """The text of the 1-based line `number` without its line end."""
        starts = self.line_starts
        start = starts[number - 1]
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[start:end].removesuffix("\r")

    def slice(self, span: Span) -> str:
        """The source text of `span`."""
        return self.text[span.start : span.end]

    @cached_property
    def newline(self) -> str:
        """The file's prevailing line end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def encode(self, text: str) -> bytes:
        """`text` as bytes of this file, its BOM and undecodable bytes kept."""
        return ((_BOM if self.bom else "") + text).encode("utf-8", "surrogateescape")


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """`text` with `edits` applied.

    Raises ValueError when two edits overlap.
    """
    pieces: list[str] = []
    at = 0
    for span, replacement in sorted(edits):
        if span.start < at:
            raise ValueError(f"overlapping edits at offset {span.start}")
        pieces += (text[at : span.start], replacement)
        at = span.end
    pieces.append(text[at:])
    return "".join(pieces)


def printable(text: str) -> str:
    """`text` with control characters and undecodable bytes shown as escapes, safe for a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def path_text(path: bytes) -> str:
    """A path in an image, from its root; undecodable bytes are kept as surrogate escapes."""
    return "/" + path.decode("utf-8", "surrogateescape")


def size_text(count: int) -> str:
    """Bytes for people, in decimal units as AWS and Docker print them: "1 byte", "41 MB", "1.2 GB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} GB" if name == "GB" else f"{count / unit:.0f} {name}"
    return f"{count} byte" if count == 1 else f"{count} bytes"
