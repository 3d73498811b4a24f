"""The report for people: what it looks like, and that no input breaks the layout."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lintimg.model.finding import FileLocation, Finding, ImageLocation, LayerReference, Saving
from lintimg.report.formats import render
from lintimg.report.layout import display_width, excerpt, wrap

from .sample import FULL, finding, image_finding

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def _text(*findings: Finding, width: int = 80, colour: bool = False, summary: bool = True) -> str:
    report = FULL._replace(findings=findings, suppressed=(), errors=())
    return render("text", report, colour=colour, width=width, summary=summary)


def test_the_whole_layout() -> None:
    assert (
        render("text", FULL, colour=False, width=90)
        == """\
app/Dockerfile
  lambda (line 1: final stage is FROM public.ecr.aws/lambda/python:3.12); python3.12;
  about 812 MB unpacked

warning LI402  pip install leaves its cache in ~/.cache/pip.
   --> app/Dockerfile:4:5
   4 | RUN pip install -r requirements.txt
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     = do: Add --no-cache-dir.
     = fixable: Keep no cache (safe)
     = saves: about 41 MB (estimated)
     = see: line 3: the stage begins here

info LI402  pip install leaves its cache in ~/.cache/pip.
   --> app/Dockerfile:9:5
   9 | RUN pip install ü
     |     ^^^^^^^^^^^^^
     = do: Add --no-cache-dir.

could not finish  missing: no such file or folder
could not finish  app/Dockerfile: rule LI999 crashed

