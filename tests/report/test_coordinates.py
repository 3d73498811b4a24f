"""Each format counts lines and columns in its own way: one token after letters of all widths, in all of them."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lintimg.model.finding import DockerfileLine, Edit, FileLocation, Finding, Fix, ImageLocation, SourceLine
from lintimg.model.span import Region
from lintimg.report.formats import render

from .sample import FULL, finding, image_finding, region

_LINE = "RUN é日😀 pip"
"""Before `pip` there are 8 code points, 14 UTF-8 bytes and 9 UTF-16 units."""
_TOKEN = finding(_LINE, 8, 11)


def _written(name: str, found: Finding) -> Any:
    text = render(name, FULL._replace(findings=(found,), suppressed=(), errors=()), colour=False, width=80)
    return text if name in {"github", "concise", "junit", "checkstyle"} else json.loads(text)


def _sarif(found: Finding) -> dict[str, Any]:
    result: dict[str, Any] = _written("sarif", found)["runs"][0]["results"][0]
    return result


def test_json_and_sarif_count_code_points() -> None:
    expected = {"start": {"line": 4, "column": 9}, "end": {"line": 4, "column": 12}}
    assert _written("json", _TOKEN)["findings"][0]["location"]["span"] == expected
    run = _written("sarif", _TOKEN)["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 4,
        "startColumn": 9,
        "endLine": 4,
        "endColumn": 12,
    }


def test_reviewdog_counts_bytes() -> None:
    place = _written("rdjson", _TOKEN)["diagnostics"][0]["location"]["range"]
    assert place == {"start": {"line": 4, "column": 15}, "end": {"line": 4, "column": 18}}


def test_sonarqube_counts_utf_16_from_zero() -> None:
    place = _written("sonarqube", _TOKEN)["issues"][0]["primaryLocation"]["textRange"]
    assert place == {"startLine": 4, "startColumn": 9, "endLine": 4, "endColumn": 12}
    tabbed = _written("sonarqube", finding("\tpip", 1, 4))["issues"][0]["primaryLocation"]["textRange"]
    assert tabbed == {"startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 4}


def test_gitlab_has_lines_only() -> None:
    assert _written("gitlab", _TOKEN)[0]["location"]["lines"] == {"begin": 4, "end": 4}


def test_github_has_columns_on_one_line_only() -> None:
    assert "line=4,endLine=4,col=9,endColumn=12," in _written("github", _TOKEN)
    assert "line=4,endLine=5,title=" in _written("github", _over(region(4, 2, 5, 3)))


def test_checkstyle_and_junit_have_the_start() -> None:
    error = ET.fromstring(_written("checkstyle", _TOKEN)).find("file/error")
    case = next(case for case in ET.fromstring(_written("junit", _TOKEN)).iter("testcase") if len(case))
    assert error is not None
    assert [error.get("line"), error.get("column")] == ["4", "9"]
    assert [case.get("line"), case.get("column")] == ["4", "9"]


def _over(place: Region, *lines: str) -> Finding:
    excerpt = tuple(SourceLine(number, text) for number, text in enumerate(lines, 4))
    return _TOKEN._replace(location=FileLocation("Dockerfile", None, place, excerpt))


def test_a_finding_on_whole_lines() -> None:
    """It ends where the next line begins, which may not be there."""
    found = _over(region(4, 1, 6, 1), "RUN a \\", "    b")
    assert _sarif(found)["locations"][0]["physicalLocation"]["region"] == {"startLine": 4, "endLine": 5}
    assert _written("rdjson", found)["diagnostics"][0]["location"]["range"] == {
        "start": {"line": 4},
        "end": {"line": 5},
    }
    assert _written("gitlab", found)[0]["location"]["lines"] == {"begin": 4, "end": 5}
    assert _written("sonarqube", found)["issues"][0]["primaryLocation"]["textRange"] == {
        "startLine": 4,
        "endLine": 5,
    }
    assert "line=4,endLine=5,title=" in _written("github", found)


def test_an_empty_range() -> None:
    found = finding("RUN", 3, 3)
    assert _written("sonarqube", found)["issues"][0]["primaryLocation"]["textRange"] == {
        "startLine": 4,
        "endLine": 4,
    }
    place = _written("rdjson", found)["diagnostics"][0]["location"]["range"]
    assert place["start"] == place["end"] == {"line": 4, "column": 4}


def test_where_the_source_line_is_not_known() -> None:
    found = _over(region(4, 3, 4, 5))
    assert _written("rdjson", found)["diagnostics"][0]["location"]["range"] == {
        "start": {"line": 4},
        "end": {"line": 4},
    }


def test_a_finding_in_an_image_stands_at_the_instruction() -> None:
    found = image_finding(ImageLocation("app:1", dockerfile_line=DockerfileLine("api/Dockerfile", 4, 6)))
    place = _sarif(found)["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "api/Dockerfile"
    assert place["region"] == {"startLine": 4, "endLine": 6}
    assert "file=api/Dockerfile,line=4,endLine=6,title=" in _written("github", found)
    assert _written("gitlab", found)[0]["location"] == {
        "path": "api/Dockerfile",
        "lines": {"begin": 4, "end": 6},
    }


def _fix(*edits: tuple[Region | None, str], path: str = "app/Dockerfile") -> Fix:
    return Fix("Mend", "safe", tuple(Edit(path, place, text) for place, text in edits))


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([(region(4, 12, 4, 12), " x")], ((4, 18, 4, 18), " x")),
        ([(region(4, 5, 4, 8), "")], ((4, 5, 4, 14), "")),
        ([(region(4, 5, 4, 6), "e"), (region(4, 9, 4, 12), "uv")], ((4, 5, 4, 18), "e日😀 uv")),
        ([(region(4, 1, 5, 1), "")], ((4, 1, 5, 1), "")),
    ],
    ids=["insertion", "deletion", "two edits are one suggestion", "a whole line"],
)
def test_suggestions(edits: list[tuple[Region, str]], expected: tuple[tuple[int, ...], str]) -> None:
    found = _written("rdjson", _TOKEN._replace(fix=_fix(*edits)))["diagnostics"][0]["suggestions"]
    place, text = expected
    assert found == [
        {
            "range": {
                "start": {"line": place[0], "column": place[1]},
                "end": {"line": place[2], "column": place[3]},
            },
            "text": text,
        }
    ]


@pytest.mark.parametrize(
    "fix",
    [
        _fix((None, "x")),
        _fix((region(4, 1, 4, 2), "x"), path="elsewhere"),
        _fix((region(2, 1, 2, 2), "x"), (region(4, 1, 4, 2), "y")),
        _fix(),
    ],
    ids=["a new file", "another file", "a line that is not known", "nothing"],
)
def test_no_suggestion(fix: Fix) -> None:
    assert "suggestions" not in _written("rdjson", _TOKEN._replace(fix=fix))["diagnostics"][0]


def test_fixes_in_sarif() -> None:
    fix = _fix((region(4, 9, 4, 12), "uv"))
    assert _sarif(_TOKEN._replace(fix=fix))["fixes"] == [
        {
            "description": {"text": "Mend"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "app/Dockerfile", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {
                                "startLine": 4,
                                "startColumn": 9,
                                "endLine": 4,
                                "endColumn": 12,
                            },
                            "insertedContent": {"text": "uv"},
                        }
                    ],
                }
            ],
        }
    ]
    assert "fixes" not in _sarif(_TOKEN._replace(fix=_fix((None, "new file"))))
