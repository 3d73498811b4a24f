"""Simple commands: assignments, words, redirections and here-documents."""

from __future__ import annotations

import re

from lintimg.dockerfile.document import LogicalText
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span
from lintimg.shell.script import Assignment, Redirect, ShellWord
from lintimg.shell.syntax import HereDocument, Items, ShellSyntaxError, Simple
from lintimg.shell.words import PLAIN, WordParser

BLANKS = regex(r"(?:[ \t\r]|\\\r?\n)*+(?:#[^\n]*+)?")
"""Blanks and a comment; only to be used where a word may start."""

_LINES = regex(r"(?:[ \t\r\n]++|\\\r?\n|#[^\n]*+)*+")
# The most frequent word by far: nothing but plain characters up to a blank or an operator.
_PLAIN_WORD = regex(rf"((?!#){PLAIN}++)(?=[ \t\r\n;&|)]|\Z)(?:[ \t\r]|\\\r?\n)*+")
_PLAIN_WORDS = regex(rf"(?:(?!#){PLAIN}++(?=[ \t\r\n;&|)]|\Z)(?:[ \t\r]|\\\r?\n)*+)++")
_SPACE = regex(r"(?:[ \t\r]|\\\r?\n)*+")
_find_plain = regex(rf"{PLAIN}++").findall
_REDIRECT = regex(r"([0-9]*+|\{[A-Za-z_]\w*\})(<<<|<<-?|<>|<&|>>|>&|>\||&>>|&>|<(?!\()|>(?!\())", re.ASCII)
_ASSIGNMENT = regex(r"([A-Za-z_]\w*)(?:\[[^\]\n]*\])?\+?=", re.ASCII)
_EXPANDING = regex(r"[^\\$`]*+(?:\\.[^\\$`]*+)*+", re.DOTALL)
_DECLARING = frozenset(("declare", "typeset", "local", "export", "readonly"))
_new = tuple.__new__


class _Parts(NamedTuple):
    """What a simple command has besides its words."""

    assignments: list[Assignment]
    redirects: list[Redirect | HereDocument]


