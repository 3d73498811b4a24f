"""Words: their value after quote removal, what can be told of those without one, their places."""

from __future__ import annotations

import pytest

from tests.shell.support import command, commands, source_of, words


@pytest.mark.parametrize(
    ("raw", "value", "pieces"),
    [
        ("plain", "plain", "plain"),
        ("'a b'", "a b", "a b"),
        ('"a b"', "a b", "a b"),
        ("a'b'\"c\"d", "abcd", "abcd"),
        (r"a\ b\$c", "a b$c", "a b$c"),
        (r'"a\"b\$c\d"', r'a"b$c\d', r'a"b$c\d'),
        ("$X", None, "$X"),
        ('"$X"', None, "$X"),
        ("${X}", None, "$X"),
        ("a-${X:-b c}.d", None, "a-$X.d"),
        ("${X:-${Y:-'}'}}", None, "$X"),
        ('"${X:-it\'s}"', None, "$X"),
        ("\"${X#'}'}\"", None, "$X"),
        ("${#X}", None, "$X"),
        ("${X[@]}", None, "$X"),
        ("$1$@$?", None, "$1$@$?"),
        ("a$", "a$", "a$"),
        ('"$"', "$", "$"),
        ("$(a b)", None, "$()"),
        ("x`a b`y", None, "x$()y"),
        ('"$(a "b c")"', None, "$()"),
        ("$((1 + 2))", None, "$()"),
        ("$((1 + (2)))", None, "$()"),
        ("$((a); (b))", None, "$()"),
        ("$'a\\tb\\x41\\''", "a\tbA'", "a\tbA'"),
        ('$"a b"', "a b", "a b"),
        ("<(a b)", None, "<()"),
        ("@(a|b)c", "@(a|b)c", "@(a|b)c"),
        ("*.[ch]", "*.[ch]", "*.[ch]"),
        ("a#b", "a#b", "a#b"),
        ("'a'#b", "a#b", "a#b"),
        ("{a,b}", "{a,b}", "{a,b}"),
        ("--x=~/y", "--x=~/y", "--x=~/y"),
        ("a\u00a0b\x0bc", "a\u00a0b\x0bc", "a\u00a0b\x0bc"),
        ('""', "", ""),
    ],
)
def test_value_and_pieces(raw: str, value: str | None, pieces: str) -> None:
    word = commands(f"echo {raw}")[-1].words[1]
    assert (word.raw, word.value, word.pieces) == (raw, value, pieces)


@pytest.mark.parametrize(
    ("raw", "quoted"),
    [("a", False), ("'a'", True), ("a''", True), (r"\a", True), ("$X", False), ('"$X"', True), ("$'a'", True), ("$(a 'b')", False)],
)  # fmt: skip
def test_quoted(raw: str, quoted: bool) -> None:
    assert commands(f"echo {raw}")[-1].words[1].quoted is quoted


def test_words_keep_their_place_over_continuations_and_comments() -> None:
    text = (
        "set -eux; \\\n    # tools\n    dnf install -y gcc   git \\\n      'ma'\\\nke && \\\n\tdnf clean all"
    )
    source = source_of(text)
    places = [[source.position(word.span.start) for word in each.words] for each in commands(text)]
    assert [[(p.line, p.column) for p in row] for row in places] == [
        [(2, 5), (2, 9)],
        [(4, 5), (4, 9), (4, 17), (4, 20), (4, 26), (5, 7)],
        [(7, 2), (7, 6), (7, 12)],
    ]
    assert source.slice(commands(text)[1].words[5].span) == "'ma'\\\nke"
    assert commands(text)[1].words[5].value == "make"


def test_places_in_substitutions_and_quotes() -> None:
    text = 'echo "a $(cat \\\n  x)" `ls y` "$(echo `id \\`\\` z`)"'
    source = source_of(text)
    slices = [[source.slice(word.span) for word in each.words] for each in commands(text)]
    assert slices[:2] == [["cat", "x"], ["ls", "y"]]
    assert slices[-1][0] == "echo"


def test_a_comment_ends_the_command() -> None:
    assert words("a b # c d") == [["a", "b"]]
    assert words("a#b;#c") == [["a#b"]]


def test_bytes_that_are_no_text_stay_in_their_word() -> None:
    assert command("echo \udcff\udc80x").words[1].value == "\udcff\udc80x"
