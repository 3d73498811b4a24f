"""What lintimg prints and reads is what its JSON Schemas say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from lintimg.cli.schema import SCHEMAS, schema_text

_ROOT = Path(__file__).parents[2]
_RULES = sorted((_ROOT / "rules").glob("*.yaml"))
_FIXTURES = sorted((_ROOT / "fixtures").rglob("Dockerfile"))


def _schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(schema_text(name))
    return loaded


def _lintimg(*arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "lintimg", *arguments], input=data, capture_output=True, cwd=_ROOT, check=False
    ).stdout


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema(name))


def test_reports_of_all_fixtures_are_valid() -> None:
    report = json.loads(_lintimg("check", "--format", "json", "fixtures"))
    jsonschema.validate(report, _schema("report"))
    assert len(report["files"]) == len(_FIXTURES)
    assert report["summary"]["findings"] == len(report["findings"])


@pytest.mark.parametrize(
    "text", [b"", b"FROM\n", b"\xff\xfe\0", b"{% if x %}\nFROM a\n", b"FROM a\nRUN <<E\n", b"# x\n"]
)
def test_reports_of_broken_input_are_valid(text: bytes) -> None:
    jsonschema.validate(json.loads(_lintimg("check", "--format", "json", "-", data=text)), _schema("report"))


def test_asts_are_valid() -> None:
    for line in _lintimg("ast", "--format", "jsonl", *map(str, _FIXTURES)).splitlines():
        jsonschema.validate(json.loads(line), _schema("ast"))


@pytest.mark.parametrize("path", _RULES, ids=[path.stem for path in _RULES])
def test_rule_files_are_valid(path: Path) -> None:
    jsonschema.validate(YAML(typ="safe", pure=True).load(path), _schema("rule"))
