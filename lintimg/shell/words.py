"""Reading one shell word: quotes, escapes, expansions and substitutions."""

from __future__ import annotations

import re

from lintimg.dockerfile.document import LogicalText
from lintimg.dockerfile.lines import part
from lintimg.lazy import regex
from lintimg.model.span import Span
from lintimg.shell.logical import unescaped
from lintimg.shell.script import ShellWord
from lintimg.shell.syntax import DEPTH_LIMIT, Items, NestingError, ShellSyntaxError

PLAIN = r"[^ \t\r\n;&|<>()$`'\"\\]"
"""Characters that mean themselves in the middle of a word."""

_PLAIN = regex(f"{PLAIN}++")
# Words that are one quoted string, or one variable, as a whole.
_WHOLE = regex(
    r"(?:'([^']*+)'|\"([^\"\\$`]*+)\"|(\"?)\$(?:([A-Za-z_][A-Za-z0-9_]*+)|\{([A-Za-z_][A-Za-z0-9_]*+)\})\3)"
    r"(?=[ \t\r\n;&|)]|\Z)"
)
_IN_DOUBLE = regex(r'[^"\\$`]++')
_IN_BRACES = regex(r"[^}\\'\"$`]++")
_IN_ARITHMETIC = regex(r"[^()\\\"$`]++")
_BACKQUOTED = regex(r"(?:[^`\\]|\\.)*+", re.DOTALL)
_ANSI_C = regex(r"(?:[^'\\]|\\.)*+", re.DOTALL)
_VARIABLE = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_PARAMETER = regex(r"[!#]?([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(?:\[[^\]}'\"$`\\]*\])?")
_ESCAPE = regex(r"\\(\r?\n|.)", re.DOTALL)
_ANSI_ESCAPE = regex(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,3})|(.))", re.DOTALL)
_ANSI_CHARACTERS = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_EXTENDED_GLOB = "?*+@!"
_OPERATORS = frozenset("}:-=?+#%/^,@[")
"""What may follow the name in `${NAME…}`."""

_TRIMMING = "#%/^,@"
"""Operators of `${NAME…}` after which quotes keep their meaning inside double quotes."""


