"""Variable expansion in Dockerfile words, as BuildKit's ProcessWord does it."""

from __future__ import annotations

from collections.abc import Mapping

from lintimg.dockerfile.pattern import PatternError, replaced, without_prefix, without_suffix
from lintimg.lazy import regex

LONGEST_VALUE = 8_192
"""Characters; what grows beyond by substitution counts as not known, lest a file that doubles a value fills the memory."""

_DEPTH_LIMIT = 100
_PLAIN = regex(r"[^'\"$\\`]*\Z")
_NAME = regex(r"\d+|[@*#?\-$!]|\w+")
_VARIABLE = regex(r"\$(?:\{(\w+)|(\w+))")


class ExpansionError(ValueError):
    """BuildKit refuses the word."""


def expand(word: str, environment: Mapping[str, str | None], escape: str = "\\") -> str | None:
    """`word` with quotes removed and variables replaced, or None when it depends on a variable that
    `environment` maps to None (not known). A name that is absent is unset, as in BuildKit.

    Raises ExpansionError where BuildKit reports an error.
    """
    if _PLAIN.match(word):
        return word
    lexer = _Lexer(word, environment, escape)
    value = lexer.until("", raw_escapes=False)
    if value is not None and lexer.substituted and len(value) > LONGEST_VALUE:
        return None
    return value


def variable_names(word: str, escape: str = "\\") -> tuple[tuple[str, int], ...]:
    """The variables that `word` refers to, each with the offset of its `$`, those in the defaults of others
    included; single-quoted and escaped ones are none.
    """
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


def name_at(text: str, at: int) -> str:
    """The variable name at the offset `at` of `text`: a word, a number or a special parameter; "" for none."""
    found = _NAME.match(text, at)
    if found is None:
        return ""
    name = found[0]
    if not name.isascii():
        # Numbers such as "²" are word characters for a regular expression only.
        odd = (index for index, c in enumerate(name) if not (c.isalpha() or c.isdecimal() or c == "_"))
        name = name[: next(odd, len(name))]
    return name


