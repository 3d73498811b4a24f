"""What the README shows is what lintimg prints, and what it configures is a configuration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintimg.settings.values import read_values

from .conftest import ROOT, Run, write

_README = (ROOT / "README.md").read_text("utf-8")


def _block(after: str) -> str:
    found = re.search(re.escape(after) + r".*?```\w*\n(.*?)```", _README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_output_shown_is_real(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    printed = run("check", "fixtures/nodejs12", cwd=ROOT).out.splitlines()
    at = 0
    for line in _block("<!-- output of lintimg check fixtures/nodejs12 -->").splitlines():
        if line != "…":
            assert line in printed[at:], f"the README shows what is not printed any more: {line}"
            at = printed.index(line, at) + 1


def test_the_configuration_shown_is_one(run: Run, tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    text = _block("## Configuration")
    shown = YAML(typ="safe", pure=True).load(text)
    read_values(shown)
    write(tmp_path / ".lintimg.yaml", text)
    (tmp_path / "ci" / "lintimg").mkdir(parents=True)
    assert run("check").err == "lintimg: .: no Dockerfile found\n"


def test_the_commands_shown_work(run: Run, tmp_path: Path) -> None:
    for command in re.findall(r"`lintimg ((?:explain|rules|schema)[^`]*)`", _README):
        assert run(*command.split()).status == 0, command


def test_the_test_command_is_what_ci_runs() -> None:
    assert _block("<!-- test command -->").strip().endswith(".venv/bin/python -m pytest")
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text("utf-8")
