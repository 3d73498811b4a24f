"""Ignore patterns as the builder reads them: a path pattern turned into a regular expression.

The dialect is moby's (moby/patternmatcher): Go's `filepath.Match` syntax plus `**`, with the
oddities of the way it is translated kept, since they decide which files an image receives.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lintimg.lazy import NamedTuple

_SPECIAL = frozenset(".+()|{}$")
_ANY_FOLDERS = "(.*/)?"
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CLASS_ESCAPES = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\\t\\n\\f\\r "}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ASSERTIONS = {"A": "\\A", "b": "(?a:\\b)", "B": "(?a:\\B)", "z": "\\Z", "^": "\\A"}

_MANY = 2
"""With more wildcards than this a backtracking matcher can be made to hang."""
_MEMORY = 20_000


class PatternError(ValueError):
    """The builder refuses the pattern."""


class Token(NamedTuple):
    """A piece of a pattern: `kind` is one (a character), star (any number of it), folders (`**/`) or
    assertion; `atom` its regular expression.
    """

    atom: str
    kind: str


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A predicate on paths (relative, forward slashes) for a cleaned pattern without its `!`.

    Raises PatternError for a pattern the builder refuses.
    """
    check_syntax(pattern)
    kind, expression = _expression(pattern)
    if kind == "exact":
        return pattern.__eq__
    if kind == "prefix":
        prefix = pattern[:-2]
        return lambda path: path.startswith(prefix)
    if kind == "suffix":
        suffix = pattern[2:]
        whole = suffix.removeprefix("/")
        return lambda path: path.endswith(suffix) or path == whole
    return matcher(_tokens(expression))


def check_syntax(pattern: str) -> None:
    """Raises PatternError where Go's `filepath.Match` calls the pattern bad."""
    at, size = 0, len(pattern)
    while at < size:
        character = pattern[at]
        if character == "\\":
            at += 2
            if at > size:
                raise PatternError("the pattern ends in a backslash")
        elif character == "[":
            at = _skip_class(pattern, at + 1)
        else:
            at += 1


def _skip_class(pattern: str, at: int) -> int:
    """Where the class that begins before `at` ends."""
    if pattern.startswith("^", at):
        at += 1
    first = True
    while first or not pattern.startswith("]", at):
        at = _skip_member(pattern, at)
        if pattern.startswith("-", at):
            at = _skip_member(pattern, at + 1)
        first = False
    return at + 1


def _skip_member(pattern: str, at: int) -> int:
    if at >= len(pattern):
        raise PatternError("a `[` is never closed")
    if pattern[at] in "-]":
        raise PatternError(f"`{pattern[at]}` stands where `[…]` needs a character")
    at += 2 if pattern[at] == "\\" else 1
    if at >= len(pattern):
        raise PatternError("a `[` is never closed")
    return at


def _expression(pattern: str) -> tuple[str, str]:
    """How the pattern is matched (exact, prefix, suffix, regex) and its regular expression in Go's syntax."""
    kind = "exact"
    pieces: list[str] = []
    at, size = 0, len(pattern)
    while at < size:
        begin = at
        character = pattern[at]
        at += 1
        if pattern.startswith("**", begin):
            at += 1
            if pattern.startswith("/", at):
                at += 1
            if at < size:
                pieces.append(_ANY_FOLDERS)
                kind = "regex"
            elif kind == "exact":
                kind = "prefix"
            else:
                pieces.append(".*")
                kind = "regex"
            if begin == 0:
                kind = "suffix"
        elif character in "*?":
            pieces.append("[^/]*" if character == "*" else "[^/]")
            kind = "regex"
        elif character in _SPECIAL:
            pieces.append("\\" + character)
        elif character == "\\":
            pieces.append(pattern[begin : begin + 2])
            at += 1
            kind = "regex"
        else:
            pieces.append(character)
            if character in "[]":
                kind = "regex"
    return kind, "".join(pieces)


def _tokens(expression: str) -> list[Token]:
    """The Go expression taken apart, each piece in Python's syntax."""
    tokens: list[Token] = []
    at, size = 0, len(expression)
    while at < size:
        if expression.startswith(_ANY_FOLDERS, at):
            tokens.append(Token("", "folders"))
            at += len(_ANY_FOLDERS)
            continue
        character = expression[at]
        if character == "\\":
            token = _escape(expression[at + 1 : at + 2])
            at += 2
        elif character == "[":
            atom, at = _class(expression, at)
            token = Token(atom, "one")
        elif character == "^":
            token = Token(_ASSERTIONS["^"], "assertion")
            at += 1
        else:
            token = Token("." if character == "." else re.escape(character), "one")
            at += 1
        if token.kind == "one" and expression.startswith("*", at):
            token = Token(token.atom, "star")
            at += 1
        tokens.append(token)
    return tokens


