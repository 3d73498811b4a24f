"""Reading one shell word: quotes, escapes, expansions and substitutions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

DEPTH_LIMIT = 100

_PLAIN = re.compile(r"[\w./:=@%+,\-\[\]{}*?!~^]+")
_DELIMITERS = frozenset(" \t\n\r;&|()<>")
_NAME = re.compile(r"[A-Za-z_]\w*|\d|[@*#?\-$!]", re.ASCII)
_BRACED_NAME = re.compile(r"[!#]?([A-Za-z_]\w*|\d+|[@*#?\-$!])", re.ASCII)
_QUOTED_PLAIN = re.compile(r'[^"\\$`]*')
_ESCAPABLE = frozenset('$`"\\\n')


class UnreadableError(Exception):
    """Text that is no shell, or shell beyond what is read; the reason is the message."""


class RawWord(NamedTuple):
    """A word with logical offsets. `value` is None where an expansion stands in it."""

    start: int
    end: int
    value: str | None
    pieces: str
    quoted: bool


class WordReader:
    """Reads words at positions of `text`; `substitution` reads the commands of `$(…)` and returns the
    offset behind its closing parenthesis.
    """

    def __init__(
        self, text: str, substitution: Callable[[int], int], inner: Callable[[int, int], None]
    ) -> None:
        """`inner` is told the range of a backquoted command."""
        self.text = text
        self._substitution = substitution
        self._inner = inner
        self._arithmetic: dict[int, int] = {}
        self._depth = 0

    def read(self, start: int) -> RawWord | None:
        """The word at `start`, None when there is none. Raises UnreadableError."""
        text = self.text
        found = _PLAIN.match(text, start)
        if found is not None:
            end = found.end()
            if end == len(text) or text[end] in _DELIMITERS:
                plain = found[0]
                return RawWord(start, end, plain, plain, quoted=False)
        return self._mixed(start)

    def _mixed(self, start: int) -> RawWord | None:
        text, at, length = self.text, start, len(self.text)
        pieces: list[str] = []
        known, quoted = True, False
        while at < length:
            character = text[at]
            if character in _DELIMITERS:
                if character not in "<>" or text[at + 1 : at + 2] != "(":
                    break
                at = self._substitution(at + 2)
                pieces.append("$()")
                known = False
            elif character == "'":
                end = text.find("'", at + 1)
                if end < 0:
                    raise UnreadableError("a single quote is not closed")
                pieces.append(text[at + 1 : end])
                at, quoted = end + 1, True
            elif character == '"':
                piece, plain, at = self._double(at + 1)
                pieces.append(piece)
                known, quoted = known and plain, True
            elif character == "\\":
                if at + 1 >= length:
                    pieces.append("\\")
                elif text[at + 1] != "\n":
                    pieces.append(text[at + 1])
                    quoted = True
                at += 2
            elif character in "$`":
                piece, plain, at = self._dollar(at) if character == "$" else self._backquote(at)
                if plain and piece == "" and text[at - 1] in "'\"":
                    quoted = True
                pieces.append(piece)
                known = known and plain
            else:
                found = _PLAIN.match(text, at)
                end = found.end() if found is not None else at + 1
                pieces.append(text[at:end])
                at = end
        if at == start:
            return None
        joined = "".join(pieces)
        return RawWord(start, min(at, length), joined if known else None, joined, quoted)

    def _double(self, at: int) -> tuple[str, bool, int]:
        """The content of a double-quoted string from `at`, whether it is literal, the offset behind it."""
        text, length = self.text, len(self.text)
        pieces: list[str] = []
        known = True
        while at < length:
            found = _QUOTED_PLAIN.match(text, at)
            if found is not None and found.end() > at:
                pieces.append(found[0])
                at = found.end()
                continue
            character = text[at]
            if character == '"':
                return "".join(pieces), known, at + 1
            if character == "\\":
                following = text[at + 1 : at + 2]
                if following not in _ESCAPABLE:
                    pieces.append("\\")
                if following != "\n":
                    pieces.append(following)
                at += 2
                continue
            piece, plain, at = self._dollar(at, quoted=True) if character == "$" else self._backquote(at)
            pieces.append(piece)
            known = known and plain
        raise UnreadableError("a double quote is not closed")

    def _backquote(self, at: int) -> tuple[str, bool, int]:
        text, end = self.text, at + 1
        while end < len(text) and text[end] != "`":
            end += 2 if text[end] == "\\" else 1
        if end >= len(text):
            raise UnreadableError("a backquote is not closed")
        self._inner(at + 1, end)
        return "$()", False, end + 1

    def _dollar(self, at: int, *, quoted: bool = False) -> tuple[str, bool, int]:
        text = self.text
        following = text[at + 1 : at + 2]
        if following == "(":
            if text[at + 2 : at + 3] == "(":
                end = self._arithmetic_end(at + 3)
                if end > 0:
                    return "$(())", False, end
            return "$()", False, self._substitution(at + 2)
        if following == "{":
            end = self._brace_end(at + 2)
            name = _BRACED_NAME.match(text, at + 2)
            return f"${name[1]}" if name else "${}", False, end
        if following == "'" and not quoted:
            end = at + 2
            while end < len(text) and text[end] != "'":
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise UnreadableError("a single quote is not closed")
            return text[at + 2 : end], "\\" not in text[at + 2 : end], end + 1
        if following == '"' and not quoted:
            return "", True, at + 1
        name = _NAME.match(text, at + 1)
        if name is None:
            return "$", True, at + 1
        return f"${name[0]}", False, name.end()

    def _brace_end(self, at: int) -> int:
        """The offset behind the `}` that closes a `${` whose content starts at `at`."""
        self._enter()
        text, length = self.text, len(self.text)
        while at < length:
            character = text[at]
            if character == "}":
                self._depth -= 1
                return at + 1
            at = self._skip(at, character)
        raise UnreadableError("a ${ is not closed")

    def _skip(self, at: int, character: str) -> int:
        """The offset behind whatever stands at `at`: a quoted string, an expansion, or one character."""
        text = self.text
        if character == "\\":
            return at + 2
        if character == "'":
            end = text.find("'", at + 1)
            return end + 1 if end > 0 else at + 1
        if character == '"':
            return self._double(at + 1)[2]
        if character == "`":
            return self._backquote(at)[2]
        if character == "$":
            return self._dollar(at)[2]
        return at + 1

    def _arithmetic_end(self, start: int) -> int:
        """The offset behind the `))` that closes an arithmetic expansion, 0 when it is none."""
        known = self._arithmetic.get(start)
        if known is not None:
            return known
        # Remembered as "none" while it is being read: nested attempts at one place stay linear.
        self._arithmetic[start] = 0
        self._enter()
        text, at, level = self.text, start, 0
        while at < len(text):
            character = text[at]
            if character == ")":
                if level == 0:
                    end = at + 2 if text[at + 1 : at + 2] == ")" else 0
                    self._arithmetic[start] = end
                    self._depth -= 1
                    return end
                level -= 1
                at += 1
            elif character == "(":
                level += 1
                at += 1
            elif character in "'\"":
                at += 1
            else:
                at = self._skip(at, character)
        self._depth -= 1
        return 0

    def arithmetic_command_end(self, start: int) -> int:
        """The offset behind the `))` of a `((…))` command whose content starts at `start`, 0 when it is none."""
        return self._arithmetic_end(start)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise UnreadableError("it is nested too deeply")
