"""`lintimg check` as a person, a hook or a CI job runs it."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from lintimg.cli import service
from lintimg.lint.rule import Check

from .conftest import CLEAN, INFO, WARNING, Run, process, read_report, write


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (CLEAN, [], 0),
        (INFO, [], 0),
        (INFO, ["--fail-on", "info"], 1),
        (INFO, ["--fail-on", "info", "--exit-zero"], 0),
        (WARNING, [], 1),
        (WARNING, ["--fail-on", "error"], 0),
        (WARNING, ["--exit-zero"], 0),
        (WARNING, ["--ignore", "LI402"], 0),
        (WARNING, ["--select", "LI1"], 0),
        (WARNING, ["--select", "DL3042"], 1),
        (WARNING, ["--select", "DL3009"], 0),
        (CLEAN, ["missing"], 2),
        (CLEAN, ["missing", "--exit-zero"], 2),
        (CLEAN, [""], 2),
        (CLEAN, ["x" * 5000], 2),
        (CLEAN, ["Dockerfile/below"], 2),
        (WARNING, ["--target-stage", "nowhere"], 2),
        ("RUN\n", [], 1),
    ],
)
def test_exit_status(run: Run, tmp_path: Path, text: str, arguments: list[str], status: int) -> None:
    write(tmp_path / "Dockerfile", text)
    result = run("check", "Dockerfile", "--format", "json", *arguments)
    assert result.status == status
    assert result.report["summary"]["exit_status"] == status


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--select", "LI4O2"], "LI4O2 names no rule, did you mean LI402?"),
        (["--ignore", "package-cache"], "package-cache names no rule, did you mean"),
        (["--select", ","], "--select names no rule"),
        (["--target", "lamda"], "--target lamda is not known, did you mean lambda?"),
        (["--fail-on", "warn"], "--fail-on warn is not known, did you mean warning?"),
        (["--color", "yes"], "--color yes is not known; known are auto, always, never"),
        (["--format", "jsn"], "--format jsn is not known, did you mean json?"),
        (["--format", "json="], "--format json= names no file"),
        (["--format", "json", "--format", "text"], "--format json and --format text cannot both go to"),
        (["--as-of", "soon"], "--as-of soon is no date"),
        (["--build-arg", "=x"], "--build-arg =x: write NAME=VALUE"),
        (["--context", "nowhere"], "--context nowhere: no such folder"),
        (["--config", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--config", "x", "--no-config"], "--config and --no-config contradict each other"),
    ],
)
def test_wrong_arguments_get_one_sentence(
    run: Run, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    result = run("check", ".", *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"lintimg: {sentence}")
    assert result.err.count("\n") == 1


def test_unknown_flags_and_commands_are_explained(run: Run, tmp_path: Path) -> None:
    flag = run("check", "--fomat", "json")
    assert (flag.status, flag.out) == (2, "")
    assert "--format" in flag.err
    write(tmp_path / "Dockerfile", CLEAN)
    file = run("Dockerfile")
    assert file.status == 2
    assert "write: lintimg check Dockerfile" in file.err


def test_what_can_be_read_is_reported_beside_what_cannot(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a" / "Dockerfile", WARNING)
    result = run("check", "a/Dockerfile", "b/Dockerfile", "--format", "json", "--select", "LI402")
    assert [finding["rule"] for finding in result.report["findings"]] == ["LI402"]
    assert result.report["errors"] == [
        {
            "path": "b/Dockerfile",
            "image": None,
            "line": None,
            "kind": "path",
            "message": "no such file or folder",
            "rule": None,
        }
    ]
    assert result.err == "lintimg: b/Dockerfile: no such file or folder\n"
    assert "could not finish  b/Dockerfile: no such file" in run("check", "a", "b/Dockerfile").out


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all"
)
def test_unreadable_places(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "secret" / "Dockerfile", CLEAN).parent.chmod(0)
    write(tmp_path / "Dockerfile", CLEAN).chmod(0)
    try:
        assert run("check", "Dockerfile").status == 2
        assert run("check", "secret").status == 2
        assert run("check", "secret/Dockerfile").status == 2
        (tmp_path / "Dockerfile").chmod(0o600)
        whole = run("check", ".")
        assert whole.status == 0
        assert "secret: cannot be read" in whole.err
    finally:
        (tmp_path / "secret").chmod(0o700)


def test_a_folder_without_dockerfiles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("check", "empty")
    assert (result.status, result.err) == (0, "lintimg: empty: no Dockerfile found\n")
    assert run("check", "empty", "--quiet") == (0, "", "")


def test_the_working_directory_is_the_default(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a" / "Dockerfile.prod", WARNING)
    write(tmp_path / "api.dockerfile", WARNING)
    report = run("check", "--format", "json").report
    assert [file["path"] for file in report["files"]] == ["a/Dockerfile.prod", "api.dockerfile"]


def test_a_file_named_twice_is_checked_once(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a" / "Dockerfile", WARNING)
    report = run("check", "a", "a/Dockerfile", "./a", "a/../a/Dockerfile", "--format", "json").report
    assert report["summary"]["files"] == 1


def test_paths_outside_the_working_directory_are_absolute(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    (tmp_path / "inner").mkdir()
    report = run("check", "../Dockerfile", "--format", "json", cwd=tmp_path / "inner").report
    assert report["files"][0]["path"] == (tmp_path / "Dockerfile").resolve().as_posix()


def test_standard_input(run: Run, tmp_path: Path) -> None:
    plain = run("check", "-", "--format", "json", data=WARNING.encode()).report
    assert [file["path"] for file in plain["files"]] == ["<stdin>"]
    assert plain["files"][0]["context"] is None
    write(tmp_path / "app" / "requirements.txt", "boto3\n")
    named = run(
        "check", "-", "--stdin-filename", "./app/Dockerfile", "--format", "json", data=WARNING.encode()
    ).report
    assert [file["path"] for file in named["files"]] == ["app/Dockerfile"]


def test_standard_input_takes_the_configuration_of_its_name(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app" / ".lintimg.yaml", "ignore: [LI402]\n")
    arguments = ("check", "-", "--stdin-filename", "app/Dockerfile")
    assert run(*arguments, data=WARNING.encode()).status == 0
    assert run(*arguments, "--no-config", data=WARNING.encode()).status == 1


def test_quiet_prints_findings_only(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", CLEAN)
    assert run("check", "-q") == (0, "", "")
    write(tmp_path / "Dockerfile", WARNING)
    result = run("check", "-q")
    assert "LI402" in result.out
    assert "checked" not in result.out


def test_old_data_deserve_a_word(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", CLEAN)
    assert run("check", "--as-of", "2026-12-24").err == ""
    late = run("check", "--as-of", "2028-01-01")
    assert (late.status, late.err.count("\n")) == (0, 1)
    assert "data on runtimes" in late.err


def test_dates_are_judged_as_of_the_day_asked_for(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", CLEAN.replace("3.12", "3.9"))
    before = run("check", "--select", "LI103", "--as-of", "2024-01-01", "--format", "json").report
    after = run("check", "--select", "LI103", "--as-of", "2026-06-01", "--format", "json").report
    assert before["findings"] == []
    assert [finding["rule"] for finding in after["findings"]] == ["LI103"]
    assert after["tool"]["as_of"] == "2026-06-01"


def test_inline_ignores_can_be_disregarded(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING.replace("RUN", "# lintimg: ignore[LI402] wanted\nRUN"))
    report = run("check", "--select", "LI402", "--format", "json").report
    assert report["findings"] == []
    assert report["suppressed"][0]["suppression"] == {"kind": "inline", "reason": "wanted"}
    assert run("check", "--no-inline-ignores").status == 1
    assert "1 silenced" in run("check").out


def test_target_stage_and_build_arguments(run: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "Dockerfile",
        'ARG V\nFROM public.ecr.aws/lambda/python:$V AS app\nCMD ["app.handler"]\nFROM app AS test\n'
        "RUN pip install pytest==8.0.0\n",
    )
    last = run("check", "--format", "json", "--build-arg", "V=3.12").report
    first = run("check", "--format", "json", "--build-arg", "V=3.12", "--target-stage", "app").report
    assert "LI402" in {finding["rule"] for finding in last["findings"]}
    assert "LI402" not in {finding["rule"] for finding in first["findings"]}
    assert first["files"][0]["runtime"] == "python3.12"


def test_a_crashing_rule_is_an_error_not_a_traceback(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> Check:
        raise ZeroDivisionError(name)

    monkeypatch.setattr(service, "find_check", broken)
    write(tmp_path / "Dockerfile", WARNING)
    report = run("check", "--select", "LI402", "--format", "json").report
    assert report["summary"]["exit_status"] == 2
    assert report["errors"][0]["rule"] == "LI402"
    assert "Traceback" not in run("check").err


def test_a_bug_is_one_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("\033[31mred")

    monkeypatch.setattr(service, "lint_file", broken)
    write(tmp_path / "Dockerfile", WARNING)
    result = run("check")
    assert result.status == 2
    assert result.err == "lintimg: internal error (ZeroDivisionError: \\x1b[31mred); please report it\n"


# Reports in files.


def test_reports_go_to_files(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    result = run("check", "--format", "json=r.json", "--format", "concise", "--format", "text=r.txt")
    assert result.status == 1
    assert result.out.startswith("Dockerfile:2:")
    assert read_report((tmp_path / "r.json").read_text("utf-8"))["summary"]["exit_status"] == 1
    assert "LI402" in (tmp_path / "r.txt").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "r.json", "r.txt"]
    assert run("check", "--format", "json-v1=again.json").out == ""
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "r.json").read_bytes()


def test_a_report_that_cannot_be_written_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", CLEAN)
    (tmp_path / "folder").mkdir()
    for place in ("nowhere/r.json", "folder", "Dockerfile/r.json", "x" * 400):
        result = run("check", "--format", f"json={place}")
        assert result.status == 2
        assert "cannot be written" in result.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes, links and devices of Unix")
def test_files_keep_their_mode_links_and_devices_stay(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", CLEAN)
    private = write(tmp_path / "real.json", "")
    private.chmod(0o600)
    (tmp_path / "link.json").symlink_to("real.json")
    assert run("check", "--format", "json=link.json", "--format", "text=/dev/null").status == 0
    assert (tmp_path / "link.json").is_symlink()
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert json.loads(private.read_text())["files"]
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "b" / "Dockerfile", WARNING + "RUN pip install flask && yum install -y gcc make\n")
    write(tmp_path / "a" / "Dockerfile", INFO)
    outputs = {
        process("check", "--format", "json", "--as-of", "2026-11-23", cwd=tmp_path, PYTHONHASHSEED=seed).out
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert outputs.pop().endswith("}\n")


# Colours.


@pytest.mark.parametrize(
    ("arguments", "environment", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "always", "--format", "json"], {}, False),
        (["--color", "always", "--format", "concise"], {}, False),
    ],
)
def test_colours(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    coloured: bool,
) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\033[" in run("check", *arguments).out) is coloured


# Hostile input.

_HOSTILE = [
    b"\0" * 1000,
    b"\xff\xfe\x00F\x00R",
    bytes(range(256)) * 20,
    b"FROM a\nRUN " + b"$(" * 20_000,
    b"FROM a\nRUN " + b"[" * 50_000,
    b"FROM a\nRUN <<A <<B\nx\n",
    b"FROM " + b"x" * 2_000_000 + b"\n",
    b"FROM a\nRUN echo '\x1b]0;owned\x07\x1b[2J' && pip install x\xe2\x80\xae\n",
    b"FROM public.ecr.aws/lambda/python:3.12\nRUN \x1b[31mpip install boto3\nCMD app.\x1b[0mhandler\r\n",
    b"# lintimg: ignore[\x1b[31m] \x07\nFROM a\n",
    b"\r" * 5000,
    b"FROM a\n" + b"\\\n" * 20_000,
    ("FROM a\nRUN pip install " + "日本" * 400 + "\n").encode(),
]


@pytest.mark.parametrize("data", _HOSTILE, ids=range(len(_HOSTILE)))
def test_any_bytes_give_a_report(run: Run, tmp_path: Path, data: bytes) -> None:
    write(tmp_path / "Dockerfile", data)
    result = run(
        "check", "--extend-select", "ALL", "--format", "json", "--format", "text=t", "--format", "concise=c"
    )
    assert result.status in (0, 1)
    assert result.report["errors"] == []
    for name in ("t", "c"):
        shown = (tmp_path / name).read_text("utf-8")
        assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names of any bytes")
@pytest.mark.parametrize(
    "name", [b"a\nb", b"\x1b[31mred", b"caf\xe9", "\u202eevil".encode(), b"-q", b"%s{0}"]
)
def test_any_file_name_is_shown_harmlessly(run: Run, tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    write(folder / "Dockerfile", WARNING)
    report = run("check", ".", "--format", "json", "--format", "text=t", "--format", "concise=c").report
    assert [file["path"] for file in report["files"]] == [f"{name.decode('utf-8', 'replace')}/Dockerfile"]
    for shown in ((tmp_path / "t").read_text("utf-8"), (tmp_path / "c").read_text("utf-8")):
        assert all(character.isprintable() or character == "\n" for character in shown)
        assert shown.count("LI402") >= 1
    assert run("check", f"./{os.fsdecode(name)}/Dockerfile").status == 1


@pytest.mark.skipif(sys.platform == "win32", reason="devices of Unix")
def test_endless_files_are_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lintimg.cli.sources.LARGEST", 10_000)
    result = run("check", "/dev/zero")
    assert result.status == 2
    assert "no Dockerfile" in result.out
