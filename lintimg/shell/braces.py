"""Brace expansion: `{a,b}` and `{1..3}`."""

from __future__ import annotations

import re
from itertools import pairwise

from lintimg.lazy import regex
from lintimg.shell.script import ShellWord

_SEQUENCE = regex(r"(-?\d{1,4})\.\.(-?\d{1,4})$")
_LIMIT = 256
_LONGEST = 4096


def expand_braces(word: ShellWord) -> tuple[str, ...]:
    """The texts (`pieces`) that a word stands for after brace expansion, in order.

    A word whose braces are quoted, or that would give more than 256 texts, is left as it is.
    """
    text = word.pieces
    if "{" not in text or len(text) > _LONGEST or (word.quoted and not _unquoted_brace(word.raw)):
        return (text,)
    done: list[str] = []
    pending = [text]
    while pending:
        text = pending.pop()
        alternatives = _first(text)
        if alternatives is None:
            done.append(text)
        else:
            pending.extend(reversed(alternatives))
        if len(done) + len(pending) > _LIMIT:
            return (word.pieces,)
    return tuple(done)


def _unquoted_brace(raw: str) -> bool:
    return "{" in re.sub(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|\$\{[^}]*\}?", "", raw)


def _first(text: str) -> list[str] | None:
    """`text` with its first brace list replaced by each of its alternatives, None without one."""
    opened: list[tuple[int, list[int]]] = []
    for at, character in enumerate(text):
        if character == "{" and text[at - 1 : at] != "$":
            opened.append((at, []))
        elif character == "," and opened:
            opened[-1][1].append(at)
        elif character == "}" and opened:
            start, commas = opened.pop()
            if commas:
                bounds = [start, *commas, at]
                parts = [text[left + 1 : right] for left, right in pairwise(bounds)]
            elif sequence := _SEQUENCE.match(text[start + 1 : at]):
                first, last = int(sequence[1]), int(sequence[2])
                if abs(last - first) >= _LIMIT:
                    continue
                step = 1 if last >= first else -1
                parts = [str(number) for number in range(first, last + step, step)]
            else:
                continue
            return [text[:start] + part + text[at + 1 :] for part in parts]
    return None
