"""Physical lines to logical lines: continuations joined, comments set aside."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from lintimg.dockerfile.blanks import BLANKS
from lintimg.dockerfile.directives import read_directives
from lintimg.dockerfile.document import Comment, LogicalText, SyntaxProblem
from lintimg.lazy import NamedTuple
from lintimg.model.span import Span
from lintimg.text import SourceText

MAXIMUM_LINE = 65_535
"""Bytes; BuildKit reads lines through a buffer of this size."""


class LogicalLine(NamedTuple):
    """An instruction's text: `span` from its first to its last source character, lines inclusive and
    1-based, the comments between its lines.
    """

    text: LogicalText
    span: Span
    first: int
    last: int
    comments: tuple[Comment, ...]


class LineReader:
    """Reads a source line by line. `at` counts the lines read; here-documents are taken out by the user of
    `logical_lines` in between through `next_line`.
    """

    def __init__(self, source: SourceText) -> None:
        """Reads the parser directives."""
        lines = source.text.split("\n")
        if not lines[-1]:
            lines.pop()
        self.text = source.text
        self.lines = lines
        self.starts = list(accumulate([len(line) + 1 for line in lines], initial=0))
        self.end = len(source.text)
        head = read_directives(lines, self.starts)
        self.directives = head.directives
        self.escape = head.escape
        self.comments: list[Comment] = []
        self.problems = list(head.problems)
        self.at = head.lines
        self.readable = self._readable()

    def _readable(self) -> int:
        """How many lines BuildKit can read: those before the first that is too long."""
        if self.end < MAXIMUM_LINE // 4:
            return len(self.lines)
        for number, line in enumerate(self.lines):
            length = len(line)
            if length * 4 > MAXIMUM_LINE and (
                length > MAXIMUM_LINE or len(line.encode("utf-8", "surrogateescape")) > MAXIMUM_LINE
            ):
                start = self.starts[number]
                self.problems.append(
                    SyntaxProblem(
                        f"dockerfile line greater than max allowed size of {MAXIMUM_LINE}",
                        "Break the line with continuations or move its content into a file that is copied.",
                        Span(start, start + 1),
                    )
                )
                return number
        return len(self.lines)

    def next_line(self) -> str | None:
        """The next physical line without its line feed, None when there is no more."""
        if self.at >= self.readable:
            return None
        self.at += 1
        return self.lines[self.at - 1]

    def logical_lines(self) -> Iterator[LogicalLine]:
        """The logical lines in order."""
        lines, starts, escape = self.lines, self.starts, self.escape
        while self.at < self.readable:
            number = self.at
            line = lines[number]
            self.at = number + 1
            stripped = line.lstrip(BLANKS)
            if not stripped:
                continue
            start = starts[number] + len(line) - len(stripped)
            if stripped[0] == "#":
                self.comments.append(_comment(stripped, start, number + 1))
                continue
            content = stripped.rstrip("\r")
            tail = content.rstrip(" \t")
            if tail[-1:] != escape or tail[-2:-1] == escape:
                yield LogicalLine(
                    LogicalText(content, (0,), (start,)),
                    Span(start, start + len(content)),
                    number + 1,
                    number + 1,
                    (),
                )
            else:
                yield self._continued(tail[:-1], start, start + len(content), number + 1)

    def _continued(self, piece: str, start: int, end: int, first: int) -> LogicalLine:
        """A logical line whose first physical line, without its continuation character, is `piece`."""
        lines, escape = self.lines, self.escape
        pieces, starts, sources, length = [], [], [], 0
        if piece:
            pieces, starts, sources, length = [piece], [0], [start], len(piece)
        comments: list[Comment] = []
        at = self.at
        while at < self.readable:
            content = lines[at]
            begin = self.starts[at]
            at += 1
            body = content.lstrip(BLANKS)
            if not body:
                continue
            if body[0] == "#":
                comments.append(_comment(body, begin + len(content) - len(body), at))
                continue
            content = content.rstrip("\r")
            end = begin + len(content)
            tail = content.rstrip(" \t")
            continues = tail[-1] == escape and tail[-2:-1] != escape
            if continues:
                content = tail[:-1]
            if content:
                pieces.append(content)
                starts.append(length)
                sources.append(begin)
                length += len(content)
            if not continues:
                break
        self.at = at
        if comments:
            self.comments += comments
        text = LogicalText("".join(pieces), tuple(starts) or (0,), tuple(sources) or (start,))
        return LogicalLine(text, Span(start, end), first, at, tuple(comments))


def _comment(text: str, start: int, number: int) -> Comment:
    """The comment of a line, `text` being that line from its `#` at `start`."""
    kept = text.rstrip()
    return Comment(kept[1:].strip(), Span(start, start + len(kept)), number)


def part(logical: LogicalText, start: int, end: int | None = None) -> LogicalText:
    """The logical characters from `start` to `end`."""
    stop = len(logical.text) if end is None else end
    text = logical.text[start:stop]
    starts, sources = logical.starts, logical.sources
    if len(starts) == 1:
        return LogicalText(text, (0,), (sources[0] + start - starts[0],))
    first = bisect_right(starts, start) - 1 if start > 0 else 0
    last = bisect_right(starts, stop - 1) if stop > start else first + 1
    shift = sources[first] - starts[first]
    if first + 1 >= last:
        return LogicalText(text, (0,), (start + shift,))
    moved = starts[first + 1 : last]
    if start:
        moved = tuple([at - start for at in moved])
    return LogicalText(text, (0, *moved), (start + shift, *sources[first + 1 : last]))
