"""Expansion where a value is not known, where it grows, and against other implementations."""

from __future__ import annotations

import string

import pytest
from e2b_dockerfile_utils import ShellLex
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.dockerfile.expand import LONGEST_VALUE, ExpansionError, expand, variable_names

_VALUES = {"V": "v1.2.3", "E": "", "B": "a/b*c?d\\e", "W": "x.y.z x"}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$U", None),
        ("a${U}b", None),
        ("${U:-x}", None),
        ("${U:+x}", None),
        ("${U#x}", None),
        ("${U/a/b}", None),
        ("${V:-$U}", "v"),
        ("${E:-$U}", None),
        ("${E:+$U}", ""),
        ("${V:+$U}", None),
        ("${V#$U}", None),
        ("${N:-${U?needed}}", None),
        ("${U?needed}", None),
        ('"$U"', None),
        ("'$U'", "$U"),
        ("\\$U", "$U"),
        ("$N", ""),
    ],
)
def test_values_that_are_not_known(word: str, value: str | None) -> None:
    assert expand(word, {"U": None, "V": "v", "E": ""}) == value


def test_an_error_is_one_whatever_is_known() -> None:
    with pytest.raises(ExpansionError, match="bad substitution"):
        expand("$U${}", {"U": None})


def test_a_value_that_doubles_itself_is_given_up() -> None:
    value: str | None = "x" * 100
    for _ in range(100):
        value = expand("$A$A", {"A": value})
    assert value is None
    long = "y" * (LONGEST_VALUE + 1)
    assert expand(long, {}) == long
    assert expand(f"'{long}'", {}) == long


def test_patterns_that_invite_backtracking() -> None:
    values = {"A": "a" * LONGEST_VALUE}
    pattern = "*a" * 50
    assert expand(f"${{A##{pattern}b}}", values) == values["A"]
    assert expand(f"${{A#{pattern}}}", values) == values["A"][50:]
    assert expand(f"${{A/{pattern}?b/x}}", values) == values["A"]


@pytest.mark.parametrize("piece", ["${A:-", '"${A:-', "${A#", "${A/"])
def test_nesting_has_an_end(piece: str) -> None:
    with pytest.raises(ExpansionError):
        expand(piece * 5_000, {})


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("a$B/${C}d", [("B", 1), ("C", 4)]),
        ("${A:-$B}", [("A", 0), ("B", 5)]),
        ("'$A' \"$B\" \\$C", [("B", 6)]),
        ("$1 $ $$", [("1", 0)]),
        ("\"'$A'\"", [("A", 2)]),
        ("plain", []),
    ],
)
def test_names_of_variables(word: str, names: list[tuple[str, int]]) -> None:
    assert list(variable_names(word)) == names


_WORD_PIECES = [
    "$", "${", "}", "A", "V", "E", "B", "W", ":", "-", "+", "?", "#", "%", "##", "%%", "/", "//", "\\", '"', "'", " ", "x", "*", ".",
    "`", "é", "1", "@", "\\}", "\\/", "\\*", "[", "(", "_", "${V}", "${E:-x}", "${A-", "${V#", "${V%", "${V/", "${W//", "~", "|",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_WORD_PIECES), max_size=10).map("".join), st.sampled_from("\\`"))
def test_expands_as_another_implementation(word: str, escape: str) -> None:
    lexer = ShellLex(escape, env=_VALUES, skip_unset_env=False)
    try:
        expected = lexer.process_word(word)
    except ValueError:
        with pytest.raises(ExpansionError):
            expand(word, _VALUES, escape)
    else:
        assert expand(word, _VALUES, escape) == expected


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=string.printable + "é²\udc80", max_size=40))
def test_any_word_has_a_value_or_an_error(word: str) -> None:
    for environment in ({}, dict.fromkeys("abcXY_", None)):
        try:
            value = expand(word, environment)
        except ExpansionError:
            continue
        assert value is None or isinstance(value, str)
