"""Variable expansion in Dockerfile words, as BuildKit's shell lexer does it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from lintimg.dockerfile.lines import BLANKS

_DEPTH_LIMIT = 200
_NAME = re.compile(r"[^\W\d]\w*|[0-9]+|[@*#?\-$!]")
_PLAIN = re.compile(r"[^'\"$\\`]*\Z")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)|([A-Za-z_][A-Za-z0-9_]*))")


class ExpansionError(ValueError):
    """BuildKit refuses the word."""


class _Unknown(Exception):  # noqa: N818 - control flow, not an error
    """The word depends on a variable whose value is not known."""


def expand(word: str, environment: Mapping[str, str | None], escape: str = "\\") -> str | None:
    """`word` with quotes removed and variables replaced, or None when it depends on a variable that
    `environment` maps to None (not known). A name that is absent is unset, as in BuildKit.

    Raises ExpansionError where BuildKit reports an error.
    """
    if _PLAIN.match(word) and escape not in word:
        return word
    try:
        return _Lexer(word, environment, escape).word()
    except _Unknown:
        return None


def raw_words(text: str) -> list[tuple[str, int, int]] | None:
    """`text` split at unquoted blanks, quotes and escapes kept, each word with its offsets.

    None where BuildKit's word lexer gives up, in which case it sees no here-document either.
    """
    lexer = _Lexer(text, {}, "\\", raw=True)
    try:
        lexer.word()
    except (ExpansionError, _Unknown):
        return None
    return lexer.words


def variable_names(word: str, escape: str = "\\") -> tuple[tuple[str, int], ...]:
    """The variables `word` refers to, each with the offset of its `$`; single-quoted and escaped ones left out."""
    if "$" not in word:
        return ()
    found = []
    at, quote = 0, ""
    while at < len(word):
        character = word[at]
        if character == escape and quote != "'":
            at += 2
            continue
        if character in "'\"" and quote in ("", character):
            quote = "" if quote else character
        elif character == "$" and quote != "'":
            match = _VARIABLE.match(word, at)
            if match:
                found.append((match[1] or match[2], at))
        at += 1
    return tuple(found)


class _Lexer:
    """BuildKit's shellWord: one pass over the text, recursion only into `${…}`."""

    def __init__(
        self, text: str, environment: Mapping[str, str | None], escape: str, *, raw: bool = False
    ) -> None:
        self.text = text
        self.environment = environment
        self.escape = escape
        self.raw = raw
        self.at = 0
        self.depth = 0
        self.words: list[tuple[str, int, int]] = []
        self.word_start: int | None = None

    def word(self) -> str:
        """The whole text expanded."""
        return self.until("", raw_escapes=False)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        character = self.text[self.at : self.at + 1]
        self.at += 1
        return character

    def until(self, stop: str, *, raw_escapes: bool) -> str:
        """Text up to the unquoted character `stop` (consumed), or to the end where `stop` is empty."""
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise ExpansionError("substitutions are nested too deeply")
        result: list[str] = []
        outer = self.depth == 1 and self.raw
        start: int | None = None
        length = len(self.text)
        while self.at < length:
            character = self.text[self.at]
            if stop and character == stop:
                self.at += 1
                self.depth -= 1
                return "".join(result)
            if outer:
                if character in BLANKS:
                    if start is not None:
                        self.words.append((self.text[start : self.at], start, self.at))
                        start = None
                    self.at += 1
                    continue
                if start is None:
                    start = self.at
            if character == "'":
                result.append(self.single_quote())
            elif character == '"':
                result.append(self.double_quote())
            elif character == "$":
                result.append(self.dollar())
            else:
                self.at += 1
                if character == self.escape:
                    if self.raw or raw_escapes:
                        result.append(character)
                    if self.at >= length:
                        break
                    character = self.take()
                result.append(character)
        if start is not None:
            self.words.append((self.text[start:length], start, length))
        self.depth -= 1
        if stop:
            raise ExpansionError(f"unexpected end of statement while looking for matching {stop}")
        return "".join(result)

    def single_quote(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.text)
            raise ExpansionError("unexpected end of statement while looking for matching single-quote")
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return f"'{found}'" if self.raw else found

    def double_quote(self) -> str:
        self.at += 1
        result: list[str] = ['"'] if self.raw else []
        length = len(self.text)
        while self.at < length:
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                if self.raw:
                    result.append('"')
                return "".join(result)
            if character == "$":
                result.append(self.dollar())
                continue
            self.at += 1
            if character == self.escape:
                if self.raw:
                    result.append(character)
                if self.at >= length:
                    break
                following = self.take()
                if following not in ('"', "$", self.escape) and not self.raw:
                    result.append(character)
                character = following
            result.append(character)
        raise ExpansionError("unexpected end of statement while looking for matching double-quote")

    def dollar(self) -> str:
        self.at += 1
        if self.peek() != "{":
            found = _NAME.match(self.text, self.at)
            if found is None:
                return "$"
            self.at = found.end()
            return self.value(found[0]) or ""
        self.at += 1
        following = self.peek()
        if not following:
            raise ExpansionError("syntax error: missing '}'")
        if following in "{}:":
            raise ExpansionError("syntax error: bad substitution")
        found = _NAME.match(self.text, self.at)
        name = found[0] if found else ""
        self.at += len(name)
        return self.substitution(name)

    def value(self, name: str) -> str | None:
        """The variable's value, None when unset. Raises _Unknown."""
        if self.raw:
            return None
        if name in self.environment:
            value = self.environment[name]
            if value is None:
                raise _Unknown
            return value
        return None

    def substitution(self, name: str) -> str:
        operator = self.take()
        if operator == "}":
            return self.value(name) or ""
        shown = operator
        null_is_unset = operator == ":"
        if null_is_unset:
            operator = self.take()
            shown += operator
        if operator and operator in "+-?#%":
            pattern = operator in "#%"
            if null_is_unset and pattern:
                raise ExpansionError(f"unsupported modifier ({shown}) in substitution")
            return self.modified(name, operator, self.operand("}", raw_escapes=pattern), null_is_unset)
        if operator == "/" and not null_is_unset:
            return self.replaced(name)
        if not operator:
            raise ExpansionError("syntax error: missing '}'")
        raise ExpansionError(f"unsupported modifier ({shown}) in substitution")

    def operand(self, stop: str, *, raw_escapes: bool) -> str | None:
        """The text up to `stop`; None when it cannot be known."""
        depth = self.depth
        start = self.at
        try:
            return self.until(stop, raw_escapes=raw_escapes)
        except _Unknown:
            # Whether the operand matters is decided by the variable; its end must be found all the same.
            self.depth = depth
            self.at = start
            known, self.environment = self.environment, {}
            try:
                self.until(stop, raw_escapes=raw_escapes)
            finally:
                self.environment = known
            return None
        except ExpansionError:
            if self.at >= len(self.text):
                missing = "'}'" if stop == "}" else "'/' in ${"
                raise ExpansionError(f"syntax error: missing {missing}") from None
            raise

    def modified(self, name: str, operator: str, word: str | None, null_is_unset: bool) -> str:
        value = self.value(name)
        empty = value is None or (null_is_unset and not value)
        if operator == "-":
            chosen = word if empty else value
        elif operator == "+":
            chosen = "" if empty else word
        elif operator == "?":
            if empty and not self.raw:
                state = "empty" if value is not None else "unset"
                raise ExpansionError(f"{name}: {word or f'not allowed to be {state}'}")
            chosen = value or ""
        else:
            chosen = word if word is None else _trimmed(value or "", operator, word)
        if chosen is None:
            raise _Unknown
        return chosen

    def replaced(self, name: str) -> str:
        everywhere = self.peek() == "/"
        if everywhere:
            self.at += 1
        pattern = self.operand("/", raw_escapes=True)
        replacement = self.operand("}", raw_escapes=True)
        value = self.value(name) or ""
        if pattern is None or replacement is None:
            raise _Unknown
        regex = _shell_pattern(pattern, greedy=True, start=False, end=False)
        text = re.sub(r"\\(.)", r"\1", replacement)
        return regex.sub(lambda _: text, value, count=0 if everywhere else 1)