class SimpleParser(WordParser):
    """Reads simple commands on top of words."""

    def __init__(self, logical: LogicalText, depth: int = 0) -> None:
        """`depth` counts the constructs that `logical` is nested in."""
        super().__init__(logical, depth)
        self._pending: list[HereDocument] = []

    def _lines(self, at: int) -> int:
        """The offset behind blanks, comments and line ends, and behind the here-documents that start there."""
        text = self.text
        while True:
            if not self._pending:
                found = _LINES.match(text, at)
                return at if found is None else found.end()
            at = self._blanks(at)
            if text[at : at + 1] != "\n":
                return at
            at = self._bodies(at + 1)

    def _blanks(self, at: int) -> int:
        found = BLANKS.match(self.text, at)
        return at if found is None else found.end()

    def _simple(self, start: int) -> tuple[Simple, int]:
        """The simple command at `start`. The offset returned is that of what follows its blanks."""
        text, length = self.text, self._length
        words: list[ShellWord] = []
        parts: _Parts | None = None
        outer, self._inner = self._inner, []
        if not self._low <= start < self._high:
            self._place(start)
        first = start + self._shift
        at = end = start
        while True:
            if not words:
                # Alone, because an assignment may stand in its place.
                found = _PLAIN_WORD.match(text, at)
                if found is not None and "=" not in found[1]:
                    plain = found[1]
                    end = at + len(plain)
                    words.append(_new(ShellWord, (plain, plain, plain, False, self._span(at, end))))
                    at = found.end()
            if words:
                found = _PLAIN_WORDS.match(text, at)
                if found is not None:
                    end, at = self._plain_words(at, found.end(), words), found.end()
            if at >= length or text[at] in "\n;|)#":
                break
            if parts is None:
                parts = _Parts([], [])
            following = self._part(at, words, parts)
            if following is None:
                break
            end = following
            found = _SPACE.match(text, end)
            at = end if found is None else found.end()
        if end == start:
            raise ShellSyntaxError(unexpected(text, at))
        inner, self._inner = self._inner, outer
        if self._low < end <= self._high:
            span = _new(Span, (first, end + self._shift))
        else:
            span = Span(first, self.logical.source_offset(end - 1) + 1)
        assignments, redirects = (tuple(parts[0]), tuple(parts[1])) if parts is not None else ((), ())
        return _new(Simple, (assignments, tuple(words), redirects, tuple(inner), span)), at

    def _plain_words(self, at: int, stop: int, words: list[ShellWord]) -> int:
        """Adds the words between `at` and `stop`, where only plain ones stand; the offset behind the last."""
        text = self.text
        if at < self._low:
            self._place(at)
        high, shift = self._high, self._shift
        for plain in _find_plain(text, at, stop):
            begin = text.find(plain, at)
            at = begin + len(plain)
            if at > high:
                self._place(begin)
                high, shift = self._high, self._shift
            if at <= high:
                span = _new(Span, (begin + shift, at + shift))
            else:
                span = self.logical.source_span(begin, at)
            words.append(_new(ShellWord, (plain, plain, plain, False, span)))
        return at

    def _part(self, at: int, words: list[ShellWord], parts: _Parts) -> int | None:
        """Reads what is no plain word: a redirection, an assignment or a word with quotes or expansions. None when the
        command ends at `at`.
        """
        text = self.text
        character = text[at]
        if character in "<>&{" or character.isdigit():
            following = self._redirect(at, parts.redirects)
            if following is not None:
                return following
            if character == "&":
                return None
        found = _ASSIGNMENT.match(text, at) if not words or words[0].raw in _DECLARING else None
        if found is not None:
            array = text[found.end() : found.end() + 1] == "("
            if not words:
                return self._assignment(at, found, parts.assignments, array=array)
            if array:
                following = self._array(found.end() + 1)
                raw = text[at:following]
                words.append(ShellWord(raw, None, f"{found[0]}()", False, self._span(at, following)))
                return following
        read = self._word(at)
        if read is None:
            return None
        words.append(read[0])
        return read[1]

    def _assignment(
        self, at: int, found: re.Match[str], assignments: list[Assignment], *, array: bool
    ) -> int:
        begin = found.end()
        if array:
            end = self._array(begin + 1)
            value = ShellWord(self.text[begin:end], None, "()", False, self._span(begin, end))
        else:
            read = self._word(begin)
            if read is None:
                value, end = ShellWord("", "", "", False, self._span(begin, begin)), begin
            else:
                value, end = read
        assignments.append(Assignment(found[1], value, self._span(at, end)))
        return end

    def _array(self, at: int) -> int:
        """The rest of `(…)` in `NAME=(…)`."""
        while True:
            at = self._lines(at)
            if self.text[at : at + 1] == ")":
                return at + 1
            read = self._word(at)
            if read is None:
                raise ShellSyntaxError("an array is not closed")
            at = read[1]

    def _redirect(self, at: int, redirects: list[Redirect | HereDocument]) -> int | None:
        """A redirection at `at`, None when there is none."""
        found = _REDIRECT.match(self.text, at)
        if found is None:
            return None
        read = self._word(self._blanks(found.end()))
        operator = found[2]
        if read is None:
            raise ShellSyntaxError(f"{operator} has no target")
        word, end = read
        descriptor = int(found[1]) if found[1].isdigit() and len(found[1]) < 10 else None
        span = self._span(at, end)
        if operator in ("<<", "<<-"):
            delimiter = word.raw if word.value is None else word.value
            document = HereDocument(operator, descriptor, delimiter, span, quoted=word.quoted)
            redirects.append(document)
            self._pending.append(document)
        else:
            redirects.append(Redirect(operator, descriptor, word, span))
        return end

    def _redirects(self, at: int) -> tuple[tuple[Redirect | HereDocument, ...], int]:
        """The redirections behind a compound command, and the offset behind the last."""
        redirects: list[Redirect | HereDocument] = []
        while True:
            following = self._redirect(self._blanks(at), redirects)
            if following is None:
                return tuple(redirects), at
            at = following

    def _bodies(self, at: int) -> int:
        """Reads the pending here-documents, whose bodies start at `at`."""
        text, length = self.text, self._length
        pending, self._pending = self._pending, []
        for document in pending:
            start = at
            while True:
                if at >= length:
                    raise ShellSyntaxError(f"the here-document {document.delimiter} is not closed")
                end = text.find("\n", at)
                following = length if end < 0 else end + 1
                line = text[at : length if end < 0 else end].removesuffix("\r")
                if (line.lstrip("\t") if document.operator == "<<-" else line) == document.delimiter:
                    break
                at = following
            document.body = (start, at)
            at = following
            if not document.quoted:
                document.inner = self._expansions(*document.body)
        return at

    def _expansions(self, at: int, end: int) -> tuple[Items, ...]:
        """The commands of the substitutions in the body of a here-document."""
        text = self.text
        if "$(" not in text[at:end] and "`" not in text[at:end]:
            return ()
        outer, self._inner = self._inner, []
        expanded, depth = self._expanded, self._depth
        ignored: list[str] = []
        try:
            while True:
                found = _EXPANDING.match(text, at, end)
                at = at if found is None else found.end()
                if at >= end:
                    break
                character = text[at]
                at = (
                    self._dollar(at + 1, ignored, double=True)
                    if character == "$"
                    else self._backquoted(at + 1, ignored)
                    if character == "`"
                    else at + 1
                )
        except ShellSyntaxError:
            # The shell meets a bad expansion in a body only when it gets there: what could be read stands.
            self._depth = depth
        inner, self._inner = self._inner, outer
        self._expanded = expanded
        return tuple(inner)


def unexpected(text: str, at: int) -> str:
    """What to say of a character that no command starts with."""
    if at >= len(text):
        return "the script ends where a command is expected"
    return f"{text[at]!r} stands where a command is expected"
