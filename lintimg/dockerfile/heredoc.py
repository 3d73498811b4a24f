"""Here-documents of RUN, COPY and ADD."""

from __future__ import annotations

import re
from typing import NamedTuple

from lintimg.dockerfile.document import Heredoc, LogicalText, SyntaxProblem
from lintimg.dockerfile.expand import ExpansionError, expand, raw_words
from lintimg.dockerfile.lines import LineReader
from lintimg.model.span import Span

CARRIERS = frozenset(("RUN", "COPY", "ADD"))

_HEREDOC = re.compile(r"\d*<<(-?)\s*([^<]+)\Z", re.DOTALL)


class HeredocStart(NamedTuple):
    """`<<NAME` on an instruction's line; offsets are logical."""

    name: str
    expand: bool
    chomp: bool
    start: int
    end: int


def heredoc_starts(line: str) -> list[HeredocStart]:
    """The here-documents that `line` opens."""
    if "<<" not in line:
        return []
    words = raw_words(line)
    if words is None:
        return []
    found = []
    number = 0
    while number < len(words):
        text, start, end = words[number]
        number += 1
        if re.fullmatch(r"\d*<<-?", text) and number < len(words):
            # BuildKit takes `<< EOF` as `<<EOF`.
            text += words[number][0]
            end = words[number][2]
            number += 1
        match = _HEREDOC.match(text)
        if match is None:
            continue
        inner = raw_words(match[2])
        if inner is None or len(inner) != 1:
            continue
        try:
            name = expand(match[2], {})
        except ExpansionError:
            continue
        raw = inner[0][0]
        found.append(HeredocStart(raw if name is None else name, name == raw, match[1] == "-", start, end))
    return found


def read_heredocs(reader: LineReader, starts: list[HeredocStart], opened: Span) -> tuple[Heredoc, ...]:
    """The bodies of `starts`, read from the lines that follow. An end that never comes is a problem of `reader`."""
    heredocs = []
    for start in starts:
        first = reader.at
        contents: list[str] = []
        sources: list[int] = []
        terminated = False
        while (line := reader.next_line()) is not None:
            candidate = line.rstrip("\r")
            if (candidate.lstrip("\t") if start.chomp else candidate) == start.name:
                terminated = True
                break
            sources.append(reader.starts[reader.at - 1])
            contents.append(line + "\n")
        if not terminated:
            reader.problems.append(
                SyntaxProblem(
                    "unterminated heredoc",
                    f"End it with a line that holds only {start.name}"
                    + (
                        ", indented by tabs at most."
                        if start.chomp
                        else ", or quote the << if no heredoc is meant."
                    ),
                    opened,
                )
            )
        heredocs.append(_heredoc(reader, start, first, contents, sources))
    return tuple(heredocs)


def _heredoc(
    reader: LineReader, start: HeredocStart, first: int, contents: list[str], sources: list[int]
) -> Heredoc:
    begin = reader.starts[first] if first < len(reader.starts) else len(reader.source.text)
    end = min(begin + sum(map(len, contents)), len(reader.source.text))
    content = "".join(contents)
    if not contents:
        logical = LogicalText("", (0,), (begin,))
    elif not start.chomp:
        logical = LogicalText(content, (0,), (begin,))
    else:
        logical = _without_tabs(contents, sources)
    return Heredoc(start.name, content, start.expand, start.chomp, Span(begin, end), logical)


def _without_tabs(contents: list[str], sources: list[int]) -> LogicalText:
    starts: list[int] = []
    kept: list[int] = []
    pieces: list[str] = []
    at = 0
    for text, source in zip(contents, sources, strict=True):
        piece = text.lstrip("\t")
        starts.append(at)
        kept.append(source + len(text) - len(piece))
        pieces.append(piece)
        at += len(piece)
    return LogicalText("".join(pieces), tuple(starts), tuple(kept))
