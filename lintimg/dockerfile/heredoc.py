"""Here-documents of RUN, COPY and ADD."""

from __future__ import annotations

from lintimg.dockerfile.document import Heredoc, LogicalText, SyntaxProblem
from lintimg.dockerfile.expand import ExpansionError
from lintimg.dockerfile.heredoc_words import raw_words
from lintimg.dockerfile.lines import LineReader
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

CARRIERS = frozenset(("RUN", "COPY", "ADD"))

_HEREDOC = regex(r"[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)\Z")


class HeredocStart(NamedTuple):
    """`<<NAME` on an instruction's line; offsets are logical."""

    name: str
    expand: bool
    chomp: bool
    start: int
    end: int


def heredoc_starts(line: str) -> list[HeredocStart]:
    """The here-documents that `line` opens; none where BuildKit refuses the line."""
    try:
        return opened_heredocs(line)
    except ExpansionError:
        return []


def opened_heredocs(line: str) -> list[HeredocStart]:
    """The here-documents that `line` opens.

    Raises ExpansionError where BuildKit refuses a word behind `<<`.
    """
    if "<<" not in line:
        return []
    try:
        words = raw_words(line)
    except ExpansionError:
        # BuildKit looks no further when it cannot split the line.
        return []
    found = []
    for text, start, end in words:
        named = _named(text)
        if named is not None:
            found.append(HeredocStart(*named, start, end))
    return found


def is_heredoc(word: str) -> bool:
    """Whether COPY takes its argument `word` for a here-document, be it opened or not."""
    try:
        return _named(word) is not None
    except ExpansionError:
        return False


def _named(word: str) -> tuple[str, bool, bool] | None:
    """Name, expansion and chomping of the here-document that `word` opens.

    Raises ExpansionError where BuildKit refuses the name.
    """
    match = _HEREDOC.match(word)
    # Go's scanner reads over a byte order mark.
    rest = "" if match is None else match[2].removeprefix("\ufeff")
    if match is None or not rest:
        return None
    plain = raw_words(rest, quotes=False, escapes=False)
    if len(plain) != 1:
        return None
    raw = raw_words(rest, escapes=False)
    if len(raw) != 1:
        raise ExpansionError(f"internal lexing of heredoc produced inconsistent results: {rest}")
    name = plain[0].text
    # BuildKit tells a quoted name by the quotes that are gone.
    return name, _quotes(name) == _quotes(raw[0].text), match[1] == "-"


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def read_heredocs(reader: LineReader, starts: list[HeredocStart], opened: Span) -> tuple[Heredoc, ...]:
    """The bodies of `starts`, read from the lines that follow. An end that never comes is a problem of `reader`, at `opened`."""
    return tuple([_read(reader, start, opened) for start in starts])


def _read(reader: LineReader, start: HeredocStart, opened: Span) -> Heredoc:
    first = reader.at
    contents: list[str] = []
    terminated = False
    while (line := reader.next_line()) is not None:
        candidate = line.rstrip("\r")
        if (candidate.lstrip("\t") if start.chomp else candidate) == start.name:
            terminated = True
            break
        contents.append(line)
    begin = min(reader.starts[first], reader.end)
    end = min(reader.starts[first + len(contents)], reader.end)
    content = reader.text[begin:end]
    if not terminated:
        reader.problems.append(_unterminated(start, opened))
    if start.chomp and contents:
        logical = _without_tabs(contents, reader.starts[first : first + len(contents)])
    else:
        logical = LogicalText(content, (0,), (begin,))
    return Heredoc(start.name, content, start.expand, start.chomp, Span(begin, end), logical)


def _unterminated(start: HeredocStart, opened: Span) -> SyntaxProblem:
    remedy = f"End it with a line that holds only {start.name}"
    remedy += (
        ", indented by tabs at most." if start.chomp else ", or quote the << if no here-document is meant."
    )
    return SyntaxProblem("unterminated heredoc", remedy, opened)


def _without_tabs(lines: list[str], sources: list[int]) -> LogicalText:
    starts: list[int] = []
    kept: list[int] = []
    pieces: list[str] = []
    at = 0
    for line, source in zip(lines, sources, strict=True):
        piece = line.lstrip("\t") + "\n"
        starts.append(at)
        kept.append(source + len(line) + 1 - len(piece))
        pieces.append(piece)
        at += len(piece)
    return LogicalText("".join(pieces), tuple(starts), tuple(kept))
