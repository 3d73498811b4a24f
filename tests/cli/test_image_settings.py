"""`lintimg image` and the configuration: what holds for `check` holds for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image.archives import old_save
from tests.image.layers import Item, folder, tar

from .conftest import Run, write

_COMMAND = "RUN /bin/sh -c echo a > /opt/a # buildkit"
_LAYERS = [tar([folder("opt/"), Item("opt/a", b"a" * 2000)])]


@pytest.fixture(autouse=True)
def _archive(tmp_path: Path) -> None:
    """An image whose one fault is an ENV that holds a secret."""
    write(tmp_path / "app.tar", old_save(_LAYERS, commands=[_COMMAND], Env=["DB_PASSWORD=hunter2-fjord"]))
    write(tmp_path / ".git" / "HEAD", "")


def _severities(run: Run, *flags: str) -> tuple[dict[str, str], int]:
    result = run("image", "app.tar", "--format", "json", *flags)
    return {finding["rule"]: finding["severity"] for finding in result.report["findings"]}, result.status


def test_without_configuration(run: Run) -> None:
    found, status = _severities(run)
    assert found["LI818"] == "error"
    assert status == 1


@pytest.mark.parametrize(
    ("text", "found", "status"),
    [
        ("ignore: [LI818]", None, 0),
        ("select: [LI803]", None, 0),
        ("severity: {image: info}", "info", 0),
        ("severity: {LI818: info}\nfail-on: info", "info", 1),
        ("select: [LI803]\nextend-select: [LI818]", "error", 1),
        ("per-path-ignores: {'*': [LI818]}", "error", 1),
    ],
)
def test_what_it_says_holds(run: Run, tmp_path: Path, text: str, found: str | None, status: int) -> None:
    write(tmp_path / ".lintimg.yaml", text)
    findings, ended = _severities(run)
    assert findings.get("LI818") == found
    assert ended == status
    assert _severities(run, "--no-config")[0]["LI818"] == "error"


def test_flags_win(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "select: [LI803]\nfail-on: info\ntarget: lambda\n")
    assert "LI818" in _severities(run, "--select", "LI818")[0]
    assert "LI818" not in _severities(run, "--extend-select", "LI818", "--ignore", "LI818")[0]
    write(tmp_path / "other.yaml", "severity: {LI818: warning}\n")
    assert _severities(run, "--config", "other.yaml") == ({"LI818": "warning"}, 0)
    assert _severities(run, "--config", "other.yaml", "--fail-on", "warning")[1] == 1


def test_what_the_image_is_for(run: Run, tmp_path: Path) -> None:
    assert "LI806" not in _severities(run)[0]
    write(tmp_path / ".lintimg.yaml", "target: lambda")
    verdict = run("image", "app.tar", "--format", "json").report["images"][0]["verdict"]
    assert verdict["lambda_accepts"] is False
    write(tmp_path / ".lintimg.yaml", "target: builder")
    assert (
        run("image", "app.tar", "--format", "json").report["images"][0]["verdict"]["lambda_accepts"] is None
    )


def test_a_dockerfile_brings_its_own(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "severity: {LI818: info}")
    write(tmp_path / "app" / ".lintimg.yaml", "paths:\n  Dockerfile: {severity: {LI818: warning}}\n")
    write(tmp_path / "app" / "Dockerfile", "FROM scratch\nRUN echo a > /opt/a\n")
    assert _severities(run)[0]["LI818"] == "info"
    assert _severities(run, "--dockerfile", "app/Dockerfile")[0]["LI818"] == "warning"
    write(tmp_path / "app" / ".lintimg.yaml", "per-path-ignores: {Dockerfile: [LI818]}\n")
    assert "LI818" not in _severities(run, "--dockerfile", "app/Dockerfile")[0]
    joined = run("check", "app/Dockerfile", "--image", "app.tar", "--format", "json").report["findings"]
    assert "LI818" not in {finding["rule"] for finding in joined}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ignore: [LI8188]", ".lintimg.yaml:1:10: LI8188 names no rule, did you mean LI818?"),
        ("ignore: LI8, selct: []", ".lintimg.yaml:1:"),
        ("nonsense: 1", ".lintimg.yaml:1:1: unknown key nonsense"),
    ],
)
def test_mistakes_are_told_with_their_place(run: Run, tmp_path: Path, text: str, sentence: str) -> None:
    write(tmp_path / ".lintimg.yaml", text)
    result = run("image", "app.tar")
    assert result.status == 2
    assert sentence in result.err
    assert result.err.count("\n") == 1


def test_the_two_flags_contradict(run: Run) -> None:
    assert run("image", "app.tar", "--config", "a.yaml", "--no-config").status == 2


def test_the_size_is_a_limit(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "max-size: 1kB")
    result = run("image", "app.tar", "--ignore", "LI818")
    assert result.status == 1
    assert "(.lintimg.yaml)" in result.err
