"""The pull-request comment: what it says, how long it may be, and that text in it stays text."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from lintimg.model.finding import (
    DockerfileLine,
    Edit,
    FileLocation,
    Finding,
    Fix,
    ImageLocation,
    LayerReference,
    SourceLine,
)
from lintimg.model.image import Waste
from lintimg.model.report import Report
from lintimg.report.formats import render

from .sample import FULL, IMAGE, finding, image_finding, region

_EVIL = (
    "`</code></details><img src=x onerror=alert(1)> @octocat #1 GH-2 [x](http://evil) ![y](z) | a\n\n/close\n"
    "```\n**bold** _x_ ~~s~~ :tada: www.evil.com http://evil.com $(cmd) &lt; <!-- \\` \x1b[31m\u202e\udcff $x^2$"
)


def _comment(report: Report) -> str:
    return render("markdown", report, colour=False, width=80)


def _evil() -> Finding:
    place = FileLocation(_EVIL, _EVIL, region(4, 3, 4, 6), (SourceLine(4, _EVIL),))
    fix = Fix(_EVIL, "safe", (Edit(_EVIL, region(4, 3, 4, 6), _EVIL), Edit(_EVIL, None, _EVIL)))
    return finding("", 0, 0)._replace(message=_EVIL, help=_EVIL, location=place, dockerfile=_EVIL, fix=fix)


def test_the_marker_is_first_and_the_verdict_second() -> None:
    lines = _comment(FULL).splitlines()
    assert lines[0] == "<!-- lintimg:v1 -->"
    assert lines[1] == "### lintimg: 1 warning, 1 info in 2 Dockerfiles"


def test_a_file_has_its_findings_and_its_size() -> None:
    text = _comment(FULL)
    assert "| `app/Dockerfile` | 1 warning, 1 info | about 812 MB | 8% |" in text
    assert "| `tool.Dockerfile` | nothing |  |  |" in text


def test_a_finding_says_what_to_do_and_shows_the_change() -> None:
    fixed = finding(
        "RUN pip install x",
        4,
        17,
        fix=Fix("Keep no cache", "safe", (Edit("app/Dockerfile", region(4, 16, 4, 16), " --no-cache-dir"),)),
    )
    text = _comment(FULL._replace(findings=(fixed,)))
    assert "**warning LI402** line 4: pip install leaves its cache in `~/.cache/pip`." in text
    assert "Do: Add `--no-cache-dir`." in text
    assert "Keep no cache:\n\n```diff\n-RUN pip install x\n+RUN pip install --no-cache-dir x\n```" in text


def test_what_takes_a_whole_line_away_shows_that_line() -> None:
    place = FileLocation("app/Dockerfile", None, region(4, 1, 4, 4), (SourceLine(4, "USER root"),))
    fix = Fix("Remove it", "safe", (Edit("app/Dockerfile", region(4, 1, 5, 1), ""),))
    text = _comment(FULL._replace(findings=(finding("", 0, 0, location=place, fix=fix),)))
    assert "```diff\n-USER root\n```" in text


def test_nothing_found_is_one_line_and_the_table() -> None:
    text = _comment(FULL._replace(findings=(), suppressed=(), errors=()))
    assert "### lintimg: nothing found in 2 Dockerfiles" in text
    assert "<details" not in text


def test_errors_are_told() -> None:
    assert "- could not finish: `missing`: no such file or folder" in _comment(FULL)


def test_it_fits_into_a_comment_and_keeps_the_worst() -> None:
    many = tuple(finding("RUN x" * 50, 4, 9, line=line, message="m" * 5000) for line in range(1, 400))
    worst = finding("RUN worst", 4, 9, line=999, severity="error")
    text = _comment(FULL._replace(findings=(*many, worst)))
    assert 50_000 < len(text) < 60_000
    assert "**error LI402** line 999" in text
    shown = text.count("**warning LI402**")
    assert f"{399 - shown} findings more than fit here" in text


def test_thousands_of_files_and_errors_fit() -> None:
    files = tuple(FULL.files[0]._replace(path=f"{number}/{'x' * 900}/Dockerfile") for number in range(2000))
    errors = tuple(FULL.errors[0]._replace(path="p" * 5000) for _ in range(500))
    images = (IMAGE._replace(reference="i" * 5000, layers=IMAGE.layers * 500),) * 40
    text = _comment(FULL._replace(files=files, errors=errors, images=images))
    assert len(text) < 60_000


@pytest.mark.parametrize("kind", ["file", "image"])
def test_text_stays_text(kind: str) -> None:
    """As a renderer of GitHub's dialect reads it: no link, no picture, no emphasis, no raw HTML but ours."""
    found = _evil()
    if kind == "image":
        place = ImageLocation(_EVIL, LayerReference(1, None), _EVIL, DockerfileLine(_EVIL, 1, 2))
        found = image_finding(place)._replace(message=_EVIL, help=_EVIL)
    image = IMAGE._replace(
        reference=_EVIL,
        layers=(IMAGE.layers[0]._replace(command=_EVIL),),
        contents=(IMAGE.contents[0]._replace(category=_EVIL),),
        waste=(Waste(_EVIL, None, (_EVIL, _EVIL), 2, 1, 0, 1, True),),
        suggestions=(IMAGE.suggestions[0]._replace(title=_EVIL),),
        verdict=IMAGE.verdict._replace(reasons=(_EVIL,)),
    )
    report = FULL._replace(
        findings=(found, found._replace(fix=None)),
        files=(FULL.files[0]._replace(path=_EVIL),),
        images=(image,),
        errors=(FULL.errors[0]._replace(path=_EVIL, message=_EVIL),),
    )
    text = _comment(report)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\udcff]", text)
    tags, prose = [], []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        if token.type == "html_block":
            tags += re.sub(r"<code>.*?</code>", "", token.content).split("\n")
        for child in token.children or ():
            assert child.type in {"text", "code_inline", "strong_open", "strong_close", "softbreak"}, child
            if child.type == "text":
                prose.append(child.content)
    assert {tag for tag in tags if tag} <= {
        "<!-- lintimg:v1 -->",
        "</details>",
        *(tag for tag in tags if re.match(r"<details( open)?><summary>[\w :,]+</summary>\Z", tag)),
    }
    shown = " ".join(prose)
    assert not re.search(r"[@#<>\[\]`$|*~_]|://|www\.|:tada:|GH-", shown), shown
    assert not re.search(r"^/", text, re.MULTILINE)
    assert all(row.count("</table>") == 0 for row in tags)


def test_an_image_has_its_sizes_layers_and_remedies() -> None:
    text = _comment(FULL._replace(files=(), findings=(), suppressed=(), errors=(), images=(IMAGE,)))
    assert "### lintimg: 1 image read" in text
    assert "| `app:latest` | 5 bytes | 0.0% | 1 byte | yes |" in text
    assert "1. x (`Dockerfile` line 4): saves **1 byte**" in text
    assert "| 0 | 5 bytes | 1 byte | 4 | `COPY` |" in text
    assert "- 1 byte: 1 file of layer 0 deleted by layer 1: `/a`" in text
