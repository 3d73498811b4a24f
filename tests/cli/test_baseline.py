"""`check --baseline` and `--update-baseline`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import CLEAN, INFO, WARNING, Run, write


def _entries(path: Path) -> list[dict[str, Any]]:
    document = json.loads(path.read_text())
    assert document["version"] == 1
    entries: list[dict[str, Any]] = document["findings"]
    return entries


def test_accepted_findings_are_silenced_also_when_lines_move(run: Run, tmp_path: Path) -> None:
    dockerfile = write(tmp_path / "app" / "Dockerfile", WARNING)
    done = run("check", "--baseline", "base.json", "--update-baseline")
    assert done.status == 0
    assert done.err == "lintimg: base.json: 1 finding accepted\n"
    assert "nothing found; 1 silenced" in done.out
    [entry] = _entries(tmp_path / "base.json")
    assert (entry["rule"], entry["path"]) == ("LI402", "app/Dockerfile")
    assert "pip" in entry["message"]
    write(dockerfile, WARNING.replace("RUN", "# why\n\nRUN   "))
    done = run("check", "--baseline", "../base.json", "--format", "json", cwd=tmp_path / "app")
    assert (done.status, done.err, done.report["findings"]) == (0, "", [])
    [silenced] = done.report["suppressed"]
    assert silenced["suppression"] == {"kind": "baseline", "reason": None}


def test_new_findings_are_reported(run: Run, tmp_path: Path) -> None:
    dockerfile = write(tmp_path / "Dockerfile", WARNING)
    run("check", "--baseline=base.json", "--update-baseline")
    write(dockerfile, WARNING.replace("CMD", "RUN pip install boto3==1.40.0\nCMD"))
    found = run("check", "--baseline=base.json", "--format", "concise")
    assert found.status == 1
    assert [line.split(":")[1] for line in found.out.splitlines()] == ["3"]


def test_a_file_that_does_not_parse_is_never_accepted(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", "FROM\n")
    done = run("check", "--baseline=base.json", "--update-baseline")
    assert done.status == 1
    assert _entries(tmp_path / "base.json") == []


def test_the_file_is_the_same_every_time(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "b" / "Dockerfile", WARNING)
    write(tmp_path / "a" / "Dockerfile", INFO)
    run("check", "--baseline=base.json", "--update-baseline", "b", "a")
    first = (tmp_path / "base.json").read_bytes()
    assert [entry["path"] for entry in _entries(tmp_path / "base.json")] == ["a/Dockerfile", "b/Dockerfile"]
    run("check", "--baseline=../base.json", "--update-baseline", "..", cwd=tmp_path / "a")
    assert (tmp_path / "base.json").read_bytes() == first


def test_entries_out_of_date_are_told_and_dropped(run: Run, tmp_path: Path) -> None:
    first = write(tmp_path / "a" / "Dockerfile", WARNING)
    write(tmp_path / "b" / "Dockerfile", WARNING)
    base = tmp_path / "base.json"
    run("check", "--baseline=base.json", "--update-baseline")
    write(first, CLEAN)
    done = run("check", "--baseline=base.json")
    assert done.err == (
        "lintimg: base.json: 1 entry is out of date (LI402 in a/Dockerfile);"
        " --update-baseline drops what is gone\n"
    )
    assert run("check", "--baseline=base.json", "b").err == ""
    assert run("check", "--baseline=base.json", "--select=LI1").err == ""
    run("check", "--baseline=base.json", "--update-baseline", "b")
    run("check", "--baseline=base.json", "--update-baseline", "--select=LI1")
    assert len(_entries(base)) == 2
    run("check", "--baseline=base.json", "--update-baseline")
    assert [entry["path"] for entry in _entries(base)] == ["b/Dockerfile"]


def test_the_configuration_names_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "baseline: ci/base.json\n")
    write(tmp_path / "ci" / "base.json", '{"version": 1, "findings": []}')
    write(tmp_path / "app" / "Dockerfile", WARNING)
    assert run("check", "Dockerfile", cwd=tmp_path / "app").status == 1
    assert run("check", "--update-baseline", cwd=tmp_path / "app").status == 0
    assert run("check").status == 0
    assert run("check", "--no-config").status == 1


def test_a_baselined_finding_is_not_fixed(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "Dockerfile", WARNING)
    run("check", "--baseline=base.json", "--update-baseline")
    assert run("check", "--baseline=base.json", "--fix").status == 0
    assert path.read_text() == WARNING


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "base.json: there is no such baseline; --update-baseline makes it"),
        ("{", "base.json is no JSON"),
        ("[" * 100_000, "base.json is no JSON"),
        ("[]", "base.json is no baseline: it has no list of findings"),
        ('{"version": 9, "findings": []}', "is a baseline of version 9; this lintimg knows 1"),
        ('{"version": 1, "findings": [1]}', "finding 1 is no object"),
        ('{"version": 1, "findings": [{"path": "a", "rule": 1}]}', "finding 1 has no rule"),
    ],
)
def test_mistakes(run: Run, tmp_path: Path, text: str | None, why: str) -> None:
    write(tmp_path / "Dockerfile", CLEAN)
    if text is not None:
        write(tmp_path / "base.json", text)
    done = run("check", "--baseline", "base.json")
    assert (done.status, done.out) == (2, "")
    assert why in done.err
    assert len(done.err.splitlines()) == 1


def test_flags_that_contradict(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    assert "needs --baseline" in run("check", "--update-baseline").err
    assert "--diff writes nothing" in run("check", "--update-baseline", "--baseline=b", "--diff").err
    missing = run("check", "--baseline=no/base.json", "--update-baseline")
    assert missing.status == 2
    assert "no/base.json: cannot be written" in missing.err


def test_a_crash_leaves_the_baseline_alone(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lintimg.cli import service

    write(tmp_path / "Dockerfile", WARNING)

    def broken(_name: str) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(service, "find_check", broken)
    done = run("check", "--baseline=base.json", "--update-baseline")
    assert done.status == 2
    assert "the baseline was left as it is" in done.err
    assert not (tmp_path / "base.json").exists()
