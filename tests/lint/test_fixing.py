"""Rounds of fixes over texts, with checks that look for words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lintimg.lint.engine import FileResult
from lintimg.lint.fixing import Fixed, Fixer
from lintimg.model.finding import Edit, FileLocation, Finding, Fix
from lintimg.model.report import FileReport
from lintimg.model.span import Span
from lintimg.text import SourceText

_REPORT = FileReport("Dockerfile", "generic", (), None, None, None, None, (), None, None)
Look = Callable[[SourceText], list[Finding]]


def _finding(source: SourceText, rule: str, start: int, end: int, text: str | None, *more: Edit) -> Finding:
    """`rule` finds start to end; `text` is what its fix writes there."""
    region = source.region(Span(start, end))
    fix = None if text is None else Fix("", "safe", (Edit(source.path, region, text), *more))
    place = FileLocation(source.path, None, region, ())
    return Finding(rule, "warning", "", "", f"{rule}-{source.slice(Span(start, end))}", place, None, fix=fix)


def _words(table: Mapping[str, tuple[str, str | None]]) -> Look:
    """Finds each word of `table` with its rule and what to write instead."""

    def look(source: SourceText) -> list[Finding]:
        found = []
        for word, (rule, text) in table.items():
            at = source.text.find(word)
            while at >= 0:
                found.append(_finding(source, rule, at, at + len(word), text))
                at = source.text.find(word, at + 1)
        return found

    return look


def _fix(
    look: Look,
    data: bytes,
    others: Mapping[str, bytes] = {},
    wanted: Callable[[Finding], bool] = lambda _: True,
) -> Fixed:
    files = {"Dockerfile": data, **others}

    def check(texts: Mapping[str, bytes]) -> FileResult:
        source = SourceText("Dockerfile", texts.get("Dockerfile", data))
        return FileResult(_REPORT, tuple(look(source)), (), ())

    return Fixer(check, files.get, wanted).fix(check({}))


def _text(fixed: Fixed) -> bytes:
    return fixed.texts["Dockerfile"]


def test_every_fix_of_a_round_is_applied_and_nothing_else_changes() -> None:
    data = "\ufeffa bad\r\n\tbad \u00e9 bad".encode() + b"\xff\x00\n"
    fixed = _fix(_words({"bad": ("R1", "good")}), data)
    assert _text(fixed) == data.replace(b"bad", b"good")
    assert [finding.rule for finding in fixed.applied] == ["R1"] * 3
    assert fixed.result.findings == ()
    assert fixed.problems == ()


def test_of_two_that_overlap_the_first_goes_first() -> None:
    fixed = _fix(_words({"abc": ("R1", "x"), "cd": ("R2", "y")}), b"abcd")
    assert (_text(fixed), len(fixed.applied)) == (b"xd", 1)
    fixed = _fix(_words({"abc": ("R1", "xc"), "cd": ("R2", "y")}), b"abcd")
    assert (_text(fixed), len(fixed.applied)) == (b"xy", 2)


def test_what_is_not_wanted_stays() -> None:
    look = _words({"a": ("R1", "x"), "b": ("R2", "y")})
    assert _text(_fix(look, b"ab", wanted=lambda finding: finding.rule == "R2")) == b"ay"
    nothing = _fix(look, b"ab", wanted=lambda _: False)
    assert (nothing.texts, nothing.applied, len(nothing.result.findings)) == ({}, (), 2)


def test_a_fix_that_brings_a_finding_is_taken_back_and_the_others_stay() -> None:
    fixed = _fix(_words({"a": ("R1", "!"), "!": ("R2", None), "b": ("R3", "y")}), b"a b")
    assert _text(fixed) == b"a y"
    assert [finding.rule for finding in fixed.applied] == ["R3"]
    [problem] = fixed.problems
    assert (problem.kind, problem.rule, problem.line) == ("fix", "R1", 1)
    assert problem.message == "the fix of R1 was taken back: it would bring R2; please report it"


def test_a_fix_that_breaks_the_file_is_taken_back() -> None:
    [problem] = _fix(_words({"a": ("R1", "!"), "!": ("LI000", None)}), b"a").problems
    assert "would not parse any more" in problem.message


def test_what_the_next_round_mends_is_no_harm() -> None:
    fixed = _fix(_words({"a": ("R1", "b"), "b": ("R2", "c")}), b"a")
    assert (_text(fixed), fixed.problems) == (b"c", ())


def test_what_an_error_hid_is_no_harm() -> None:
    def look(source: SourceText) -> list[Finding]:
        if source.text == "a":
            return [_finding(source, "R1", 0, 1, "b")._replace(severity="error")]
        return [_finding(source, "R2", 0, 1, None)]

    fixed = _fix(look, b"a")
    assert (_text(fixed), fixed.problems) == (b"b", ())


def test_a_file_that_does_not_parse_is_left_alone() -> None:
    assert _fix(_words({"a": ("R1", "x"), "!": ("LI000", None)}), b"a!").texts == {}


def test_a_fix_without_end_is_not_applied_at_all() -> None:
    fixed = _fix(_words({"a": ("R1", "aa"), "b": ("R2", "c")}), b"ab")
    assert _text(fixed) == b"ac"
    assert [problem.rule for problem in fixed.problems] == ["R1"]


def test_a_fix_of_several_files_is_applied_to_all_or_none() -> None:
    def look(source: SourceText) -> list[Finding]:
        at = source.text.find("a")
        new = Edit("new", None, "made\n")
        if at < 0:
            return []
        return [_finding(source, "R1", at, at + 1, "x", new)]

    fixed = _fix(look, b"a")
    assert fixed.texts == {"Dockerfile": b"x", "new": b"made\n"}
    refused = _fix(look, b"a", {"new": b"is there"})
    assert refused.texts == {}


def test_an_edit_that_fits_no_place_is_left_out() -> None:
    def look(source: SourceText) -> list[Finding]:
        elsewhere = SourceText("Dockerfile", b"much longer\nthan\nthat")
        return [_finding(elsewhere, "R1", 15, 17, "x")]

    assert _fix(look, b"a\n").texts == {}
