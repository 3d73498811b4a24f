"""Texts inside texts: what a shell or JSON string stands for, each character with its way back to the source."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable

from lintimg.dockerfile.document import LogicalText
from lintimg.dockerfile.lines import part
from lintimg.lazy import regex
from lintimg.shell.script import ShellWord

_ESCAPE = regex(r"\\(\r?\n|.)", re.DOTALL)
_QUOTED = regex(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|\\(\r?\n|.)|[^'\"\\]+", re.DOTALL)
_JSON_STRING = regex(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_JSON_PIECE = regex(r"(?:\\u[0-9A-Fa-f]{4})+|\\.|[^\\]+", re.DOTALL)
_IN_DOUBLE = '"\\$`\n\r\n'


def joined(texts: Iterable[LogicalText]) -> LogicalText:
    """`texts` one after the other."""
    pieces: list[str] = []
    starts: list[int] = []
    sources: list[int] = []
    length = 0
    for text in texts:
        if text.text:
            pieces.append(text.text)
            starts.extend([start + length for start in text.starts] if length else text.starts)
            sources.extend(text.sources)
            length += len(text.text)
    return LogicalText("".join(pieces), tuple(starts) or (0,), tuple(sources) or (0,))


def unescaped(logical: LogicalText, escapable: str) -> LogicalText:
    """`logical` without the backslashes before characters of `escapable`."""
    if "\\" not in logical.text:
        return logical
    kept: list[LogicalText] = []
    at = 0
    for found in _ESCAPE.finditer(logical.text):
        if found[1] in escapable:
            kept.append(part(logical, at, found.start()))
            at = found.end() if found[1].endswith("\n") else found.start() + 1
    kept.append(part(logical, at))
    return joined(kept)


def logical_offset(logical: LogicalText, source: int) -> int:
    """The logical offset of the character that stands at `source` in the source."""
    piece = max(bisect_right(logical.sources, source) - 1, 0)
    return logical.starts[piece] + source - logical.sources[piece]


def unquoted(logical: LogicalText, word: ShellWord) -> LogicalText | None:
    """The text of `word`, a word of `logical`, as a shell started with it would read it: quotes and escapes removed, expansions
    left as they stand. None when quotes lie inside an expansion.
    """
    start = logical_offset(logical, word.span.start)
    text = part(logical, start, start + len(word.raw))
    if text.text != word.raw:
        return None
    if word.value is None and re.search(r"[`(]|\$\{[^}]*[\"']", word.raw) and word.raw.count('"') > 2:
        return None
    kept: list[LogicalText] = []
    for found in _QUOTED.finditer(word.raw):
        if found[2] is not None:
            kept.append(unescaped(part(text, found.start(2), found.end(2)), _IN_DOUBLE))
        elif found[3] is None:
            group = 1 if found[1] is not None else 0
            kept.append(part(text, found.start(group), found.end(group)))
        elif not found[3].endswith("\n"):
            kept.append(part(text, found.start(3), found.end(3)))
    return joined(kept)


def json_strings(logical: LogicalText) -> tuple[LogicalText, ...]:
    """The strings of the JSON array that stands in `logical`, decoded."""
    opening = logical.text.find("[")
    return tuple(
        _decoded(part(logical, found.start(1), found.end(1)))
        for found in _JSON_STRING.finditer(logical.text, max(opening, 0))
    )


def _decoded(logical: LogicalText) -> LogicalText:
    if "\\" not in logical.text:
        return logical
    pieces: list[LogicalText] = []
    for found in _JSON_PIECE.finditer(logical.text):
        piece = part(logical, found.start(), found.end())
        if found[0].startswith("\\"):
            piece = LogicalText(json.loads(f'"{found[0]}"'), (0,), piece.sources[:1])
        pieces.append(piece)
    return joined(pieces)
