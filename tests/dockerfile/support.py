"""Dockerfiles to try: read from text or bytes, made up, and with slips in them."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from lintimg.dockerfile.document import Dockerfile, Instruction, LogicalText, Word
from lintimg.dockerfile.lexer import parse
from lintimg.model.span import Span
from lintimg.text import SourceText


def read(text: str | bytes) -> Dockerfile:
    """The document of `text`."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return parse(SourceText("Dockerfile", data))


def only(text: str) -> Instruction:
    """The only instruction behind a FROM."""
    document = read("FROM a\n" + text)
    assert not document.problems, document.problems
    (_, instruction) = document.instructions
    return instruction


def messages(text: str | bytes) -> list[str]:
    return [problem.message for problem in read(text).problems]


def texts(words: tuple[Word, ...]) -> list[str]:
    return [word.text for word in words]


def sliced(document: Dockerfile, span: Span) -> str:
    return document.source.slice(span)


_PIECES = [
    "\\", "\\\n", "\n", "\\ \n", "#", "# note\n", '"', "'", "$", "${", "}", "${A:-b}", "$X", "<<EOF", "<<-EOF", "EOF\n", "\nEOF\n",
    '<<"EOF"', "<", "--", " --x=y", "--from=a ", "--link ", "=", "[", "]", '["a"]', ",", "\t", " ", "\r", "\r\n", "`", "`\n", "RUN ",
    "COPY ", "FROM a\n", "FROM ", " AS b", "ENV ", "ARG ", "HEALTHCHECK ", "CMD ", "NONE", "LABEL ", "VOLUME ", "SHELL ", "EXPOSE ",
    "USER ", "WORKDIR ", "ADD ", "--mount=type=cache,target=/x ", "X\n", '\\"', '""', "''", "1.5", "null", "\\u00e9", "/", "a", "b c",
]  # fmt: skip
"""What makes a Dockerfile, and what makes it go wrong."""

_HEADS = [
    "",
    "FROM a\n",
    "# escape=`\n",
    "# syntax=docker/dockerfile:1\n# escape=`\n",
    " # escape = `\nFROM a\n",
]

_REAL = [
    "ARG V=3\nFROM node:${V} AS build\nWORKDIR /src\nCOPY package*.json ./\nRUN npm ci \\\n    # why\n && npm cache clean --force\n",
    'FROM a\nENV A=b C="d e" \\\n  F=g\\ h\nENV OLD some value\nLABEL x=\'y z\' q="r"\nCMD [ "a", "b\\"c" ]\n',
    "FROM a\nRUN --mount=type=cache,target=/c --network=none <<EOF\napt-get update\n# no comment\nEOF\nRUN x\n",
    "FROM a\nCOPY <<A <<-B /d/\na\nA\n\tb\n\tB\nADD --chown=1:2 x y /z\nVOLUME [\"/a\", \"/b\"]\n",
    "# escape=`\nFROM a\r\nRUN dir `\r\n  C:\\x\r\nENV P=C:\\y\r\n",
    'FROM a\nHEALTHCHECK --interval=5s --retries=3 CMD ["curl", "x"]\nHEALTHCHECK NONE\nEXPOSE 80 81/tcp\nUSER a b\nSHELL ["x"]\n',
]  # fmt: skip


def made_up() -> st.SearchStrategy[str]:
    """Texts of Dockerfile pieces in any order."""
    body = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)
    return st.builds(str.__add__, st.sampled_from(_HEADS), body)


@st.composite
def with_slips(draw: st.DrawFn) -> str:
    """A sound Dockerfile into which pieces were put and from which others were cut."""
    text = draw(st.sampled_from(_REAL))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 5))
        text = text[:at] + draw(st.sampled_from(_PIECES)) + text[at + cut :]
    return text


def words_of(instruction: Instruction) -> Iterator[Word]:
    """Its words that stand in the source."""
    yield from instruction.arguments
    if instruction.trigger is not None:
        yield from instruction.trigger.arguments


def is_consistent(logical: LogicalText, text: str) -> bool:
    """Whether every logical character stands where `logical` says it does in `text`."""
    ends = (*logical.starts[1:], len(logical.text))
    return all(
        logical.text[start:end] == text[source : source + end - start]
        for start, end, source in zip(logical.starts, ends, logical.sources, strict=True)
    )
