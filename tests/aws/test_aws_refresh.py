"""The maintainers' comparison with cfn-lint's table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lintimg.aws.refresh import Lifecycle, differences, main
from lintimg.aws.tables import table


def same_as_ours() -> dict[str, dict[str, str | None]]:
    return {
        row["runtime"]: {
            "deprecated": row["deprecation"],
            "create-block": row["block_create"],
            "update-block": row["block_update"],
            "successor": None,
        }
        for row in table("runtimes")["runtimes"]
        if "source" not in row
    }


def test_equal_tables_have_no_differences() -> None:
    assert list(differences(same_as_ours())) == []


def test_moved_date_new_and_dropped_runtime_are_told() -> None:
    lifecycle: dict[str, dict[str, str | None]] = same_as_ours()
    lifecycle["python3.12"] = {**lifecycle["python3.12"], "deprecated": "2029-01-01"}
    lifecycle["python3.16"] = {"deprecated": "2031-06-30"}
    del lifecycle["ruby3.4"]
    lines = "\n".join(differences(lifecycle))
    assert "python3.12: deprecated is 2028-10-31 here, 2029-01-01 there" in lines
    assert "python3.16: not in the table" in lines
    assert "ruby3.4: no longer listed there" in lines


def test_zip_only_runtimes_are_not_missed() -> None:
    lifecycle: Lifecycle = {**same_as_ours(), "nodejs8.10": {"deprecated": "2020-03-06"}}
    assert list(differences(lifecycle)) == []


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lifecycle.json"
    file.write_text(json.dumps(same_as_ours()))
    assert main([str(file)]) == 0
    file.write_text("{")
    assert main([str(file)]) == 2
    assert main([str(tmp_path / "missing.json")]) == 2
    file.write_text(json.dumps({"python9.9": {}}))
    assert main([str(file)]) == 1
    assert "python9.9" in capsys.readouterr().out
