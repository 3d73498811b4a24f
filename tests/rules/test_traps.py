"""Dockerfiles that naive rules misjudge: each with everything that the Lambda rules say of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lintimg.cli.options import CheckOptions
from lintimg.cli.service import check
from lintimg.model.report import Report

_DATA = Path(__file__).parent / "data"
_RULES = frozenset(
    "LI000 LI001 LI002 LI101 LI102 LI103 LI104 LI201 LI202 LI203 LI204 LI301 LI302 LI303 "  # noqa: SIM905
    "LI401 LI402 LI403 LI404 LI405 LI406".split()
)
_OPTIONS = CheckOptions(
    paths=(".",),
    target=None,
    target_stage=None,
    build_arguments={},
    context=None,
    select=None,
    extend_select=(),
    ignore=(),
    fail_on=None,
    as_of=date(2026, 11, 23),
    stdin_filename=None,
    force_exclude=False,
    inline_ignores=True,
    config=None,
    use_config=True,
    exit_zero=False,
)


def _cases() -> list[Any]:
    loaded: list[Any] = []
    for path in sorted(_DATA.glob("*.yaml")):
        loaded += [pytest.param(case, id=case["name"]) for case in YAML(typ="safe").load(path)]
    return loaded


def report_on(case: dict[str, Any], folder: Path) -> Report:
    """The report on a case's files laid out in `folder`, as the command line makes it."""
    (folder / ".git").mkdir()
    text: str = case["dockerfile"]
    if case.get("ends") == "crlf":
        text = text.replace("\n", "\r\n")
    for path, content in {**case.get("files", {}), case.get("path", "Dockerfile"): text}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            with file.open("wb") as stream:
                stream.truncate(content["bytes"])
        else:
            file.write_bytes(content.encode())
    return check(_OPTIONS._replace(**case.get("options", {})), folder, None).report


def told(report: Report) -> list[str]:
    """Each finding as RULE@LINE and the first letter of its severity."""
    return sorted(
        f"{finding.rule}@{finding.location.region.start.line}{finding.severity[0]}"
        for finding in report.findings
        if finding.rule in _RULES
    )


@pytest.mark.parametrize("case", _cases())
def test_findings(case: dict[str, Any], tmp_path: Path) -> None:
    report = report_on(case, tmp_path)
    assert report.errors == ()
    assert [file.path for file in report.files] == [case.get("path", "Dockerfile")]
    assert told(report) == sorted(case["findings"].split())
    for key in ("kind", "runtime", "aws_base"):
        if key in case:
            assert getattr(report.files[0], key) == case[key]