def _escape(character: str) -> Token:
    if character in _CONTROLS:
        return Token(re.escape(_CONTROLS[character]), "one")
    if character in _ASSERTIONS and character != "^":
        return Token(_ASSERTIONS[character], "assertion")
    if character.lower() in _CLASS_ESCAPES:
        negation = "^" if character.isupper() else ""
        return Token(f"[{negation}{_CLASS_ESCAPES[character.lower()]}]", "one")
    if character.isascii() and character.isalnum():
        raise PatternError(f"`\\{character}` means nothing here")
    return Token(re.escape(character), "one")


def _class(expression: str, at: int) -> tuple[str, int]:
    """A `[…]` in Python's syntax, and where it ends."""
    at += 1
    members: list[str] = []
    negated = expression.startswith("^", at)
    if negated:
        at += 1
    first = True
    while first or not expression.startswith("]", at):
        first = False
        if expression.startswith("[:", at):
            end = expression.find(":]", at + 2)
            if end >= 0:
                members.append(_posix(expression[at + 2 : end]))
                at = end + 2
                continue
        low, at = _member(expression, at)
        if len(low) > 1:
            members.append(low)
            continue
        high = low
        if expression.startswith("-", at) and not expression.startswith("]", at + 1):
            high, at = _member(expression, at + 1)
            if len(high) > 1 or high < low:
                raise PatternError(f"`{low}-{high}` is no range")
        members.append(_member_text(low) if high == low else f"{_member_text(low)}-{_member_text(high)}")
    return f"[{'^' if negated else ''}{''.join(members)}]", at + 1


def _posix(name: str) -> str:
    if name not in _POSIX:
        raise PatternError(f"`[:{name}:]` is no class of characters")
    return _POSIX[name]


def _member(expression: str, at: int) -> tuple[str, int]:
    """One character of a class, or the several that an escape stands for."""
    if at >= len(expression):
        raise PatternError("a `[` is never closed")
    character = expression[at]
    if character != "\\":
        return character, at + 1
    escaped = expression[at + 1 : at + 2]
    if escaped in _CONTROLS:
        return _CONTROLS[escaped], at + 2
    if escaped in _CLASS_ESCAPES:
        return _CLASS_ESCAPES[escaped], at + 2
    if not escaped or (escaped.isascii() and escaped.isalnum()):
        raise PatternError(f"`\\{escaped}` means nothing here")
    return escaped, at + 2


def _member_text(character: str) -> str:
    return "\\" + character if character in "\\]^-[&~|" else character


def matcher(tokens: list[Token]) -> Callable[[str], bool]:
    """A predicate on whole texts that takes no more than quadratic time."""
    wildcards = sum(token.kind in ("star", "folders") for token in tokens)
    if tokens and tokens[-1] == Token(".", "star"):
        wildcards -= 1
    if wildcards > _MANY:
        return Automaton(tokens).matches
    texts = {"one": "{}", "assertion": "{}", "star": "{}*", "folders": "(?:.*/)?"}
    expression = re.compile("".join(texts[token.kind].format(token.atom) for token in tokens))
    full = expression.fullmatch
    return lambda path: full(path) is not None


class Automaton:
    """Matches in time linear in the path, whatever the pattern; remembers the steps it has taken."""

    def __init__(self, tokens: list[Token]) -> None:
        """Each token takes a bit, `**` two; a set of bits is where the match may stand."""
        self._steps: list[tuple[int, re.Pattern[str], int]] = []
        self._free: list[tuple[int, int]] = []
        bit = 1
        for token in tokens:
            if token.kind == "folders":
                inside, after = bit << 1, bit << 2
                self._free.append((bit, inside | after))
                self._steps.append((inside, re.compile("."), inside))
                self._steps.append((inside, re.compile("/"), after))
                bit = after
            elif token.kind == "star":
                self._free.append((bit, bit << 1))
                self._steps.append((bit, re.compile(token.atom), bit))
                bit <<= 1
            elif token.kind == "one":
                self._steps.append((bit, re.compile(token.atom), bit << 1))
                bit <<= 1
            elif bit != 1:
                # An assertion in the middle of a path holds nowhere.
                bit <<= 1
        self._end = bit
        self._start = self._closure(1)
        self._memory: dict[tuple[int, str], int] = {}

    def matches(self, path: str) -> bool:
        """Whether the whole path matches."""
        state = self._start
        memory = self._memory
        for character in path:
            following = memory.get((state, character))
            if following is None:
                if len(memory) > _MEMORY:
                    memory.clear()
                following = self._step(state, character)
                memory[state, character] = following
            state = following
            if not state:
                return False
        return bool(state & self._end)

    def _step(self, state: int, character: str) -> int:
        reached = 0
        for bit, atom, target in self._steps:
            if state & bit and atom.fullmatch(character):
                reached |= target
        return self._closure(reached)

    def _closure(self, state: int) -> int:
        for bit, targets in self._free:
            if state & bit:
                state |= targets
        return state