class _Lexer:
    """One pass over a word. A text is None where it depends on a value that is not known; the pass goes on
    all the same, for what BuildKit refuses it refuses whatever the values are.
    """

    def __init__(self, text: str, environment: Mapping[str, str | None], escape: str) -> None:
        self.text = text
        self.environment = environment
        self.escape = escape
        self.at = 0
        self.depth = 0
        self.substituted = False

    def until(self, stop: str, *, raw_escapes: bool) -> str | None:
        """The text up to the unquoted character `stop`, which is consumed, or to the end when `stop` is empty."""
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise ExpansionError("substitutions are nested too deeply")
        text, escape = self.text, self.escape
        length = len(text)
        pieces: list[str | None] = []
        closed = not stop
        while self.at < length:
            character = text[self.at]
            if character == stop:
                self.at += 1
                closed = True
                break
            if character == "$":
                pieces.append(self.dollar())
            elif character == "'":
                pieces.append(self.single_quote())
            elif character == '"':
                pieces.append(self.double_quote(raw_escapes=raw_escapes))
            elif character == escape:
                pieces.append(text[self.at if raw_escapes else self.at + 1 : self.at + 2])
                self.at += 2
            else:
                pieces.append(character)
                self.at += 1
        if not closed:
            raise ExpansionError(f"unexpected end of statement while looking for matching {stop}")
        self.depth -= 1
        return _joined(pieces)

    def single_quote(self) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.text)
            raise ExpansionError("unexpected end of statement while looking for matching single-quote")
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return found

    def double_quote(self, *, raw_escapes: bool) -> str | None:
        text, escape = self.text, self.escape
        length = len(text)
        pieces: list[str | None] = []
        self.at += 1
        while self.at < length:
            character = text[self.at]
            if character == '"':
                self.at += 1
                return _joined(pieces)
            if character == "$":
                pieces.append(self.dollar())
                continue
            self.at += 1
            if character == escape:
                following = text[self.at : self.at + 1]
                if raw_escapes:
                    pieces.append(escape)
                if not following:
                    continue
                if following in ('"', "$", escape):
                    character = following
                    self.at += 1
            pieces.append(character)
        raise ExpansionError("unexpected end of statement while looking for matching double-quote")

    def name(self) -> str:
        name = name_at(self.text, self.at)
        self.at += len(name)
        return name

    def dollar(self) -> str | None:
        self.at += 1
        if self.text[self.at : self.at + 1] != "{":
            name = self.name()
            return self.text_of(name) if name else "$"
        self.at += 1
        following = self.text[self.at : self.at + 1]
        if not following:
            raise ExpansionError("syntax error: missing '}'")
        if following in "{}:":
            raise ExpansionError("syntax error: bad substitution")
        name = self.name()
        operator = self.text[self.at : self.at + 1]
        self.at += 1
        if operator == "}":
            return self.text_of(name)
        if operator == "/":
            return self.replacement(name)
        null_is_unset = operator == ":"
        if null_is_unset:
            operator = self.text[self.at : self.at + 1]
            self.at += 1
        if not operator or operator not in "+-?#%" or (null_is_unset and operator in "#%"):
            shown = (":" if null_is_unset else "") + operator
            raise ExpansionError(f"unsupported modifier ({shown}) in substitution")
        word = self.operand("}", "'}'", raw_escapes=operator in "#%")
        return self.modified(name, operator, word, null_is_unset=null_is_unset)

    def operand(self, stop: str, missing: str, *, raw_escapes: bool) -> str | None:
        try:
            return self.until(stop, raw_escapes=raw_escapes)
        except ExpansionError:
            if self.at >= len(self.text):
                raise ExpansionError(f"syntax error: missing {missing}") from None
            raise

    def text_of(self, name: str) -> str | None:
        """The variable's value, "" when unset, None when not known."""
        if name not in self.environment:
            return ""
        self.substituted = True
        return self.environment[name]

    def modified(self, name: str, operator: str, word: str | None, *, null_is_unset: bool) -> str | None:
        is_set = name in self.environment
        value = self.text_of(name)
        if value is None:
            return None
        empty = not is_set or (null_is_unset and not value)
        if operator == "-":
            return word if empty else value
        if operator == "+":
            return "" if empty else word
        if operator == "?":
            if empty:
                message = word or f"is not allowed to be {'empty' if is_set else 'unset'}"
                raise ExpansionError(f"{name}: {message}")
            return value
        return None if word is None else _trimmed(value, operator, word)

    def replacement(self, name: str) -> str | None:
        everywhere = self.text[self.at : self.at + 1] == "/"
        if everywhere:
            self.at += 1
        pattern = self.operand("/", "'/' in ${}", raw_escapes=True)
        text = self.operand("}", "'}'", raw_escapes=True)
        value = self.text_of(name)
        if pattern is None or text is None or value is None or not _manageable(value, pattern):
            return None
        try:
            return replaced(value, pattern, text, everywhere=everywhere)
        except PatternError as error:
            raise ExpansionError(f"invalid pattern ({pattern}) in substitution: {error}") from None


def _joined(pieces: list[str | None]) -> str | None:
    return None if None in pieces else "".join(pieces)  # type: ignore[arg-type]


def _manageable(value: str, pattern: str) -> bool:
    return len(value) <= LONGEST_VALUE and len(pattern) <= LONGEST_VALUE


def _trimmed(value: str, operator: str, word: str) -> str | None:
    if not _manageable(value, word):
        return None
    greedy = word.startswith(operator)
    pattern = word[1:] if greedy else word
    remove = without_prefix if operator == "#" else without_suffix
    try:
        return remove(value, pattern, greedy=greedy)
    except PatternError as error:
        raise ExpansionError(f"invalid pattern ({pattern}) in substitution: {error}") from None
