"""Any bytes at all: a report, no traceback, no hang."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.lint.table import bundled_rules
from tests.lint.helpers import lint_text

_NASTY = {
    "NULs": b"FROM a\0b\nRUN echo \0\0\n" * 50,
    "a long line": b"FROM a\nRUN echo " + b"x" * 50_000_000 + b"\n",
    "nested substitutions": b"FROM a\nRUN echo " + b"$(" * 20_000 + b"\n",
    "nested brackets": b"FROM a\nCMD " + b"[" * 20_000 + b"\n",
    "nested braces": b"FROM ${a:-" * 5_000 + b"\n",
    "double brackets": b"FROM a\nRUN " + b"[[ " * 10_000 + b"\n",
    "nested parentheses": b"FROM a\nRUN " + b"(" * 20_000 + b"\n",
    "nested ifs": b"FROM a\nRUN " + b"if true; then " * 5_000 + b"\n",
    "an endless here-document": b"FROM a\nRUN <<A <<B <<C\n" + b"x\n" * 10_000,
    "arithmetic": b"FROM a\nRUN echo " + b"$((" * 5_000 + b"\n",
    "quotes": b"FROM a\nRUN echo " + b"'\"" * 20_000 + b"\n",
    "backquotes": b"FROM a\nRUN echo " + b"`" * 20_001 + b"\n",
    "many stages": b"".join(b"FROM s%d AS s%d\nCOPY --from=s%d / /\n" % (n, n + 1, n) for n in range(2_000)),
    "a stage of itself": b"FROM a AS a\nCOPY --from=a / /\nFROM a AS a\n",
    "many continuations": b"FROM a\nRUN a \\\n" + b"  && b \\\n" * 20_000 + b"  && c\n",
    "empty continuations": b"FROM a\nRUN a \\\n" + b"\n" * 20_000,
    "braces": b"FROM a\nRUN rm -rf " + b"{a,b}" * 60 + b"\n",
    "many variables": b"FROM a\n" + b"ENV A=$A$A$A$A\n" * 300,
    "only a byte order mark": b"\xef\xbb\xbf",
    "UTF-16": "FROM a\nRUN b\n".encode("utf-16"),
    "carriage returns": b"FROM a\rRUN b\r" * 1_000,
    "many packages": b"FROM a\nRUN pip install " + b"torch " * 8_000 + b"\n",
}


def _lint(data: bytes) -> None:
    result = lint_text(data)
    assert result.errors == ()
    for finding in result.findings:
        assert finding.location.region.start <= finding.location.region.end


def test_nasty_files() -> None:
    assert bundled_rules()
    for data in _NASTY.values():
        _lint(data)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    _lint(data)


_WORDS = st.sampled_from(
    [
        "FROM", "RUN", "COPY", "ADD", "CMD", "ENTRYPOINT", "ENV", "ARG", "ONBUILD", "SHELL", "HEALTHCHECK", "LABEL", "USER",
        "public.ecr.aws/lambda/python:3.12", "python", "scratch", "a AS b", "--from=b", "--mount=type=cache,target=/x", ".", "/x", "app.py",
        '["a.b"]', "['a']", "a.handler", "$A", "${A:-b}", "A=b", "pip install", "-r requirements.txt", "npm ci", "apt-get update", "&&", "||", ";", "|",
        "(", ")", "{", "}", "if", "then", "fi", "$(", "`", "'", '"', "\\", "\n", "\\\n", "\r\n", "<<EOF", "EOF", "#", "# lintimg: ignore[LI4]", "{{", "rm -rf /x",
    ]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(_WORDS, max_size=40).map(" ".join))
def test_any_words(text: str) -> None:
    _lint(text.replace(" \n ", "\n").encode())
