"""Physical lines to logical lines: continuations joined, comments set aside, directives read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from lintimg.dockerfile.document import Comment, Directive, LogicalText, SyntaxProblem
from lintimg.model.span import Span
from lintimg.text import SourceText

MAXIMUM_LINE = 65_535
"""Bytes; BuildKit reads lines through a buffer of this size."""

BLANKS = " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go's unicode.IsSpace accepts."""

_DIRECTIVE = re.compile(r"#[ \t\r\f\v]*([a-zA-Z][a-zA-Z0-9]*)[ \t\r\f\v]*=[ \t\r\f\v]*(.+?)\s*\Z")
_KNOWN_DIRECTIVES = ("syntax", "escape", "check")
_CONTINUATION = {
    "\\": re.compile(r"(?:(?<=[^\\])|\A)\\[ \t]*\Z"),
    "`": re.compile(r"(?:(?<=[^`])|\A)`[ \t]*\Z"),
}


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
    """Reads a source line by line; heredocs are taken out by its user through `take_line`."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.lines = source.text.split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.starts = source.line_starts
        self.at = 0
        self.escape = "\\"
        self.directives: list[Directive] = []
        self.comments: list[Comment] = []
        self.problems: list[SyntaxProblem] = []
        self._ascii = source.text.isascii()

    @property
    def line_number(self) -> int:
        """1-based number of the line read last."""
        return self.at

    def read_directives(self) -> None:
        """The parser directives at the head; `at` is left at the first line that is none."""
        seen = set()
        while self.at < len(self.lines):
            line = self.lines[self.at]
            found = _DIRECTIVE.match(line)
            if found is None or found[1].lower() not in _KNOWN_DIRECTIVES:
                return
            name, value = found[1].lower(), found[2]
            start = self.starts[self.at]
            span = Span(start, start + len(line.rstrip()))
            self.at += 1
            if name in seen:
                self.problems.append(
                    SyntaxProblem(
                        f"only one {name} parser directive can be used",
                        f"Remove this second # {name}= line.",
                        span,
                    )
                )
                continue
            seen.add(name)
            self.directives.append(Directive(name, value, span, self.at))
            if name == "escape":
                if value in ("\\", "`"):
                    self.escape = value
                else:
                    self.problems.append(
                        SyntaxProblem(
                            f"invalid ESCAPE {value!r} does not match ` or \\",
                            "Write # escape=` or leave the directive out.",
                            span,
                        )
                    )

    def too_long(self, line: str) -> bool:
        """Whether BuildKit's line buffer overflows on `line`."""
        if len(line) * (1 if self._ascii else 4) < MAXIMUM_LINE:
            return False
        return len(line.encode("utf-8", "surrogateescape")) >= MAXIMUM_LINE

    def next_line(self) -> str | None:
        """The next physical line without its line feed, None at the end or after one that is too long."""
        if self.at >= len(self.lines):
            return None
        line = self.lines[self.at]
        if self.too_long(line):
            start = self.starts[self.at]
            self.problems.append(
                SyntaxProblem(
                    f"dockerfile line greater than max allowed size of {MAXIMUM_LINE}",
                    "Break the line with continuations or move its content into a file that is copied.",
                    Span(start, start + 1),
                )
            )
            self.at = len(self.lines)
            return None
        self.at += 1
        return line

    def _comment(self, line: str, number: int) -> Comment:
        start = self.starts[number]
        lead = len(line) - len(line.lstrip(BLANKS))
        text = line.rstrip()
        return Comment(
            text[lead + 1 :].strip(), Span(start + lead, start + max(len(text), lead + 1)), number + 1
        )

    def logical_lines(self) -> Iterator[LogicalLine]:
        """The logical lines in order. Heredoc bodies are to be consumed by the caller in between."""
        continuation = _CONTINUATION[self.escape]
        while (line := self.next_line()) is not None:
            number = self.at - 1
            start = self.starts[number]
            content = line.rstrip("\r")
            stripped = content.lstrip(BLANKS)
            if not stripped:
                continue
            if stripped[0] == "#":
                self.comments.append(self._comment(line, number))
                continue
            lead = len(content) - len(stripped)
            found = continuation.search(stripped) if self.escape in stripped else None
            if found is None:
                text = LogicalText(stripped, (0,), (start + lead,))
                yield LogicalLine(text, Span(start + lead, start + len(content)), number + 1, number + 1, ())
                continue
            pieces = [stripped[: found.start()]]
            sources = [start + lead]
            inner: list[Comment] = []
            end = start + len(content)
            while True:
                more = self.next_line()
                if more is None:
                    break
                content = more.rstrip("\r")
                body = content.lstrip(BLANKS)
                if not body:
                    continue
                if body[0] == "#":
                    inner.append(self._comment(more, self.at - 1))
                    continue
                start = self.starts[self.at - 1]
                end = start + len(content)
                found = continuation.search(content) if self.escape in content else None
                pieces.append(content if found is None else content[: found.start()])
                sources.append(start)
                if found is None:
                    break
            self.comments += inner
            logical = _joined(pieces, sources)
            if logical.text.strip(BLANKS):
                yield LogicalLine(logical, Span(sources[0], end), number + 1, self.at, tuple(inner))


def _joined(pieces: list[str], sources: list[int]) -> LogicalText:
    starts: list[int] = []
    kept: list[int] = []
    at = 0
    for piece, source in zip(pieces, sources, strict=True):
        if piece:
            starts.append(at)
            kept.append(source)
            at += len(piece)
    if not starts:
        return LogicalText("", (0,), (sources[0],))
    return LogicalText("".join(pieces), tuple(starts), tuple(kept))


def part(logical: LogicalText, start: int, end: int | None = None) -> LogicalText:
    """The logical characters from `start` to `end`."""
    stop = len(logical.text) if end is None else end
    text = logical.text[start:stop]
    if len(logical.starts) == 1:
        return LogicalText(text, (0,), (logical.sources[0] + start - logical.starts[0],))
    first = bisect_right(logical.starts, start) - 1 if start > 0 else 0
    last = bisect_right(logical.starts, stop - 1) if stop > start else first + 1
    shift = logical.sources[first] - logical.starts[first]
    if first + 1 >= last:
        return LogicalText(text, (0,), (start + shift,))
    starts = [0]
    starts += (
        [s - start for s in logical.starts[first + 1 : last]] if start else logical.starts[first + 1 : last]
    )
    return LogicalText(text, tuple(starts), (start + shift, *logical.sources[first + 1 : last]))
