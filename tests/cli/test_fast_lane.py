"""The fast lane and typer read a command line alike."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from lintimg.cli import check as check_module
from lintimg.cli.app import app
from lintimg.cli.fast_lane import LISTS, SWITCHES, VALUES, read_check

_LINES = [
    [],
    ["Dockerfile"],
    ["a", "b", "-"],
    ["--target", "lambda", "x"],
    ["--target=lambda", "x"],
    ["--select", "LI4", "--select=LI1,LI2", "--ignore", "LI402", "d"],
    ["--format", "json", "--format", "text=out.txt"],
    ["--build-arg", "A=b=c", "--build-arg=D=", "--context", "."],
    ["--as-of", "2026-01-01", "--fail-on", "info", "--exit-zero", "-q"],
    ["--no-config", "--no-inline-ignores", "--force-exclude", "--quiet", "--color", "never"],
    [
        "--config",
        "x.yaml",
        "--stdin-filename",
        "a/Dockerfile",
        "-",
        "--target-stage",
        "final",
        "--extend-select",
        "ALL",
    ],
]


@pytest.mark.parametrize("line", _LINES, ids=" ".join)
def test_both_read_the_same(line: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def record(**options: Any) -> int:
        seen.append(options)
        return 0

    monkeypatch.setattr(check_module, "run_check", record)
    app(["check", *line], standalone_mode=False)
    assert read_check(["check", *line]) == seen[0]


@pytest.mark.parametrize(
    "line",
    [
        ["rules"],
        ["check", "--help"],
        ["check", "--nonsense"],
        ["check", "--select"],
        ["check", "--", "-x"],
        ["check", "-qx"],
        ["--version"],
        [],
    ],
)
def test_everything_else_is_left_to_typer(line: list[str]) -> None:
    assert read_check(line) is None


def test_every_flag_is_known_to_both() -> None:
    command = typer.main.get_command(app).commands["check"]  # type: ignore[attr-defined]
    flags = {name for parameter in command.params for name in parameter.opts if name.startswith("-")}
    assert flags - {"-h", "--help"} == {*VALUES, *LISTS, *SWITCHES}
