"""Text made to hurt: no error escapes, and work grows with length alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.dockerfile.document import Instruction, LogicalText, Word
from lintimg.model.span import Span
from lintimg.shell.operations import operations
from lintimg.shell.removal import removed_paths
from lintimg.shell.run import read_run
from lintimg.shell.script import Script
from tests.shell.support import SH

DEEP = 20_000


def run(text: str) -> Script:
    """The script of a RUN whose logical text is `text`; no lexer, whose limits would come first."""
    span = Span(0, len(text))
    instruction = Instruction(
        number=0, keyword="RUN", keyword_span=Span(0, 0), span=span, start_line=1, end_line=1, flags=(),
        arguments=(Word(text, span),), json=False, heredocs=(), rest=LogicalText(text, (0,), (0,)), comments=(), trigger=None,
    )  # fmt: skip
    (read, *_rest) = read_run(instruction, SH, "\\") or (None,)
    assert read is not None
    for operation in operations(read):
        assert operation.span.end <= len(text)
    for command in read.commands:
        removed_paths(command)
    return read


@pytest.mark.parametrize(
    "piece",
    ["$(", "$((", "((", "(", "{ ", "`", "${x:-", "$(( $(", "<(", "[[ ", "[[[[", "if a; then ", "while a; do ", "case x in a) ", "f() { ",
     "! ", "x=(", '"$(', "@(", "a <<E\n", "for x in ", "\\", "'", '"', "a && ", "a | ", "$[", "a; ", "a=b ", "> f ", "{a,", "sh -c '", "\x00"],
)  # fmt: skip
def test_deep_nesting(piece: str) -> None:
    read = run("echo " + piece * DEEP)
    assert read.unread or read.commands


@pytest.mark.parametrize(
    "pair",
    [
        ("$(", ")"),
        ("$((", "))"),
        ("(", ")"),
        ("${x:-", "}"),
        ("{ ", "; }"),
        ('"$(', ')"'),
        ("$((a) + $(", "))"),
    ],
)
@pytest.mark.parametrize("depth", [30, 78, 500])
def test_closed_nesting(pair: tuple[str, str], depth: int) -> None:
    opening, closing = pair
    read = run("echo " * (opening[0] not in "({") + opening * depth + " a " + closing * depth)
    assert (read.unread is None) or depth > 70 or opening.startswith("$((a")


def test_attempts_at_arithmetic_stay_linear() -> None:
    # Each `$((` is first read as arithmetic, then as a substitution: without a memory 2^60 readings.
    depth = 60
    read = run("echo " + "$((a; " * depth + "b" + "))" * depth)
    assert read.unread is None or read.unread


@pytest.mark.parametrize(
    "text",
    ["a" * 50_000_000, "'" + "a" * 5_000_000, "a " * 60_000, "a;" * 20_000, "a && " * 20_000 + "b", "[ a ] && " * 20_000 + "b; c",
     "A=1 " * 50_000 + "b", "apt-get install " + "{a,b}" * 50_000, "pip install " + "a==1 " * 50_000, "a\\\n" * 60_000, "# " * 500_000,
     "".join(f"cat <<E{n}\nx\nE{n}\n" for n in range(8000)), "bash <<A\n" * 3000, "x=$(a) " * 8_000, "export A=1;" * 5_000 + "b",
     "poetry run " * 50_000 + "pip install x", "pip install " + "-" * 500_000, "rm " + "{" * 200_000, "find " + "-name a " * 30_000 + "-delete",
     "if a; then b; fi;" * 5_000, "echo " + "`a`" * 8_000, "echo " + "`a\\`b\\``" * 5_000, "a" + "\r" * 500_000, "echo " + "$x" * 60_000,
     "a & " * 8_000, "npm install " + "a@" * 100_000, "pip install 'a" + "[b" * 50_000 + "'", "gem install -v" + "v" * 100_000],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_long_text(text: str) -> None:
    run(text)


def test_a_bomb_of_braces_is_not_expanded() -> None:
    (only,) = run("rm -rf " + "{a,b}" * 40).commands
    assert len(removed_paths(only)) == 1


SHELL_PIECES = st.sampled_from(
    ["a", "b c", " ", "\n", ";", "&&", "||", "|", "&", "(", ")", "{", "}", "$(", "`", "'", '"', "$x", "${", "\\", "#", "<", ">", "<<E", "E",
     "if ", "then ", "fi", "do ", "done", "case ", "in ", "esac", ";;", "[[ ", " ]]", "((", "))", "=", "x=", "!", "sh -c ", "apt-get install ",
     "pip install ", "-r", "\r\n", "\x00", "\xe9", "{a,b}", "$((", "*", "for ", "function ", "export ", "sudo ", "env "]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(SHELL_PIECES, min_size=1, max_size=30).map("".join))
def test_anything_at_all(text: str) -> None:
    read = run(text)
    assert read.commands == () or read.unread is None
    for command in read.commands:
        for word in command.words:
            assert 0 <= word.span.start <= word.span.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    if text:
        run(text)
