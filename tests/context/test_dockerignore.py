from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.context.dockerignore import parse_ignore_file, parse_ignore_lines
from lintimg.context.patterns import PatternError, compile_pattern

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "dockerignore.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row["lines"]))
def test_the_builders_answers(row: dict[str, Any]) -> None:
    rules = parse_ignore_file("\n".join(row["lines"]).encode())
    assert [pattern.text for pattern in rules.patterns] == row["patterns"]
    assert [path for path in row["excluded"] if rules.decide(path) is None] == []
    assert [path for path in row["kept"] if rules.decide(path) is not None] == []


def test_the_deciding_pattern_and_its_line_are_told() -> None:
    rules = parse_ignore_file(b"# caches\n\n**/node_modules\n*.log\n!keep.log\n")
    decided = rules.decide("a/node_modules/x/y.js")
    assert decided is not None
    assert (decided.text, decided.line) == ("**/node_modules", 3)
    assert rules.decide("keep.log") is None


def test_byte_order_mark_and_carriage_returns_are_no_part_of_patterns() -> None:
    rules = parse_ignore_file(b"\xef\xbb\xbf.git\r\n  dist/ \r\n")
    assert [pattern.text for pattern in rules.patterns] == [".git", "dist"]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("[a", "never closed"),
        ("a[]", "`]` stands"),
        ("[a-]", "`]` stands"),
        ("a\\", "backslash"),
        ("!", "without a pattern"),
        ("! /", "without a pattern"),
        ("[b-a]", "no range"),
        ("x\\1", "means nothing"),
        ("y" * 70_000, "64 KiB"),
    ],
)
def test_what_the_builder_refuses_is_told_and_the_rest_holds(line: str, part: str) -> None:
    rules = parse_ignore_lines(["dist", line])
    assert [problem.line for problem in rules.problems] == [2]
    assert part in rules.problems[0].message
    assert rules.decide("dist/x") is not None


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*a**/b*[c]**", "xa/y/bzc/w", True),
        ("*/*/*/*.py", "a/b/c/d.py", True),
        ("*/*/*/*.py", "a/b/c/d/e.py", False),
        ("**/a**b**/c*", "a/b/c", True),
        ("**/a**b**/c*", "a/b/d", False),
        ("a/*b*c*d/e", "a/xbxcxd/e", True),
        ("a/*b*c*d/e", "a/xb/cxd/e", False),
        ("**/*.egg-info/**", "x/y.egg-info/PKG-INFO", True),
        ("**/*.egg-info/**", "x/y.egg-info", False),
        ("[[:digit:]]x", "7x", True),
        ("\\d", "7", True),
        ("a.b", "axb", False),
        ("[.]git", ".git", True),
    ],
)
def test_patterns_with_few_and_many_wildcards(pattern: str, path: str, expected: bool) -> None:
    assert compile_pattern(pattern)(path) is expected


def test_many_wildcards_do_not_hang() -> None:
    matches = compile_pattern("**/a*" * 30 + "b")
    assert not matches("a/" * 2_000 + "c")
    assert not compile_pattern("*a" * 40 + "b")("a" * 4_000)


def test_a_negation_before_the_deciding_pattern_reopens_nothing() -> None:
    rules = parse_ignore_lines(["!keep/me", "*", "!src/**/*.py"])
    decided = rules.decide("keep")
    assert decided is not None
    assert not rules.may_reinclude("keep", decided)
    assert rules.may_reinclude("src", decided)
    assert rules.may_reinclude("src/deep", decided)


def _reference(pattern: str, path: str) -> bool:
    """Whether `path` matches, by trying everything: stars, `**/` and plain letters only."""
    if pattern.startswith("**/") and len(pattern) > 3:
        ends = [0, *(at + 1 for at, letter in enumerate(path) if letter == "/")]
        return any(_reference(pattern[3:], path[end:]) for end in ends)
    if not pattern:
        return not path
    if pattern[0] == "*":
        return any(
            _reference(pattern[1:], path[end:]) for end in range(len(path) + 1) if "/" not in path[:end]
        )
    return bool(path) and path[0] == pattern[0] and _reference(pattern[1:], path[1:])


_SEGMENT = st.sampled_from(["a", "b", "*", "*a", "a*b", "ab", "b*", "**"])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_SEGMENT, min_size=1, max_size=5).map(lambda parts: "/".join([*parts, "a"])),
    st.lists(st.sampled_from(["a", "b", "ab", "ba", "aab"]), min_size=1, max_size=5).map("/".join),
)
def test_as_a_matcher_that_tries_everything(pattern: str, path: str) -> None:
    assert compile_pattern(pattern)(path) is _reference(pattern, path)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab*?[]^!-\\/.#: \udc80{}()", max_size=12), st.text(alphabet="ab/.", max_size=8))
def test_any_text_is_a_pattern_or_a_problem(line: str, path: str) -> None:
    rules = parse_ignore_lines([line])
    rules.decide(path)
    with contextlib.suppress(PatternError):
        compile_pattern(line)(path)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_ignore_file(data: bytes) -> None:
    parse_ignore_file(data).decide("a/b")
