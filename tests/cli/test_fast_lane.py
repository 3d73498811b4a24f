"""The fast lane and typer read a command line alike."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.cli import check as check_module
from lintimg.cli import fast_image
from lintimg.cli import image as image_module
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


def _by_typer(line: list[str], command: str = "check") -> dict[str, Any] | None:
    """What typer hands to run_check or run_image, None where it refuses the line."""
    seen: list[dict[str, Any]] = []

    def record(**options: Any) -> int:
        seen.append(options)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_module, "run_check", record)
        patch.setattr(image_module, "run_image", record)
        try:
            app([command, *line], standalone_mode=False)
        except Exception as error:
            # Its class is in typer's own copy of click.
            if not hasattr(error, "show"):
                raise
    return seen[0] if seen else None


@pytest.mark.parametrize("line", _LINES, ids=" ".join)
def test_both_read_the_same(line: list[str]) -> None:
    assert read_check(["check", *line]) == _by_typer(line)


_WORDS = st.sampled_from(
    [
        *VALUES,
        *LISTS,
        *SWITCHES,
        "--target=x",
        "--format=",
        "--quiet=1",
        "--sel",
        "-",
        "--",
        "-x",
        "-qq",
        "",
        "a",
        "a=b",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=6))
def test_any_line_is_read_the_same_or_left_to_typer(line: list[str]) -> None:
    fast = read_check(["check", *line])
    assert fast is None or fast == _by_typer(line)


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


@pytest.mark.parametrize(
    "line",
    [
        ["a.tar"],
        ["-", "--format", "json", "--format=text=x"],
        ["a", "--hash", "-q", "--exit-zero", "--color", "never"],
        ["--platform", "linux/arm64", "--max-size=1GB", "--max-waste", "2MB", "a"],
    ],
)
def test_both_read_the_same_of_images(line: list[str]) -> None:
    assert fast_image.read_image(["image", *line]) == _by_typer(line, "image")


@pytest.mark.parametrize(
    "line", [["image"], ["image", "a", "b"], ["image", "a", "--top", "3"], ["images"], []]
)
def test_other_lines_of_images_are_left_to_typer(line: list[str]) -> None:
    assert fast_image.read_image(line) is None


def test_every_flag_of_images_is_known_to_both() -> None:
    command = typer.main.get_command(app).commands["image"]  # type: ignore[attr-defined]
    flags = {name for parameter in command.params for name in parameter.opts if name.startswith("-")}
    known = {*fast_image.VALUES, *fast_image.LISTS, *fast_image.SWITCHES, *fast_image.SLOW}
    assert flags - {"-h", "--help"} == known
