"""Flags such as `--from=build` at the head of an instruction's text.

BuildKit reads them byte by byte: a character beyond ASCII comes out as two or three others, and the bytes 85 and
A0 end a flag, so that a no-break space pasted behind `--from=build` makes another flag of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from itertools import accumulate

from lintimg.dockerfile.blanks import BLANKS, BYTE_BLANKS
from lintimg.dockerfile.document import Flag, LogicalText

_PLAIN_FLAG = "(--[^\t\n\v\f\r '\"\\\\`\x80-\U0010ffff]*)(?:[\t\v\f\r ][\t\n\v\f\r \udc85\udca0]*|\\Z)"
"""Compiled when the first flag is met: its large character class costs 2 ms."""


@cache
def _plain_flag() -> re.Pattern[str]:
    return re.compile(_PLAIN_FLAG)


def read_flags(rest: LogicalText, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The flags at the head of `rest` and the logical offset where the arguments begin."""
    text = rest.text
    flags: list[Flag] = []
    at = 0
    while text.startswith("--", at):
        plain = _plain_flag().match(text, at)
        if plain is None:
            return _read_quoted(rest, escape, flags, at)
        value = plain[1]
        start, at = at, plain.end()
        if value == "--":
            break
        flags.append(_flag(rest, value, start, start + len(value)))
    return tuple(flags), _after_blanks(text, at)


def _flag(rest: LogicalText, text: str, start: int, end: int) -> Flag:
    name, equals, value = text[2:].partition("=")
    if not equals:
        return Flag(name, None, text, rest.source_span(start, end), None)
    value_start = rest.text.find("=", start, end) + 1
    value_span = rest.source_span(value_start, end)
    return Flag(name, value, text, rest.source_span(start, end), value_span)


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANKS:
        at += 1
    return at


def _read_quoted(rest: LogicalText, escape: str, flags: list[Flag], at: int) -> tuple[tuple[Flag, ...], int]:
    """`read_flags` from the offset `at` on where there are quotes, escapes or characters beyond ASCII."""
    text = rest.text
    characters = text[at:].encode("utf-8", "surrogateescape").decode("latin-1")
    offsets = character_offsets(text[at:])
    position, length = 0, len(characters)
    while True:
        while position < length and characters[position] in BYTE_BLANKS:
            position += 1
        start = at + bisect_left(offsets, position)
        if not characters.startswith("--", position):
            return tuple(flags), _after_blanks(text, start)
        value, position = _word(characters, position, escape)
        end = at + bisect_left(offsets, position)
        if value == "--":
            return tuple(flags), _after_blanks(text, end)
        flags.append(_flag(rest, value, start, end))


def character_offsets(text: str) -> list[int]:
    """The byte offset of each character of `text`, and of its end."""
    return list(accumulate((len(c.encode("utf-8", "surrogateescape")) for c in text), initial=0))


def _word(text: str, at: int, escape: str) -> tuple[str, int]:
    """A flag with quotes and escapes taken out, and where it ends."""
    result: list[str] = []
    quote = ""
    length = len(text)
    while at < length:
        character = text[at]
        if not quote and character in BYTE_BLANKS:
            break
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif character == escape:
            at += 1
            result.append(text[at : at + 1])
        else:
            result.append(character)
        at += 1
    return "".join(result), min(at, length)
