"""The JSON report is a contract: schema 1.0 does not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lintimg.cli.schema import schema_text
from lintimg.report.formats import FORMATS, render

from .sample import FULL, finding

_GOLDEN = Path(__file__).parent / "golden" / "report-1.0.json"
_SCHEMA: dict[str, Any] = json.loads(schema_text("report"))

_IMAGE: dict[str, Any] = {
    "reference": "app:latest",
    "source": "engine",
    "manifest_digest": None,
    "os": "linux",
    "architecture": "amd64",
    "verdict": {"lambda_accepts": True, "reasons": []},
    "config": {"entrypoint": [], "cmd": [], "working_dir": "", "env": [], "user": "", "labels": {}},
    "size": {
        "uncompressed": 5,
        "compressed": None,
        "compressed_basis": None,
        "limit": 10_737_418_240,
        "share_of_limit": 0.0,
        "effective": 4,
        "wasted": 1,
    },
    "layers": [
        {
            "index": 0,
            "diff_id": "sha256:0",
            "digest": None,
            "media_type": None,
            "bytes": 5,
            "compressed_bytes": None,
            "files": 1,
            "command": "COPY",
            "from_base": True,
            "wasted_bytes": 1,
            "dockerfile_line": {"path": "Dockerfile", "line": 4, "end_line": 6, "stage": None},
        }
    ],
    "contents": [
        {"category": "python packages", "bytes": 4, "items": [{"name": "torch", "version": None, "bytes": 4}]}
    ],
    "waste": [
        {
            "kind": "deleted",
            "rule": "LI801",
            "paths": ["/a"],
            "files": 1,
            "bytes": 1,
            "layer": 0,
            "killed_by_layer": 1,
            "counted_in_wasted": True,
        }
    ],
    "suggestions": [
        {
            "title": "x",
            "saving": {"bytes": 1, "basis": "measured"},
            "rules": ["LI402"],
            "dockerfile_line": None,
            "fix": None,
        }
    ],
    "zip": None,
}


def _written() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(render("json", FULL, colour=False, width=80))
    return report


def test_the_golden_report() -> None:
    assert render("json-v1", FULL, colour=True, width=40) == _GOLDEN.read_text("utf-8")


def test_the_golden_report_is_valid() -> None:
    jsonschema.validate(_written(), _SCHEMA)


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


def test_images_have_their_shape() -> None:
    report = _written()
    report["images"] = [_IMAGE]
    found = report["findings"][0]
    found["location"] = {
        "kind": "image",
        "image": "app:latest",
        "layer": {"index": 0, "digest": None},
        "layer_path": "/a",
        "dockerfile_line": None,
    }
    found["dockerfile"] = None
    jsonschema.validate(report, _SCHEMA)
    for path in _objects(_IMAGE, ("images", 0)):
        broken = json.loads(json.dumps(report))
        holder: Any = broken
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
        if path[-2:] != ("dockerfile_line", "stage"):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(broken, _SCHEMA)


def test_undecodable_bytes_become_replacement_characters() -> None:
    report = FULL._replace(findings=(finding("RUN \udcff\x1b\0", 4, 5, message="\udcff and 日本"),))
    text = render("json", report, colour=False, width=80)
    written = json.loads(text)["findings"][0]
    assert written["message"] == "\ufffd and 日本"
    assert written["location"]["excerpt"] == [{"line": 4, "text": "RUN \ufffd\x1b\0"}]
    assert "\x1b" not in text
