"""`check --diff-base`: findings on what changed since a revision, in a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lintimg.cli.changed_lines import ALL, Lines, read_diff

from .conftest import CLEAN, WARNING, Run, write

if shutil.which("git") is None:
    pytest.skip("git is not installed", allow_module_level=True)

_IDENTITY = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")
_TWO = WARNING.replace(
    "CMD", "# two\nRUN pip install \\\n    requests==2.32.3 \\\n    idna==3.10\n\nCOPY app.py ./\nCMD"
)
"""LI402 in lines 2 and 4."""


def _git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(
        ["git", *_IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, env=environment
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one Dockerfile committed."""
    _git(tmp_path, "init", "-q")
    write(tmp_path / "app" / "Dockerfile", _TWO)
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def _places(run: Run, *arguments: str, cwd: Path, data: bytes = b"") -> list[str]:
    done = run(
        "check", "--diff-base", "HEAD", "--select=LI402", "--format=concise", *arguments, cwd=cwd, data=data
    )
    assert done.err == ""
    assert done.status == bool(done.out)
    return [":".join(line.split(":")[:2]) for line in done.out.splitlines()]


def test_nothing_changed(run: Run, repository: Path) -> None:
    assert _places(run, cwd=repository) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("idna==3.10", "idna==3.9", ["app/Dockerfile:4"]),
        ("    requests==2.32.3 \\\n", "", ["app/Dockerfile:4"]),
        ("# two\n", "", []),
        ("RUN pip install boto3", "# one\nRUN  pip install boto3", ["app/Dockerfile:3"]),
        ("RUN pip install boto3", "\n\nRUN pip install boto3", []),
        ("COPY app.py ./\n", "COPY app.py more.py ./\n", []),
    ],
)
def test_an_instruction_of_which_a_line_changed(
    run: Run, repository: Path, old: str, new: str, expected: list[str]
) -> None:
    assert old in _TWO
    write(repository / "app" / "Dockerfile", _TWO.replace(old, new))
    assert _places(run, cwd=repository) == expected
    assert _places(run, "app/Dockerfile", cwd=repository) == expected
    _git(repository, "add", "-A")
    assert _places(run, cwd=repository) == expected
    inside = _places(run, cwd=repository / "app")
    assert inside == [place.removeprefix("app/") for place in expected]


def test_new_files_are_all_new_and_moved_ones_are_not(run: Run, repository: Path) -> None:
    write(repository / "new folder" / "Dockerfile", WARNING)
    assert _places(run, cwd=repository) == ["new folder/Dockerfile:2"]
    _git(repository, "add", "-A")
    assert _places(run, cwd=repository) == ["new folder/Dockerfile:2"]
    _git(repository, "mv", "app/Dockerfile", "app/Dockerfile.moved")
    assert _places(run, "app", cwd=repository) == []
    write(repository / "app" / "Dockerfile.moved", _TWO.replace("3.10", "3.9"))
    assert _places(run, "app", cwd=repository) == ["app/Dockerfile.moved:4"]


def test_an_ignored_file_is_new(run: Run, repository: Path) -> None:
    write(repository / ".gitignore", "out/\n")
    write(repository / "out" / "Dockerfile", WARNING)
    assert _places(run, "out/Dockerfile", cwd=repository) == ["out/Dockerfile:2"]


def test_a_related_place_counts(run: Run, repository: Path) -> None:
    text = CLEAN.replace("COPY app.py ./", "COPY . ./\nRUN pip install --no-cache-dir -r requirements.txt")
    write(repository / "api" / "app.py", "")
    write(repository / "api" / "requirements.txt", "boto3==1.40.0\n")
    path = write(repository / "api" / "Dockerfile", text)
    _git(repository, "add", "-A")
    _git(repository, "commit", "-qm", "second")
    write(path, text.replace("RUN ", "RUN  "))
    done = run("check", "--diff-base=HEAD", "--select=LI301", "--format=concise", "api", cwd=repository)
    assert done.out.startswith("api/Dockerfile:2:6: LI301")


def test_standard_input_is_compared_too(run: Run, repository: Path) -> None:
    data = _TWO.replace("idna==3.10", "idna==3.9").encode()
    assert _places(run, "-", "--stdin-filename=app/Dockerfile", cwd=repository, data=data) == [
        "app/Dockerfile:4"
    ]
    done = run("check", "--diff-base=HEAD", "-", cwd=repository, data=data)
    assert done.status == 2
    assert "--stdin-filename" in done.err


def test_only_what_changed_is_fixed(run: Run, repository: Path) -> None:
    changed = _TWO.replace("idna==3.10", "idna==3.9")
    path = write(repository / "app" / "Dockerfile", changed)
    assert run("check", "--diff-base=HEAD", "--fix", "--select=LI402", cwd=repository).status == 0
    assert path.read_text() == changed.replace("install \\", "install --no-cache-dir \\")


def test_what_cannot_be_compared(
    run: Run, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for revision, why in (
        ("nonsense", "git knows no such revision in ."),
        ("--cached", "name one revision, such as HEAD or origin/main"),
        ("HEAD..main", "name one revision, such as HEAD or origin/main"),
    ):
        done = run("check", f"--diff-base={revision}", cwd=repository)
        assert (done.status, done.out) == (2, "")
        assert done.err == f"lintimg: --diff-base {revision}: {why}\n"
    outside = tmp_path_factory.mktemp("outside")
    write(outside / "Dockerfile", CLEAN)
    done = run("check", "--diff-base=HEAD", cwd=outside)
    assert done.status == 2
    assert done.err == "lintimg: --diff-base HEAD: . is in no git repository\n"


def test_git_is_needed(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(repository))
    done = run("check", "--diff-base=HEAD", cwd=repository)
    assert (done.status, done.err) == (2, "lintimg: --diff-base needs git, which could not be started\n")


def test_a_diff_is_read_for_its_hunks_only() -> None:
    diff = b"""\
diff --git a/a b/a
--- a/a
+++ b/a
@@ -1 +1,2 @@ FROM x
--- a/old
+++ b/new
+@@ -1 +1 @@
\\ No newline at end of file
@@ -9,2 +10,0 @@
-x
-y
diff --git a/gone b/gone
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/blank b b/blank b
--- a/blank b\t
+++ b/blank b\t
@@ -0,0 +1 @@
+x
diff --git "a/q\\"" "b/q\\""
--- "a/q\\""
+++ "b/q\\"\\303\\244"
@@ -3 +3 @@
-x
+y
diff --git a/data b/data
Binary files a/data and b/data differ
diff --git a/x b/y
similarity index 100%
"""
    assert dict(read_diff(diff)) == {
        b"a": Lines(((1, 2),), (10,)),
        b"blank b": Lines(((1, 1),)),
        'q"\u00e4'.encode(): Lines(((3, 3),)),
        b"data": ALL,
    }
