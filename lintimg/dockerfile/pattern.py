r"""Patterns of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`.

`*` and `?` are wildcards, a backslash makes one of `*?\` literal and is dropped before `}` and `/`; all
else is literal. Matching places the pieces between the stars from left to right, so that it stays linear
where a regular expression would backtrack.
"""

from __future__ import annotations

import re


class PatternError(ValueError):
    """A backslash before a character that needs none."""


class Pattern:
    """A shell pattern that looks for itself in a value."""

    def __init__(self, text: str) -> None:
        """Raises PatternError."""
        self.pieces = _pieces(text)

    def find(self, value: str, start: int, *, greedy: bool) -> tuple[int, int] | None:
        """The first match at or after `start`, as short or as long as can be."""
        first = self.pieces[0]
        begin = first.first(value, start)
        return None if begin < 0 else self._rest(value, begin, greedy=greedy)

    def prefix(self, value: str, *, greedy: bool) -> int | None:
        """The length of the match at the beginning of `value`."""
        if self.pieces[0].first(value[: self.pieces[0].length], 0) != 0:
            return None
        match = self._rest(value, 0, greedy=greedy)
        return None if match is None else match[1]

    def _rest(self, value: str, start: int, *, greedy: bool) -> tuple[int, int] | None:
        """The match whose first piece stands at `start`."""
        end = start + self.pieces[0].length
        for number, piece in enumerate(self.pieces[1:], 2):
            last = number == len(self.pieces)
            at = piece.last(value, end) if last and greedy else piece.first(value, end)
            if at < 0:
                return None
            end = at + piece.length
        return start, end


class _Piece:
    """What stands between two stars: literal characters, and None for a `?`."""

    def __init__(self, characters: list[str | None]) -> None:
        self.length = len(characters)
        self.literal = "".join(character or "" for character in characters)
        self.regex: re.Pattern[str] | None = None
        if len(self.literal) < self.length:
            # A lookahead finds matches that overlap.
            inner = "".join("." if character is None else re.escape(character) for character in characters)
            self.regex = re.compile(f"(?={inner})", re.DOTALL)

    def first(self, value: str, start: int) -> int:
        """Where it first stands at or after `start`, -1 if nowhere."""
        if self.regex is None:
            return value.find(self.literal, start)
        found = self.regex.search(value, start)
        return -1 if found is None else found.start()

    def last(self, value: str, start: int) -> int:
        """Where it last stands at or after `start`, -1 if nowhere."""
        if self.regex is None:
            return value.rfind(self.literal, start)
        at = -1
        for found in self.regex.finditer(value, start):
            at = found.start()
        return at


def _pieces(pattern: str) -> list[_Piece]:
    pieces: list[list[str | None]] = [[]]
    at, length = 0, len(pattern)
    while at < length:
        character = pattern[at]
        at += 1
        if character == "*":
            pieces.append([])
        elif character == "?":
            pieces[-1].append(None)
        elif character == "\\":
            escaped = pattern[at : at + 1]
            if escaped in ("*", "?", "\\"):
                pieces[-1].append(escaped)
                at += 1
            elif escaped not in ("}", "/"):
                raise PatternError(f"invalid escape '\\{escaped}'")
        else:
            pieces[-1].append(character)
    return [_Piece(characters) for characters in pieces]


def reversed_pattern(pattern: str) -> str:
    """The pattern that matches reversed text."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        width = 2 if pattern[at] == "\\" and at + 1 < len(pattern) else 1
        pieces.append(pattern[at : at + width])
        at += width
    return "".join(reversed(pieces))


def without_prefix(value: str, pattern: str, *, greedy: bool) -> str:
    """`${value#pattern}`, or `##` when `greedy`. Raises PatternError."""
    length = Pattern(pattern).prefix(value, greedy=greedy)
    return value if length is None else value[length:]


def without_suffix(value: str, pattern: str, *, greedy: bool) -> str:
    """`${value%pattern}`, or `%%` when `greedy`. Raises PatternError."""
    return without_prefix(value[::-1], reversed_pattern(pattern), greedy=greedy)[::-1]


def replaced(value: str, pattern: str, replacement: str, *, everywhere: bool) -> str:
    """`${value/pattern/replacement}`, or `//` when `everywhere`. Raises PatternError."""
    compiled = Pattern(pattern)
    result: list[str] = []
    copied, at, previous = 0, 0, -1
    while (found := compiled.find(value, at, greedy=True)) is not None:
        start, end = found
        # An empty match right behind a match does not count.
        if end > start or end != previous:
            text = _template(replacement, value[start:end]) if everywhere else replacement
            result += (value[copied:start], text)
            copied = previous = end
            if not everywhere:
                break
        at = end + 1 if end == start else end
        if at > len(value):
            break
    result.append(value[copied:])
    return "".join(result)


def _template(replacement: str, match: str) -> str:
    """`replacement` as Go's regexp expands it: `$0` is the match, other groups are empty."""
    if "$" not in replacement:
        return replacement
    return re.sub(
        r"\$(?:(\$)|\{(\w+)\}|(\w+))",
        lambda found: found[1] or (match if (found[2] or found[3]) == "0" else ""),
        replacement,
    )
