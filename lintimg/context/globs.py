"""Wildcards in COPY and ADD sources, with the meaning of Go's `filepath.Match`."""

from __future__ import annotations

import re
from collections.abc import Callable

from lintimg.context.patterns import PatternError, Token, check_syntax, matcher


def has_wildcard(text: str) -> bool:
    """Whether the builder expands `text`: it holds a `*`, `?` or `[` that no backslash escapes."""
    at = 0
    while at < len(text):
        if text[at] in "*?[":
            return True
        at += 2 if text[at] == "\\" else 1
    return False


def compile_glob(component: str) -> Callable[[str], bool]:
    """A predicate on names for one component of a path pattern; `*` matches a leading dot too.

    Raises PatternError where Go calls the pattern bad.
    """
    check_syntax(component)
    tokens: list[Token] = []
    at = 0
    while at < len(component):
        character = component[at]
        if character == "*":
            tokens.append(Token("[^/]", "star"))
        elif character == "?":
            tokens.append(Token("[^/]", "one"))
        elif character == "[":
            atom, at = _class(component, at + 1)
            tokens.append(Token(atom, "one"))
            continue
        elif character == "\\":
            at += 1
            tokens.append(Token(re.escape(component[at]), "one"))
        else:
            tokens.append(Token(re.escape(character), "one"))
        at += 1
    return matcher(tokens)


def _class(component: str, at: int) -> tuple[str, int]:
    """The regular expression of the class that begins before `at`, and where it ends."""
    negated = component.startswith("^", at)
    if negated:
        at += 1
    ranges: list[str] = []
    first = True
    while first or component[at] != "]":
        first = False
        low, at = _member(component, at)
        high = low
        if component[at] == "-":
            high, at = _member(component, at + 1)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
    if not ranges:
        # Go lets a range run backwards; it holds nothing.
        return ("[^/]" if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{''.join(ranges)}]", at + 1


def _member(component: str, at: int) -> tuple[str, int]:
    if component[at] == "\\":
        at += 1
    return component[at], at + 1


__all__ = ["PatternError", "compile_glob", "has_wildcard"]
