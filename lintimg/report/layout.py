"""Fitting text into a terminal: display widths, wrapping, and the part of a line around a token."""

from __future__ import annotations

from collections.abc import Callable

from lintimg.lazy import NamedTuple
from lintimg.text import printable

Paint = Callable[[str, str], str]
"""Colours a text: takes the style's name and the text."""

_TAB = 4
_CUT = "…"


class Excerpt(NamedTuple):
    """A line as shown; the token is in the display columns `start` to `end`, 0-based."""

    text: str
    start: int
    end: int


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns."""
    return text if display_width(text) <= width else f"{text[: width - 1]}…"


def cut_front(path: str, width: int) -> str:
    """A path in at most `width` columns, which keeps its end."""
    return path if display_width(path) <= width else f"…{path[1 - width :]}"


def display_width(text: str) -> int:
    """How many columns of a terminal `text` takes; `text` has no control characters."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(character) in {"Mn", "Me"} else 2 if east_asian_width(character) in {"W", "F"} else 1
        for character in text
    )


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces; only a word longer than that is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if display_width(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width)
        lines += whole
    if line or not lines:
        lines.append(line)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    if display_width(word) <= width:
        return [word]
    # Half the columns where characters may be two wide.
    step = max(width if word.isascii() else width // 2, 1)
    return [word[at : at + step] for at in range(0, len(word), step)]


def excerpt(line: str, start: int, end: int, width: int) -> Excerpt:
    """The part of `line` that shows its characters `start` to `end` (0-based) in `width` columns.

    Tabs become spaces, control characters escapes. Takes time for what is shown, not for the whole line.
    """
    end = max(end, start)
    shown = _from(line, 0, start, end, width)
    if shown is None:
        shown = _from(line, max(start - width // 3, 0), start, end, width, cut=True)
    return shown or Excerpt("", 0, 0)


def _from(line: str, begin: int, start: int, end: int, width: int, *, cut: bool = False) -> Excerpt | None:
    """The line from its character `begin` on; None where the token does not fit and `cut` is not set."""
    pieces: list[str] = [_CUT] if begin else []
    column = len(pieces)
    first = last = None
    for at in range(begin, len(line)):
        if at == start:
            first = column
        if at == end:
            last = column
        piece = _piece(line[at], column)
        size = display_width(piece)
        if column + size > width - (at + 1 < len(line)):
            if last is None and not cut:
                return None
            pieces.append(_CUT)
            break
        pieces.append(piece)
        column += size
    first = column if first is None else first
    return Excerpt("".join(pieces), first, column if last is None else last)


def _piece(character: str, column: int) -> str:
    return " " * (_TAB - column % _TAB) if character == "\t" else printable(character)
