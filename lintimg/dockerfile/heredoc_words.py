"""The words of a line as BuildKit's shell lexer splits them when it looks for here-documents.

All variables are unset and stay as written, quotes stay, and blanks behind `<<` belong to the word. BuildKit
splits after substitution: blanks inside `${name:-a b}` end a word, and such a substitution drops what the word
held before it.
"""

from __future__ import annotations

from lintimg.dockerfile.blanks import BLANKS
from lintimg.dockerfile.expand import ExpansionError, name_at
from lintimg.lazy import NamedTuple

_DEPTH_LIMIT = 100
_HEREDOC_BLANKS = "\t\r "


class RawWord(NamedTuple):
    """A word after BuildKit's processing and the offsets it came from."""

    text: str
    start: int
    end: int


def raw_words(text: str, *, quotes: bool = True, escapes: bool = True) -> list[RawWord]:
    """The words of `text`; `quotes` and `escapes` say whether they keep theirs.

    Raises ExpansionError where BuildKit's lexer gives up.
    """
    lexer = _Lexer(text, quotes=quotes, escapes=escapes)
    lexer.until("", raw_escapes=escapes)
    lexer.end_word(len(text))
    return lexer.words


class _Lexer:
    def __init__(self, text: str, *, quotes: bool, escapes: bool) -> None:
        self.text = text
        self.quotes = quotes
        self.raw_escapes = escapes
        self.at = 0
        self.depth = 0
        self.words: list[RawWord] = []
        self.buffer: list[str] = []
        self.start = 0

    def end_word(self, end: int) -> None:
        word = "".join(self.buffer)
        if word:
            self.words.append(RawWord(word, self.start, end))
        self.buffer.clear()

    def add(self, text: str, start: int, *, split: bool) -> None:
        """Continue the outermost word with what stands at `start`."""
        if not split:
            if not self.buffer:
                self.start = start
            self.buffer.append(text)
            return
        for character in text:
            if character in BLANKS:
                self.end_word(self.at)
            else:
                self.add(character, start, split=False)

    def until(self, stop: str, *, raw_escapes: bool) -> str:
        """The text up to the unquoted character `stop`, which is consumed, or to the end when `stop` is empty."""
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise ExpansionError("substitutions are nested too deeply")
        outer_escapes, self.raw_escapes = self.raw_escapes, raw_escapes
        outermost = self.depth == 1
        text = self.text
        length = len(text)
        pieces: list[str] = []
        closed = not stop
        while self.at < length:
            start = self.at
            character = text[start]
            if character == stop:
                self.at += 1
                closed = True
                break
            piece = self.piece(character)
            pieces.append(piece)
            if outermost:
                split = character == "$" or (character in BLANKS and piece == character)
                if split and character != "$":
                    self.end_word(start)
                else:
                    self.add(piece, start, split=split)
        if not closed:
            raise ExpansionError(f"unexpected end of statement while looking for matching {stop}")
        self.depth -= 1
        self.raw_escapes = outer_escapes
        return "".join(pieces)

    def piece(self, character: str) -> str:
        if character == "$":
            return self.dollar()
        if character == "'":
            return self.single_quote()
        if character == '"':
            return self.double_quote()
        start = self.at
        if character == "\\":
            self.at += 2
            return self.text[start if self.raw_escapes else start + 1 : self.at]
        self.at += 1
        if character == "<" and self.text.startswith("<", self.at):
            self.at += 1
            while self.text[self.at : self.at + 1] in tuple(_HEREDOC_BLANKS):
                self.at += 1
        return self.text[start : self.at]

    def single_quote(self) -> str:
        start = self.at
        end = self.text.find("'", start + 1)
        if end < 0:
            self.at = len(self.text)
            raise ExpansionError("unexpected end of statement while looking for matching single-quote")
        self.at = end + 1
        return self.text[start : end + 1] if self.quotes else self.text[start + 1 : end]

    def double_quote(self) -> str:
        text = self.text
        length = len(text)
        quote = '"' if self.quotes else ""
        pieces = [quote]
        self.at += 1
        while self.at < length:
            character = text[self.at]
            if character == '"':
                self.at += 1
                pieces.append(quote)
                return "".join(pieces)
            if character == "$":
                pieces.append(self.dollar())
                continue
            self.at += 1
            if character == "\\":
                following = text[self.at : self.at + 1]
                if self.raw_escapes:
                    pieces.append(character)
                if not following:
                    continue
                if following in '"$\\':
                    character = following
                    self.at += 1
            pieces.append(character)
        raise ExpansionError("unexpected end of statement while looking for matching double-quote")

    def dollar(self) -> str:
        text = self.text
        self.at += 1
        if text[self.at : self.at + 1] != "{":
            name = name_at(text, self.at)
            self.at += len(name)
            return "$" + name
        self.at += 1
        following = text[self.at : self.at + 1]
        if not following:
            raise ExpansionError("syntax error: missing '}'")
        if following in "{}:":
            raise ExpansionError("syntax error: bad substitution")
        name = name_at(text, self.at)
        self.at += len(name)
        operator = text[self.at : self.at + 1]
        self.at += 1
        if operator == "}":
            return f"${{{name}}}"
        if operator == "/":
            if text.startswith("/", self.at):
                self.at += 1
            pattern = self.operand("/", raw_escapes=True)
            return f"${{{name}/{pattern}/{self.operand('}', raw_escapes=True)}}}"
        null_is_unset = operator == ":"
        if null_is_unset:
            operator = text[self.at : self.at + 1]
            self.at += 1
        shown = (":" if null_is_unset else "") + operator
        if not operator or operator not in "+-?#%" or (null_is_unset and operator in "#%"):
            raise ExpansionError(f"unsupported modifier ({shown}) in substitution")
        return f"${{{name}{shown}{self.operand('}', raw_escapes=operator in '#%')}}}"

    def operand(self, stop: str, *, raw_escapes: bool) -> str:
        # BuildKit keeps one buffer for all levels.
        self.buffer.clear()
        found = self.until(stop, raw_escapes=raw_escapes)
        self.buffer.clear()
        return found
