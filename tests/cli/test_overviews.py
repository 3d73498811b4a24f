"""`check --statistics` and `--show-settings`."""

from __future__ import annotations

from pathlib import Path

from .conftest import CLEAN, INFO, WARNING, Run, write


def test_statistics(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a" / "Dockerfile", WARNING.replace("CMD", "RUN pip install idna==3.10\nCMD"))
    write(tmp_path / "b" / "Dockerfile", INFO)
    done = run("check", "--statistics")
    assert done.status == 1
    assert [line.split() for line in done.out.splitlines()[2:]] == [
        ["2", "2", "0", "LI402", "package-cache-left"],
        ["1", "0", "0", "LI303", "unpinned-package"],
        ["3", "2", "0", "all", "rules"],
    ]
    refused = run("check", "--statistics", "--format", "json")
    assert (refused.status, refused.out) == (2, "")
    assert "--format json=FILE" in refused.err
    write(tmp_path / "a" / "Dockerfile", CLEAN)
    assert run("check", "--statistics", "a", "none") == (2, "", "lintimg: none: no such file or folder\n")


def _settings(text: str) -> dict[str, list[str]]:
    rows = [line.split() for line in text.split("\n\n")[1].splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_settings_and_who_said_so(run: Run, tmp_path: Path) -> None:
    write(
        tmp_path / ".lintimg.yaml",
        'fail-on: error\nignore: [LI402]\nbuild-args: {V: "3.1"}\n\npaths:\n  "api/*":\n    ignore: [LI1]\n',
    )
    shown = run("check", "--show-settings", "--ignore=LI401", "--target=lambda", "api/Dockerfile").out
    assert shown.startswith("api/Dockerfile (.lintimg.yaml)\n")
    settings = _settings(shown)
    assert settings["fail-on"] == ["error", ".lintimg.yaml:1"]
    assert settings["ignore"] == ["LI1", "LI401", ".lintimg.yaml:7,", "--ignore"]
    assert settings["build-args"] == ["V=3.1", ".lintimg.yaml:3"]
    assert settings["target"] == ["lambda", "--target"]
    assert settings["max-size"] == ["none", "default"]
    off = shown.split("rules off:")[1].split()
    assert "LI401" in off
    assert "LI101" in off
    assert "LI402" not in off
    assert _settings(run("check", "--show-settings").out)["ignore"] == ["LI402", ".lintimg.yaml:2"]
    unset = run("check", "--show-settings", "--no-config").out
    assert unset.startswith(". (no configuration)\n")
    assert all(values[-1] == "default" for values in _settings(unset).values())


def test_settings_from_pyproject(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[project]\nname = "x"\n\n[tool.lintimg]\nselect = ["LI4"]\n')
    assert _settings(run("check", "--show-settings").out)["select"] == ["LI4", "pyproject.toml:5"]
    wrong = run("check", "--show-settings", "--select", "nothing")
    assert wrong.status == 2
    assert "names no rule" in wrong.err