2 files checked: 1 warning, 1 info; 1 silenced.
2 problems kept lintimg from doing all of its work.
--fix mends 1 of them.
lintimg explain LI402 tells more about LI402.
"""
    )


def test_concise() -> None:
    assert render("concise", FULL, colour=True, width=20) == (
        "app/Dockerfile:4:5: LI402 warning pip install leaves its cache in ~/.cache/pip. [fixable]\n"
        "app/Dockerfile:9:5: LI402 info pip install leaves its cache in ~/.cache/pip.\n"
        "missing: could not finish: no such file or folder\n"
        "app/Dockerfile: could not finish: rule LI999 crashed\n"
    )


def test_colours_change_nothing_else() -> None:
    plain, coloured = (render("text", FULL, colour=colour, width=100) for colour in (False, True))
    assert _COLOUR.sub("", coloured) == plain
    assert "\033[1;33mwarning LI402\033[0m" in coloured


def test_without_a_summary() -> None:
    assert _text(summary=False) == ""
    assert _text() == "2 files checked: nothing found.\n"


def test_a_fix_that_is_the_help_is_said_once() -> None:
    fix = FULL.findings[0].fix
    assert fix is not None
    shown = _text(finding("RUN x", 4, 5, help="Keep no cache.", fix=fix._replace(applicability="unsafe")))
    assert "= do: Keep no cache (fixable, unsafe: look it over)\n" in shown


@pytest.mark.parametrize(
    ("line", "start", "end", "shown", "mark"),
    [
        ("RUN pip", 4, 7, "RUN pip", "    ^^^"),
        ("RUN pip", 7, 7, "RUN pip", "       ^"),
        ("\tRUN\tpip", 5, 8, "    RUN pip", "        ^^^"),
        ("日本 pip", 3, 6, "日本 pip", "     ^^^"),
        ("a\u0301 pip", 3, 6, "a\u0301 pip", "  ^^^"),
        ("\x1b[31m pip", 6, 9, "\\x1b[31m pip", "         ^^^"),
        ("\udcff\u202e pip", 3, 6, "\\xff\\u202e pip", "           ^^^"),
        ("", 0, 0, "", "^"),
    ],
)
def test_the_token_is_underlined(line: str, start: int, end: int, shown: str, mark: str) -> None:
    rows = _text(finding(line, start, end)).splitlines()
    at = next(number for number, row in enumerate(rows) if row.startswith("   4 |"))
    assert rows[at] == f"   4 | {shown}".rstrip()
    assert rows[at + 1] == f"     | {mark}"


def test_long_lines_are_cut_around_the_token() -> None:
    line = "x" * 5_000 + "TOKEN" + "y" * 5_000
    rows = _text(finding(line, 5_000, 5_005)).splitlines()
    at = next(number for number, row in enumerate(rows) if row.startswith("   4 |"))
    assert max(map(len, rows)) <= 80
    start = rows[at + 1].index("^")
    assert rows[at][start : start + 5] == "TOKEN"
    assert rows[at + 1].count("^") == 5
    assert rows[at].count("…") == 2


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (136_000, "136 kB"),
        (41_000_000, "41 MB"),
        (3_140_000_000, "3.1 GB"),
    ],
)
def test_savings_have_a_fitting_unit(count: int, shown: str) -> None:
    assert f"= saves: about {shown} (measured)\n" in _text(
        finding("x", 0, 1, saving=Saving(count, "measured"))
    )


def test_a_wild_guess_is_not_shown() -> None:
    assert "812 MB" in _text(finding("x", 0, 1))
    file = FULL.files[0]
    assert file.estimate is not None
    wild = file._replace(estimate=file.estimate._replace(high=2_000_000_000))
    shown = render("text", FULL._replace(files=(wild,)), colour=False, width=80)
    assert "unpacked" not in shown


def test_a_token_of_several_lines_is_underlined_to_the_end_of_its_first() -> None:
    found = finding("RUN a \\", 4, 7)
    place = found.location.region
    found = found._replace(
        location=FileLocation(
            "app/Dockerfile",
            None,
            place._replace(end=place.end._replace(line=6, column=3)),
            found.location.excerpt,
        )
    )
    assert "   4 | RUN a \\\n     |     ^^^\n" in _text(found)


def test_a_finding_in_another_file_names_it() -> None:
    found = finding("node_modules", 0, 12)
    location = found.location
    found = found._replace(
        location=FileLocation("app/.dockerignore", None, location.region, location.excerpt)
    )
    assert "--> app/.dockerignore:4:1\n" in _text(found)
    assert _text(found).startswith("app/Dockerfile")


@settings(max_examples=150, deadline=None)
@given(
    line=st.text(st.characters(blacklist_characters="\n"), max_size=120),
    cut=st.tuples(st.integers(0, 120), st.integers(0, 120)),
    width=st.integers(1, 90),
)
@example(line="日" * 100, cut=(99, 100), width=20)
@example(line="\t" * 50, cut=(49, 50), width=30)
def test_excerpts_fit_and_mark_something(line: str, cut: tuple[int, int], width: int) -> None:
    start, end = sorted(min(at, len(line)) for at in cut)
    shown = excerpt(line, start, end, max(width, 20))
    assert display_width(shown.text) <= max(width, 20)
    assert 0 <= shown.start <= shown.end <= display_width(shown.text)
    assert shown.text.isprintable()


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=200), width=st.integers(8, 60))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(display_width(line) <= width for line in lines)
    assert any(east_asian_width(character) in "WF" for character in text) or all(
        len(line) >= display_width(line) for line in lines
    )


def test_a_hostile_report_stays_on_its_lines() -> None:
    evil = "\x1b]0;x\x07\r\n\u2028\u202e\udc80"
    report = FULL._replace(
        files=(FULL.files[0]._replace(path=evil, evidence=(evil,), final_base=evil, runtime=evil),),
        findings=(finding(evil, 1, 3, message=evil * 40, help=evil, dockerfile=evil),),
        errors=(FULL.errors[0]._replace(path=evil, message=evil),),
    )
    for name in ("text", "concise"):
        shown = render(name, report, colour=False, width=60)
        assert all(character.isprintable() or character == "\n" for character in shown)


def test_a_finding_in_an_image_names_layer_and_path() -> None:
    found = image_finding(ImageLocation("app:latest", LayerReference(3, None), "/opt/a"))
    assert "   --> app:latest/opt/a, layer 3\n" in _text(found)
    assert render("concise", FULL._replace(findings=(found,), errors=()), colour=False, width=80).startswith(
        "app:latest:/opt/a: LI402 warning"
    )