class WordParser:
    """Reads words at logical offsets of `logical`. Methods take an offset and return the one behind
    what they read; `_inner` collects the commands of the substitutions met on the way.
    """

    def __init__(self, logical: LogicalText, depth: int = 0) -> None:
        """`depth` counts the constructs that `logical` is nested in."""
        self.logical = logical
        self.text = logical.text
        self._length = len(logical.text)
        # The piece of source text that was read last: `_low` to `_high` are logical offsets in it,
        # `_shift` leads from them to the source. Most words lie in the piece of the word before.
        self._piece = 0
        self._low = self._high = self._shift = 0
        self._place(0)
        self._depth = depth
        self._inner: list[Items] = []
        self._expanded = False
        self._arithmetics: dict[int, tuple[int, tuple[Items, ...]] | None] = {}
        self._substitutions: dict[int, tuple[int, Items]] = {}

    # What the grammar on top of the words provides.

    def _commands_until_parenthesis(self, at: int) -> tuple[Items, int]:
        """The commands from `at` to the closing parenthesis, and its offset."""
        raise NotImplementedError

    def _commands_of(self, logical: LogicalText) -> Items:
        """The commands of a text of its own."""
        raise NotImplementedError

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise NestingError("it is nested too deeply")

    def _word(self, start: int) -> tuple[ShellWord, int] | None:
        """The word at `start` and the offset behind it, None when no word starts there."""
        text, length = self.text, self._length
        whole = _WHOLE.match(text, start)
        if whole is not None:
            at = whole.end()
            name = whole[4] or whole[5]
            if name:
                word = ShellWord(whole[0], None, f"${name}", whole[3] != "", self._span(start, at))
            else:
                value = whole[1] or whole[2] or ""
                word = ShellWord(whole[0], value, value, True, self._span(start, at))
            return word, at
        outer, self._expanded = self._expanded, False
        pieces: list[str] = []
        quoted = False
        at = start
        while at < length:
            found = _PLAIN.match(text, at)
            if found is not None:
                pieces.append(found[0])
                at = found.end()
                if at == length:
                    break
            character = text[at]
            if character in "'\"\\":
                quoted = quoted or text[at + 1 : at + 2] != "\n" or character != "\\"
                at = self._quoted(at, character, pieces)
            elif character == "$":
                quoted = quoted or text[at + 1 : at + 2] in ("'", '"')
                at = self._dollar(at + 1, pieces)
            elif character == "`":
                at = self._backquoted(at + 1, pieces)
            elif character in "<>" and text[at + 1 : at + 2] == "(":
                at = self._substitution(at + 2)
                self._expanded = True
                pieces.append(f"{character}()")
            elif character == "(" and at > start and text[at - 1] in _EXTENDED_GLOB:
                at = self._extended_glob(at, pieces)
            else:
                break
        expanded, self._expanded = self._expanded, outer
        if at == start:
            return None
        joined = "".join(pieces)
        span = self._span(start, at)
        return ShellWord(text[start:at], None if expanded else joined, joined, quoted, span), at

    def _quoted(self, at: int, character: str, pieces: list[str]) -> int:
        """A quoted string or an escaped character at `at`."""
        text = self.text
        if character == "'":
            end = text.find("'", at + 1)
            if end < 0:
                raise ShellSyntaxError("a single quote is not closed")
            pieces.append(text[at + 1 : end])
            return end + 1
        if character == '"':
            return self._double(at + 1, pieces)
        found = _ESCAPE.match(text, at)
        if found is None:
            pieces.append("\\")
            return at + 1
        if not found[1].endswith("\n"):
            pieces.append(found[1])
        return found.end()

    def _double(self, at: int, pieces: list[str]) -> int:
        """The rest of a double-quoted string from `at`."""
        text, length = self.text, self._length
        while at < length:
            found = _IN_DOUBLE.match(text, at)
            if found is not None:
                pieces.append(found[0])
                at = found.end()
                if at == length:
                    break
            character = text[at]
            if character == '"':
                return at + 1
            if character == "$":
                at = self._dollar(at + 1, pieces, double=True)
            elif character == "`":
                at = self._backquoted(at + 1, pieces, double=True)
            else:
                at = self._escaped_in_double(at, pieces)
        raise ShellSyntaxError("a double quote is not closed")

    def _escaped_in_double(self, at: int, pieces: list[str]) -> int:
        found = _ESCAPE.match(self.text, at)
        if found is None:
            return at + 1
        if not found[1].endswith("\n"):
            pieces.append(found[1] if found[1] in '"\\$`' else found[0])
        return found.end()

    def _dollar(self, at: int, pieces: list[str], *, double: bool = False) -> int:
        """What follows a dollar sign; `at` is behind it."""
        text = self.text
        found = _VARIABLE.match(text, at)
        if found is not None:
            self._expanded = True
            pieces.append(f"${found[0]}")
            return found.end()
        following = text[at : at + 1]
        if following == "{":
            self._expanded = True
            return self._parameter(at + 1, pieces, double=double)
        if following == "(":
            self._expanded = True
            pieces.append("$()")
            if text[at + 1 : at + 2] == "(":
                end = self._arithmetic(at + 2)
                if end is not None:
                    return end
            return self._substitution(at + 1)
        if following == "'" and not double:
            return self._ansi_c(at + 1, pieces)
        if following == '"' and not double:
            return self._double(at + 1, pieces)
        if following == "[":
            end = text.find("]", at)
            if end > 0:
                self._expanded = True
                pieces.append("$()")
                return end + 1
        pieces.append("$")
        return at

    def _ansi_c(self, at: int, pieces: list[str]) -> int:
        found = _ANSI_C.match(self.text, at)
        if found is None or found.end() >= self._length:
            raise ShellSyntaxError("a single quote is not closed")
        pieces.append(_ANSI_ESCAPE.sub(_character, found[0]))
        return found.end() + 1

    def _parameter(self, at: int, pieces: list[str], *, double: bool) -> int:
        """The rest of `${…}` from `at`."""
        text, length = self.text, self._length
        found = _PARAMETER.match(text, at)
        operators = _OPERATORS | {"*"} if text[at : at + 1] == "!" else _OPERATORS
        if found is None or (found.end() < length and text[found.end()] not in operators):
            raise ShellSyntaxError("${ holds no parameter expansion")
        pieces.append(f"${found[1]}")
        self._enter()
        at = found.end()
        literal_quotes = double and text[at : at + 1] not in tuple(_TRIMMING)
        ignored: list[str] = []
        while at < length:
            plain = _IN_BRACES.match(text, at)
            if plain is not None:
                at = plain.end()
                if at == length:
                    break
            character = text[at]
            if character == "}":
                self._depth -= 1
                return at + 1
            if character == "$":
                at = self._dollar(at + 1, ignored, double=double)
            elif character == "`":
                at = self._backquoted(at + 1, ignored, double=double)
            elif character == "'" and literal_quotes:
                at += 1
            else:
                at = self._quoted(at, character, ignored)
        raise ShellSyntaxError("${ is not closed")

    def _substitution(self, at: int) -> int:
        """`$(…)`, `<(…)` or `>(…)`; `at` is behind the parenthesis. What was read once, in an
        attempt to read arithmetic, is not read again: nested attempts stay linear.
        """
        known = self._substitutions.get(at)
        if known is None:
            outer, self._inner = self._inner, []
            self._enter()
            items, closing = self._commands_until_parenthesis(at)
            self._depth -= 1
            self._inner = outer
            known = self._substitutions[at] = (closing + 1, items)
        self._inner.append(known[1])
        return known[0]

    def _arithmetic(self, at: int) -> int | None:
        """The offset behind the `))` of an arithmetic expression that starts at `at`, None when it
        is none: `$((a); (b))` is a substitution.
        """
        if at not in self._arithmetics:
            outer, self._inner = self._inner, []
            depth = self._depth
            self._enter()
            try:
                end = self._arithmetic_end(at)
            except NestingError:
                raise
            except ShellSyntaxError:
                end = None
            self._arithmetics[at] = None if end is None else (end, tuple(self._inner))
            self._depth = depth
            self._inner = outer
        known = self._arithmetics[at]
        if known is None:
            return None
        self._inner.extend(known[1])
        return known[0]

    def _arithmetic_end(self, at: int) -> int | None:
        text, length = self.text, self._length
        ignored: list[str] = []
        level = 0
        while at < length:
            plain = _IN_ARITHMETIC.match(text, at)
            if plain is not None:
                at = plain.end()
                if at == length:
                    break
            character = text[at]
            if character == "(":
                level += 1
                at += 1
            elif character == ")":
                if level == 0:
                    return at + 2 if text[at + 1 : at + 2] == ")" else None
                level -= 1
                at += 1
            elif character == "$":
                at = self._dollar(at + 1, ignored, double=True)
            elif character == "`":
                at = self._backquoted(at + 1, ignored)
            else:
                at = self._quoted(at, character, ignored)
        return None

    def _backquoted(self, at: int, pieces: list[str], *, double: bool = False) -> int:
        """The rest of a backquoted command from `at`."""
        found = _BACKQUOTED.match(self.text, at)
        if found is None or found.end() >= self._length:
            raise ShellSyntaxError("a backquote is not closed")
        self._expanded = True
        pieces.append("$()")
        end = found.end()
        escapable = '\\$`"' if double else "\\$`"
        logical = part(self.logical, at, end)
        logical = unescaped(logical, escapable)
        self._enter()
        self._inner.append(self._commands_of(logical))
        self._depth -= 1
        return end + 1

    def _extended_glob(self, at: int, pieces: list[str]) -> int:
        """A pattern such as `@(a|b)`; `at` is its opening parenthesis."""
        text = self.text
        self._enter()
        pieces.append("(")
        at += 1
        while at < self._length:
            character = text[at]
            if character == ")":
                pieces.append(")")
                self._depth -= 1
                return at + 1
            word = None if character in "|(" else self._word(at)
            if word is not None:
                pieces.append(word[0].pieces)
                self._expanded = self._expanded or word[0].value is None
                at = word[1]
            elif character == "(":
                at = self._extended_glob(at, pieces)
            else:
                pieces.append(character)
                at += 1
        raise ShellSyntaxError("( is not closed")

    def _place(self, at: int) -> None:
        """Goes to the piece of source text that the logical offset `at` lies in."""
        starts = self.logical.starts
        last = len(starts) - 1
        piece = self._piece
        while piece < last and starts[piece + 1] <= at:
            piece += 1
        while piece and starts[piece] > at:
            piece -= 1
        self._piece = piece
        self._low = starts[piece]
        self._high = starts[piece + 1] if piece < last else self._length
        self._shift = self.logical.sources[piece] - self._low

    def _span(self, start: int, end: int) -> Span:
        """The source range of the logical characters from `start` to `end`."""
        if start < self._low or end > self._high:
            self._place(start)
            if end > self._high:
                return self.logical.source_span(start, end)
        return Span(start + self._shift, end + self._shift)


def _character(found: re.Match[str]) -> str:
    hexadecimal = found[1] or found[2]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    if found[3]:
        return chr(int(found[3], 8) & 0xFF)
    return _ANSI_CHARACTERS.get(found[4], found[4] if found[4] in "'\"\\?" else found[0])