def _trimmed(value: str, operator: str, word: str) -> str:
    greedy = word.startswith(operator)
    pattern = word[1:] if greedy else word
    if operator == "#":
        found = _shell_pattern(pattern, greedy=greedy, start=True, end=False).match(value)
        return value[found.end() :] if found else value
    # The shortest suffix is the longest rest that still leaves a match behind it.
    found = _shell_pattern(_reversed(pattern), greedy=greedy, start=True, end=False).match(value[::-1])
    return value[: len(value) - found.end()] if found else value


def _reversed(pattern: str) -> str:
    """The pattern that matches reversed text."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\" and at + 1 < len(pattern):
            pieces.append(pattern[at : at + 2])
            at += 2
        else:
            pieces.append(pattern[at])
            at += 1
    return "".join(reversed(pieces))


@lru_cache(maxsize=256)
def _shell_pattern(pattern: str, *, greedy: bool, start: bool, end: bool) -> re.Pattern[str]:
    """`*` and `?` are wildcards, a backslash makes the next character literal, all else is literal."""
    pieces = [r"\A"] if start else []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            pieces.append(".*" if greedy else ".*?")
        elif character == "?":
            pieces.append(".")
        elif character == "\\":
            if at >= len(pattern):
                raise ExpansionError("invalid escape '\\'")
            pieces.append(re.escape(pattern[at]))
            at += 1
        else:
            pieces.append(re.escape(character))
    if end:
        pieces.append(r"\Z")
    return re.compile("".join(pieces), re.DOTALL)
