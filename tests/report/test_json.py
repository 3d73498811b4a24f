"""The JSON report is a contract: schema 1.0 does not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lintimg.cli.schema import schema_text
from lintimg.model.finding import DockerfileLine, ImageLocation, LayerReference
from lintimg.model.report import Report
from lintimg.report.compare import compare, merge
from lintimg.report.formats import FORMATS, render

from .pictured import PAGE
from .sample import FULL, IMAGE, finding, image_finding

_GOLDEN = Path(__file__).parent / "golden" / "report-1.0.json"
_SCHEMA: dict[str, Any] = json.loads(schema_text("report"))

_IMAGE_REPORT = FULL._replace(
    images=(IMAGE,),
    findings=(
        image_finding(
            ImageLocation(
                "app:latest", LayerReference(0, "sha256:0"), "/a", DockerfileLine("Dockerfile", 4, 6)
            )
        ),
        image_finding(ImageLocation("app:latest")),
    ),
)


def _written() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(render("json", FULL, colour=False, width=80))
    return report


def test_the_golden_report() -> None:
    assert render("json-v1", FULL, colour=True, width=40) == _GOLDEN.read_text("utf-8")


def test_the_golden_report_is_valid() -> None:
    jsonschema.validate(_written(), _SCHEMA)


@pytest.mark.parametrize(
    "report", [PAGE, compare(PAGE, FULL), compare(FULL, PAGE, new_only=True), merge((FULL, PAGE))]
)
def test_reports_of_every_origin_are_valid(report: Report) -> None:
    jsonschema.validate(json.loads(render("json", report, colour=False, width=80)), _SCHEMA)


def test_json_is_json_v1() -> None:
    assert FORMATS["json"] == FORMATS["json-v1"]


def _objects(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every key of every object that the schema knows."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if path[-1:] not in (("rules",), ("details",), ("equivalents",), ("when",), ("labels",)):
                found.append((*path, key))
            found += _objects(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += _objects(item, (*path, number))
    return found


@pytest.mark.parametrize("path", _objects(_written()), ids=str)
def test_no_key_may_be_missing(path: tuple[str | int, ...]) -> None:
    report = _written()
    holder: Any = report
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, _SCHEMA)


def test_new_keys_may_come() -> None:
    report = _written()
    report["new"] = report["findings"][0]["new"] = report["files"][0]["new"] = {"a": 1}
    jsonschema.validate(report, _SCHEMA)


def _image_report() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(render("json", _IMAGE_REPORT, colour=False, width=80))
    return report


def test_images_and_findings_in_them_have_their_shape() -> None:
    report = _image_report()
    jsonschema.validate(report, _SCHEMA)
    assert report["summary"]["images"] == 1
    assert report["images"][0]["layers"][0]["index"] == 0
    assert list(report["images"][0]["config"]["labels"]) == ["a", "b"]
    assert [found["location"] for found in report["findings"]] == [
        {
            "kind": "image",
            "image": "app:latest",
            "layer": {"index": 0, "digest": "sha256:0"},
            "layer_path": "/a",
            "dockerfile_line": {"path": "Dockerfile", "line": 4, "end_line": 6, "stage": None},
        },
        {
            "kind": "image",
            "image": "app:latest",
            "layer": None,
            "layer_path": None,
            "dockerfile_line": None,
        },
    ]


@pytest.mark.parametrize("path", _objects(_image_report()["images"], ("images",)), ids=str)
def test_no_key_of_an_image_may_be_missing(path: tuple[str | int, ...]) -> None:
    report = _image_report()
    holder: Any = report
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, _SCHEMA)


def test_undecodable_bytes_become_replacement_characters() -> None:
    report = FULL._replace(findings=(finding("RUN \udcff\x1b\0", 4, 5, message="\udcff and 日本"),))
    text = render("json", report, colour=False, width=80)
    written = json.loads(text)["findings"][0]
    assert written["message"] == "\ufffd and 日本"
    assert written["location"]["excerpt"] == [{"line": 4, "text": "RUN \ufffd\x1b\0"}]
    assert "\x1b" not in text
