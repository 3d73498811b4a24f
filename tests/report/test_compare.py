"""Reports put together, and what a change did."""

from __future__ import annotations

import json

from lintimg.model.finding import FileLocation, Finding, Problem
from lintimg.model.image import ImageReport
from lintimg.model.report import Estimate, FileReport, Report, SizeChange
from lintimg.report.compare import compare, merge
from lintimg.report.formats import render

from .sample import FULL, IMAGE, finding

_OLD = finding("RUN old", 4, 7, fingerprint="a" * 16)
_BOTH = finding("RUN both", 4, 8, line=5, fingerprint="b" * 16)
_NEW = finding("RUN new", 4, 7, line=6, fingerprint="c" * 16, severity="error")
_BEFORE = FULL._replace(findings=(_OLD, _BOTH), suppressed=(), errors=())
_AFTER = _BEFORE._replace(findings=(_BOTH, _NEW))


def _file(path: str, likely: int) -> FileReport:
    return FULL.files[0]._replace(path=path, estimate=Estimate(0, likely, likely, ()))


def _image(reference: str, size: int | None) -> ImageReport:
    return IMAGE._replace(reference=reference, size=IMAGE.size._replace(uncompressed=size))


def _at(path: str) -> Finding:
    place = _OLD.location
    assert isinstance(place, FileLocation)
    return _OLD._replace(location=place._replace(path=path))


def _sizes(before: Report, after: Report) -> tuple[SizeChange, ...]:
    since = compare(after, before).since
    assert since is not None
    return since.sizes


def test_what_is_new_fixed_and_as_before() -> None:
    since = compare(_AFTER, _BEFORE).since
    assert since is not None
    assert (since.new, since.unchanged, since.fixed) == (1, 1, (_OLD,))


def test_equal_fingerprints_in_two_files_are_two_findings() -> None:
    """So it is outside a repository."""
    other = _at("other/Dockerfile")
    report = compare(_BEFORE._replace(findings=(_OLD, other)), _BEFORE._replace(findings=(other,)))
    assert [finding.state for finding in report.findings] == ["new", "unchanged"]


def test_a_report_made_in_another_folder_is_compared() -> None:
    moved = _at("repository/app/Dockerfile")
    since = compare(_BEFORE._replace(findings=(moved, _BOTH)), _BEFORE).since
    assert since is not None
    assert (since.new, since.unchanged, since.fixed) == (0, 2, ())


def test_only_what_is_new() -> None:
    assert compare(_AFTER, _BEFORE, new_only=True).findings == (_NEW._replace(state="new"),)


def test_silenced_or_unread_is_not_fixed() -> None:
    silenced = _AFTER._replace(suppressed=(FULL.suppressed[0]._replace(finding=_OLD),))
    unread = _AFTER._replace(errors=(Problem("path", "cannot be read", path="app/Dockerfile"),))
    for report in (silenced, unread):
        since = compare(report, _BEFORE).since
        assert since is not None
        assert since.fixed == ()


def test_the_rules_of_what_is_fixed_are_known() -> None:
    bare = _AFTER._replace(rules={}, findings=())
    assert compare(bare, _BEFORE).rules == _BEFORE.rules


def test_dockerfiles_are_compared_by_path_and_images_by_name() -> None:
    before = FULL._replace(files=(_file("a", 10), _file("b", 5)), images=(_image("x/app:1", 7),))
    after = FULL._replace(
        files=(_file("a", 12), _file("c", 5)), images=(_image("x/app:2", 9), _image("other:2", 1))
    )
    assert _sizes(before, after) == (SizeChange("file", "a", 10, 12), SizeChange("image", "x/app:2", 7, 9))


def test_the_one_image_is_compared_with_the_one_before() -> None:
    before, after = (FULL._replace(files=(), images=(_image(f"{name}.tar", 1),)) for name in ("a", "b"))
    assert _sizes(before, after) == (SizeChange("image", "b.tar", 1, 1),)
    assert _sizes(before, after._replace(images=(_image("b.tar", None),))) == ()


def test_the_comment_leads_with_what_the_change_did() -> None:
    report = compare(
        _AFTER._replace(images=(_image("app:2", 500_000_000),)),
        _BEFORE._replace(images=(_image("app:1", 541_000_000),)),
    )
    lines = render("markdown", report, colour=False, width=80).splitlines()
    assert lines[1] == "### lintimg: 1 new finding, 1 fixed"
    assert lines[5] == "| `app:2` | 541 MB | 500 MB | **-41 MB** |"
    assert lines[7] == "<details><summary>1 finding fixed</summary>"
    text = "\n".join(lines)
    assert text.index("line 6:") < text.index("#### Found before") < text.index("line 5:")


def test_nothing_new_is_said() -> None:
    assert "### lintimg: nothing new\n" in render(
        "markdown", compare(_BEFORE, _BEFORE), colour=False, width=80
    )


def test_the_terminal_says_it() -> None:
    text = render("text", compare(_AFTER, _BEFORE), colour=False, width=100)
    assert "Since the earlier report: 1 new, 1 fixed, 1 as before." in text
    assert "  fixed: app/Dockerfile:4 LI402 pip install leaves" in text


def test_sarif_says_which_are_new() -> None:
    results = json.loads(render("sarif", compare(_AFTER, _BEFORE), colour=False, width=80))["runs"][0][
        "results"
    ]
    assert [result["baselineState"] for result in results] == ["unchanged", "new"]


def test_reports_are_joined_without_doubles() -> None:
    other = _AFTER._replace(files=(_file("z", 1),), images=(IMAGE,), exit_status=1)
    joined = merge((_BEFORE, other))
    assert [file.path for file in joined.files] == ["app/Dockerfile", "tool.Dockerfile", "z"]
    assert joined.findings == (_OLD, _BOTH, _NEW)
    assert joined.images == (IMAGE,)
    assert joined.exit_status == 2
    assert merge((_BEFORE, _BEFORE)).findings == _BEFORE.findings
