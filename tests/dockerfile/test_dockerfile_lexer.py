"""Instructions, flags, words, comments and directives, and where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.text import SourceText
from tests.dockerfile.support import (
    is_consistent,
    made_up,
    messages,
    only,
    read,
    sliced,
    texts,
    with_slips,
    words_of,
)


def test_a_word_over_a_continuation_has_both_its_ends() -> None:
    document = read("FROM a\nRUN apt-\\\nget  \\\n  # why\n  update\n")
    run = document.instructions[1]
    assert texts(run.arguments) == ["apt-get    update"]
    assert sliced(document, run.arguments[0].span) == "apt-\\\nget  \\\n  # why\n  update"
    assert (run.start_line, run.end_line) == (2, 5)
    start = run.rest.text.index("update")
    assert sliced(document, run.rest.source_span(start, start + 6)) == "update"
    assert [comment.text for comment in run.comments] == ["why"]


def test_a_keyword_over_a_continuation() -> None:
    document = read("FR\\\nOM a\n")
    assert document.instructions[0].keyword == "FROM"
    assert sliced(document, document.instructions[0].keyword_span) == "FR\\\nOM"


def test_every_token_of_a_line_has_its_place() -> None:
    text = 'FROM a\nCOPY --from=b  --chown="x y" a b /c\nENV A=1 B="2 3"\nENV OLD some value\nCMD ["x", "y\\n"]\n'
    document = read(text)
    _, copy, env, old, cmd = document.instructions
    assert [sliced(document, flag.span) for flag in copy.flags] == ["--from=b", '--chown="x y"']
    assert [(flag.name, flag.value, flag.text) for flag in copy.flags] == [
        ("from", "b", "--from=b"),
        ("chown", "x y", "--chown=x y"),
    ]
    assert [sliced(document, flag.value_span) for flag in copy.flags if flag.value_span] == ["b", '"x y"']
    assert [sliced(document, word.span) for word in copy.arguments] == ["a", "b", "/c"]
    assert [sliced(document, word.span) for word in env.arguments] == ["A", "1", "=", "B", '"2 3"', "="]
    assert [sliced(document, word.span) for word in old.arguments] == ["OLD", "some value", ""]
    assert [sliced(document, word.span) for word in cmd.arguments] == ['"x"', '"y\\n"']
    assert texts(cmd.arguments) == ["x", "y\n"]
    assert sliced(document, copy.head_span) == text.split("\n")[1]


def test_comments_are_found_everywhere_but_in_heredocs() -> None:
    document = read("# one\n\nFROM a\n  # two  \nRUN a \\\n# three\n b\nRUN <<E\n# four\nE\n#\n# five")
    assert [(comment.text, comment.line) for comment in document.comments] == [
        ("one", 1), ("two", 4), ("three", 6), ("", 11), ("five", 12),
    ]  # fmt: skip
    assert [sliced(document, comment.span) for comment in document.comments][1] == "# two"


@pytest.mark.parametrize(
    ("head", "escape"),
    [
        ("# escape=`\n", "`"),
        ("#ESCAPE = `  \n", "`"),
        ("\t # escape=`\n", "`"),
        ("# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=`\n", "`"),
        ("\n# escape=`\n", "\\"),
        ("# note\n# escape=`\n", "\\"),
        ("# other=1\n# escape=`\n", "\\"),
        ("#!/bin/x\n# escape=`\n", "\\"),
    ],
)
def test_directives_stand_at_the_very_head(head: str, escape: str) -> None:
    assert read(head + "FROM a\n").escape == escape


def test_directives_are_no_comments() -> None:
    document = read("# syntax=docker/dockerfile:1\n# escape=`\n# note\nFROM a\n")
    assert [(entry.name, entry.value, entry.line) for entry in document.directives] == [
        ("syntax", "docker/dockerfile:1", 1),
        ("escape", "`", 2),
    ]
    assert [comment.text for comment in document.comments] == ["note"]


def test_flags_follow_the_escape_directive() -> None:
    document = read('# escape=`\nFROM a\nCOPY --from=C:\\x --chown="a`"b" x y\n')
    assert [flag.value for flag in document.instructions[1].flags] == ["C:\\x", 'a"b']


def test_flags_end_at_two_dashes() -> None:
    copy = only("COPY --link -- --a b")
    assert [flag.name for flag in copy.flags] == ["link"]
    assert texts(copy.arguments) == ["--a", "b"]


def test_a_no_break_space_belongs_to_the_flag_before_it() -> None:
    copy = read("FROM a\nCOPY --from=b\u00a0x /y\n").instructions[1]
    # BuildKit reads bytes: C2 ends up in the flag, A0 counts as a blank.
    assert [flag.value for flag in copy.flags] == ["b\u00c2"]
    assert texts(copy.arguments) == ["x", "/y"]
    assert sliced(read("FROM a\nCOPY --from=b\u00a0x /y\n"), copy.arguments[0].span) == "x"


def test_a_blank_beyond_ascii_before_dashes_is_no_flag() -> None:
    assert texts(only("RUN \u00a0--mount=type=cache x").arguments) == ["--mount=type=cache x"]


@pytest.mark.parametrize(
    ("text", "name", "expands", "content"),
    [
        ("RUN <<EOF\na\nEOF", "EOF", True, "a\n"),
        ("RUN <<'E F'\na\nE F", "E F", False, "a\n"),
        ("RUN cat <<-EOF\n\ta\n\tEOF", "EOF", True, "\ta\n"),
        ("RUN cat <<  EOF\na\nEOF", "EOF", True, "a\n"),
        ("RUN <<\\EOF\na\nEOF", "EOF", True, "a\n"),
        ("RUN <<$X\na\n$X", "$X", True, "a\n"),
        ("RUN 3<<EOF\n\r\nEOF\r", "EOF", True, "\r\n"),
    ],
)
def test_here_documents(text: str, name: str, expands: bool, content: str) -> None:
    document = read(f"FROM a\n{text}\nUSER x\n")
    _, instruction, user = document.instructions
    assert user.keyword == "USER"
    (heredoc,) = instruction.heredocs
    assert (heredoc.name, heredoc.expand, heredoc.content) == (name, expands, content)
    assert sliced(document, heredoc.body) == content
    assert instruction.end_line == user.start_line - 1


@pytest.mark.parametrize(
    "line",
    [
        "RUN echo '<<EOF'", "RUN echo \"<<EOF\"", "RUN cat <<<word", "RUN echo $((1<<2))", "RUN echo a<<EOF", "USER <<EOF",
        'RUN ["<<EOF"]', "RUN echo it's <<EOF", "RUN echo \\<<EOF", "RUN x <<", "RUN x <<-",
    ],
)  # fmt: skip
def test_what_is_no_here_document(line: str) -> None:
    document = read(f"FROM a\n{line}\nUSER x\n")
    assert [instruction.keyword for instruction in document.instructions] == [
        "FROM",
        line[:4].strip(),
        "USER",
    ]


def test_a_chomped_here_document_knows_where_its_lines_are() -> None:
    document = read("FROM a\nRUN <<-E\n\t\techo a\n\tb\n\tE\n")
    logical = document.instructions[1].heredocs[0].logical
    assert logical.text == "echo a\nb\n"
    assert sliced(document, logical.source_span(7, 8)) == "b"


def test_an_onbuild_has_its_instruction_inside() -> None:
    document = read("FROM a\nONBUILD COPY --from=b x y\nONBUILD RUN <<E\nhi\nE\n")
    _, copy, run = document.instructions
    assert copy.trigger is not None
    assert (copy.trigger.keyword, texts(copy.trigger.arguments)) == ("COPY", ["x", "y"])
    assert [flag.text for flag in copy.trigger.flags] == ["--from=b"]
    assert copy.arguments == ()
    assert sliced(document, copy.trigger.span) == "COPY --from=b x y"
    assert [heredoc.content for heredoc in run.heredocs] == ["hi\n"]


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert texts(only('CMD ["\\ud800", "\\ud83d\\ude00"]').arguments) == ["\ufffd", "\U0001f600"]


def test_numbers_that_do_not_fit_make_the_shell_form() -> None:
    assert not only("CMD [1e999]").json
    assert messages("FROM a\nCMD [1]\n") == [
        "when using JSON array syntax, arrays must be comprised of strings only"
    ]


def test_bytes_that_are_not_utf8_survive() -> None:
    source = SourceText("Dockerfile", b"FROM a\nLABEL x=caf\xe9\n")
    word = read(b"FROM a\nLABEL x=caf\xe9\n").instructions[1].arguments[1]
    assert source.encode(word.text) == b"caf\xe9"


def test_a_line_may_have_65535_bytes() -> None:
    line = "RUN " + "x" * 65_531
    assert messages(f"FROM a\n{line}\nUSER a\n") == []
    document = read(f"FROM a\n{line}x\nUSER a\n")
    assert [problem.message for problem in document.problems] == [
        "dockerfile line greater than max allowed size of 65535"
    ]
    assert [instruction.keyword for instruction in document.instructions] == ["FROM"]
    assert len(read("FROM a\nRUN " + "é" * 32_765 + "\n").instructions) == 2
    assert len(read("FROM a\nRUN " + "é" * 32_766 + "\n").instructions) == 1


@settings(max_examples=150, deadline=None)
@given(st.one_of(made_up(), with_slips()))
def test_tokens_are_slices_of_the_source(text: str) -> None:
    document = read(text)
    end = 0
    for instruction in document.instructions:
        assert is_consistent(instruction.text, document.source.text)
        assert is_consistent(instruction.rest, document.source.text)
        assert instruction.span.start >= end
        end = instruction.span.end
        for word in words_of(instruction):
            written = sliced(document, word.span)
            assert instruction.span.start <= word.span.start <= word.span.end <= instruction.span.end
            if "\n" not in written and not instruction.json and (instruction.trigger is None):
                # A lone escape at the very end is dropped.
                assert word.text in (written, written[:-1])
        for flag in instruction.flags:
            written = sliced(document, flag.span)
            if "\n" not in written and not set(written) & set("'\"\\`"):
                assert flag.text == written
        for heredoc in instruction.heredocs:
            assert sliced(document, heredoc.body) == heredoc.content
            assert is_consistent(heredoc.logical, document.source.text)


@settings(max_examples=100, deadline=None)
@given(st.one_of(made_up(), with_slips()))
def test_carriage_returns_and_a_byte_order_mark_change_no_token(text: str) -> None:
    plain = text.replace("\r", "")
    document = read(plain)
    windows = read("\ufeff" + plain.replace("\n", "\r\n"))
    assert [i.keyword for i in windows.instructions] == [i.keyword for i in document.instructions]
    assert [texts(i.arguments) for i in windows.instructions] == [
        texts(i.arguments) for i in document.instructions
    ]
    assert [(i.start_line, i.end_line) for i in windows.instructions] == [
        (i.start_line, i.end_line) for i in document.instructions
    ]
