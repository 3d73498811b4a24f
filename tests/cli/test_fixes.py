"""`check --fix` and `--diff`: what is printed, what is written, what is left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lintimg.cli import fix_files
from lintimg.cli.output import replace_file

from .conftest import CLEAN, WARNING, Run, read_report, write

FIXED = WARNING.replace("pip install", "pip install --no-cache-dir")
_WHOLE = 'FROM public.ecr.aws/lambda/python:3.13\nCOPY . ./\nCMD ["app.handler"]\n'
_unix = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of Unix")


def _project(folder: Path) -> None:
    """A repository whose whole context is copied, with an environment in it that nobody needs."""
    write(folder / ".git" / "HEAD", "ref: refs/heads/main\n")
    write(folder / "app.py", "def handler(event, context): ...\n")
    write(folder / ".venv" / "pyvenv.cfg", "home = /usr/bin\n")
    write(folder / "Dockerfile", _WHOLE)


def test_fix_writes_and_reports_what_remains(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "Dockerfile", WARNING)
    path.chmod(0o640)
    done = run("check", "--fix")
    assert path.read_text() == FIXED
    assert path.stat().st_mode & 0o777 == 0o640 or sys.platform == "win32"
    assert done.status == 0
    assert "1 file checked: nothing found" in done.out
    assert done.err == "lintimg: fixed 1 finding in 1 file\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["Dockerfile"]
    again = run("check", "--fix")
    assert (again.status, again.err, path.read_text()) == (0, "", FIXED)


def test_diff_writes_nothing(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "Dockerfile", WARNING)
    done = run("check", "--diff")
    assert path.read_text() == WARNING
    assert done.status == 1
    assert done.out.splitlines() == [
        "--- a/Dockerfile",
        "+++ b/Dockerfile",
        "@@ -1,3 +1,3 @@",
        " FROM public.ecr.aws/lambda/python:3.12",
        "-RUN pip install boto3==1.40.0",
        "+RUN pip install --no-cache-dir boto3==1.40.0",
        ' CMD ["app.handler"]',
    ]
    assert done.err == "lintimg: would fix 1 finding in 1 file\n"
    assert run("check", "--diff", "--exit-zero").status == 0
    run("check", "--diff", "--format", "json=report.json")
    report = read_report((tmp_path / "report.json").read_text())
    assert [finding["rule"] for finding in report["findings"]] == ["LI402"]
    assert report["summary"]["fixed"] == 0
    write(path, CLEAN)
    assert run("check", "--diff") == (0, "", "")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_applies_the_diff(run: Run, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    _project(one)
    data = _WHOLE.replace("\n", "\r\n").removesuffix("\r\n").replace("COPY", "RUN pip install x==1\r\nCOPY")
    write(one / "Dockerfile", data)
    shutil.copytree(one, other)
    done = run("check", "--diff", "--unsafe-fixes", cwd=one)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=other, input=done.out.encode(), check=True)
    assert run("check", "--fix", "--unsafe-fixes", cwd=one).status == 0
    for name in ("Dockerfile", ".dockerignore"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_unsafe_fixes_are_applied_when_asked_for(run: Run, tmp_path: Path) -> None:
    _project(tmp_path)
    assert run("check", "--fix").err == ""
    done = run("check", "--fix", "--unsafe-fixes")
    assert done.status == 0
    assert ".venv" in (tmp_path / ".dockerignore").read_text().splitlines()


def test_two_dockerfiles_share_what_lies_beside_them(run: Run, tmp_path: Path) -> None:
    _project(tmp_path)
    write(tmp_path / "Dockerfile.second", _WHOLE)
    done = run("check", "--fix", "--unsafe-fixes", "--format", "json")
    assert done.report["findings"] == []
    assert done.report["summary"]["fixed"] == 1
    assert done.err == "lintimg: fixed 1 finding in 1 file\n"


def test_only_some_rules_are_fixed(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "Dockerfile", WARNING.replace('["app.handler"]', "app.handler"))
    assert run("check", "--fix", "--fix-only", "LI2").status == 1
    assert path.read_text() == WARNING
    assert run("check", "--fix", "--fix-only=DL3042").status == 0
    assert path.read_text() == FIXED
    wrong = run("check", "--fix", "--fix-only", "LI9999")
    assert wrong.status == 2
    assert "names no rule" in wrong.err


@pytest.mark.parametrize("flag", ["--unsafe-fixes", "--fix-only=LI4"])
def test_flags_that_need_another(run: Run, flag: str) -> None:
    done = run("check", flag)
    assert done.status == 2
    assert "add --fix" in done.err


def test_standard_input_is_printed_fixed(run: Run, tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + WARNING.replace("\n", "\r\n").encode()
    done = run("check", "--fix", "-", data=data)
    assert done.out.encode() == data.replace(b"install", b"install --no-cache-dir")
    assert done.status == 0
    assert "nothing found" in done.err
    assert run("check", "--fix", "-", "--quiet", data=CLEAN.encode()) == (0, CLEAN, "")
    assert run("check", "--diff", "-", data=data).out.startswith("--- a/<stdin>\n+++ b/<stdin>\n")
    _project(tmp_path)
    done = run(
        "check", "--fix", "--unsafe-fixes", "-", "--stdin-filename", "Dockerfile", data=_WHOLE.encode()
    )
    assert (done.status, done.out) == (1, _WHOLE)
    assert not (tmp_path / ".dockerignore").exists()


def test_a_silenced_finding_is_not_fixed(run: Run, tmp_path: Path) -> None:
    text = WARNING.replace("RUN", "# lintimg: ignore[LI402] wanted\nRUN")
    path = write(tmp_path / "Dockerfile", text)
    assert run("check", "--fix").status == 0
    assert path.read_text() == text


def test_a_file_that_changes_meanwhile_is_left_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "Dockerfile", WARNING)
    looked = fix_files.Workspace.save

    def save(self: fix_files.Workspace, texts: object) -> object:
        path.write_text(CLEAN)
        return looked(self, texts)  # type: ignore[arg-type]

    monkeypatch.setattr(fix_files.Workspace, "save", save)
    done = run("check", "--fix", "--format", "json")
    assert path.read_text() == CLEAN
    assert done.status == 2
    [error] = done.report["errors"]
    assert (error["kind"], error["path"]) == ("fix", "Dockerfile")
    assert error["message"] == "has changed meanwhile, so it was left as it is"
    assert [finding["rule"] for finding in done.report["findings"]] == ["LI402"]


@_unix
def test_links_are_followed_but_not_out_of_the_repository(run: Run, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    write(repository / ".git" / "HEAD", "")
    inside = write(repository / "images" / "api", WARNING)
    outside = write(tmp_path / "elsewhere", WARNING)
    (repository / "Dockerfile").symlink_to("images/api")
    (repository / "Dockerfile.again").symlink_to("images/api")
    (repository / "Dockerfile.out").symlink_to(outside)
    done = run("check", "--fix", "--format", "json", cwd=repository)
    assert inside.read_text() == FIXED
    assert outside.read_text() == WARNING
    assert (repository / "Dockerfile").is_symlink()
    assert done.status == 2
    [error] = done.report["errors"]
    assert error["path"] == "Dockerfile.out"
    assert "outside the repository" in error["message"]
    assert done.err.startswith("lintimg: fixed 1 finding in 1 file\n")


@_unix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_protected_file_stays(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "Dockerfile", WARNING)
    path.chmod(0o444)
    done = run("check", "--fix", "--format", "json")
    assert done.status == 2
    assert path.read_text() == WARNING


@_unix
def test_other_names_of_a_file_lead_to_the_new_text(tmp_path: Path) -> None:
    first = write(tmp_path / "first", "old")
    (tmp_path / "second").hardlink_to(first)
    replace_file(first, b"new")
    assert (tmp_path / "second").read_text() == "new"
