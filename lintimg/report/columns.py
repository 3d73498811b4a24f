"""Columns as other formats count them, from a finding's own source lines.

| format | lines | columns | end | unit |
|---|---|---|---|---|
| JSON, SARIF, GitHub | 1-based | 1-based | exclusive | code points |
| GitLab, JUnit, Checkstyle | 1-based | 1-based | lines inclusive | code points |
| reviewdog | 1-based | 1-based | exclusive | UTF-8 bytes |
| SonarQube | 1-based | 0-based | exclusive | UTF-16 units |
"""

from __future__ import annotations

from collections.abc import Mapping

from lintimg.model.finding import Finding
from lintimg.model.span import Position, Region


def lines_of(finding: Finding) -> Mapping[int, str]:
    """The source lines that a finding carries, by number."""
    return {line.number: line.text for line in finding.location.excerpt}


def last_line(region: Region) -> int:
    """The last line that has something of `region`, inclusive."""
    start, end = region
    return end.line - (end.column == 1 and end.line > start.line)


def whole_lines(region: Region) -> bool:
    """Whether `region` begins and ends at a line's start and is not empty."""
    return region.start.column == region.end.column == 1 and region.end.line > region.start.line


def units_before(lines: Mapping[int, str], position: Position, encoding: str, size: int) -> int | None:
    """How many units of `size` bytes of `encoding` stand before `position` in its line; None without the line."""
    if position.column == 1:
        return 0
    text = lines.get(position.line)
    if text is None:
        return None
    before = text[: position.column - 1]
    errors = "surrogateescape" if encoding == "utf-8" else "surrogatepass"
    return len(before.encode(encoding, errors)) // size + max(position.column - 1 - len(text), 0)


def text_between(lines: Mapping[int, str], start: Position, end: Position, newline: str = "\n") -> str | None:
    """The source text from `start` to `end`; None where a line of it is not at hand."""
    numbers = range(start.line, end.line + (end.column > 1))
    if any(number not in lines for number in numbers):
        return None
    if start.line == end.line:
        return lines.get(start.line, "")[start.column - 1 : end.column - 1]
    pieces = [lines[number] for number in range(start.line, end.line)]
    pieces[0] = pieces[0][start.column - 1 :]
    pieces.append(lines.get(end.line, "")[: end.column - 1])
    return newline.join(pieces)
