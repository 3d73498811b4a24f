"""The pre-commit hook, run by the real pre-commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import CLEAN, ROOT, WARNING, write

pytest.importorskip("pre_commit", reason="pre-commit is not installed")
if shutil.which("git") is None:
    pytest.skip("git is not installed", allow_module_level=True)

_SHIPPED = ("lintimg", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
_IDENTITY = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")


def _git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(
        ["git", *_IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, env=environment
    )


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what a release of lintimg has."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in _SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    _git(folder, "init", "-q")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "release")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _try(hooks: Path, home: Path, project: Path, hook: str = "lintimg") -> subprocess.CompletedProcess[str]:
    _git(project, "init", "-q")
    _git(project, "add", "-A")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pre_commit",
            "try-repo",
            os.fspath(hooks),
            hook,
            "--all-files",
            "--verbose",
        ],
        cwd=project,
        capture_output=True,
        text=True,
        env={**environment, "PRE_COMMIT_HOME": os.fspath(home), "NO_COLOR": "1"},
        check=False,
    )
    if done.returncode not in (0, 1):
        # The hook's environment is installed from a package index.
        if os.environ.get("CI"):
            pytest.fail(done.stdout + done.stderr)
        pytest.skip("pre-commit cannot install the hook's environment here")
    return done


def test_the_hook_checks_dockerfiles(hooks: Path, home: Path, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", CLEAN)
    write(tmp_path / "api" / "Dockerfile.prod", WARNING)
    write(tmp_path / "vendor" / "Dockerfile", WARNING)
    write(tmp_path / "Dockerfile.j2", "FROM {{ base }}\n")
    write(tmp_path / ".lintimg.yaml", "exclude: [vendor]\n")
    found = _try(hooks, home, tmp_path)
    assert found.returncode == 1
    assert "api/Dockerfile.prod:2:5" in found.stdout
    assert "2 files checked" in found.stdout
    write(tmp_path / "api" / "Dockerfile.prod", CLEAN)
    assert _try(hooks, home, tmp_path).returncode == 0


_TAKEN = (
    "Dockerfile",
    "dockerfile",
    "Containerfile",
    "app/Dockerfile.prod",
    "app/Dockerfile-dev",
    "app/Dockerfile_worker",
    "app/api.Dockerfile",
    "app/api.dockerfile.arm64",
    "app/Containerfile.lambda",
    "with space/Dockerfile",
)
_LEFT = (
    "Dockerfile.dockerignore",
    "Dockerfile.j2",
    "Dockerfile.md",
    "Dockerfile.bak",
    "Dockerfile~",
    "dockerfile.py",
    "docs/Dockerfiles",
    "src/mydockerfile",
    "src/Dockerfile.go",
    "vendor/Dockerfile",
)


def test_of_twenty_names_the_right_ones_are_taken(hooks: Path, home: Path, tmp_path: Path) -> None:
    for name in (*_TAKEN, *_LEFT):
        write(tmp_path / "all" / name if name == "dockerfile" else tmp_path / name, WARNING)
    write(tmp_path / ".lintimg.yaml", "exclude: [vendor]\n")
    found = _try(hooks, home, tmp_path)
    checked = {line.split("--> ")[1].split(":")[0] for line in found.stdout.splitlines() if "--> " in line}
    assert checked == {"all/dockerfile" if name == "dockerfile" else name for name in _TAKEN}


def test_the_other_hook_fixes_them(hooks: Path, home: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "Dockerfile", WARNING)
    found = _try(hooks, home, tmp_path, "lintimg-fix")
    assert found.returncode == 1
    assert "fixed 1 finding in 1 file" in found.stdout
    assert path.read_text() == WARNING.replace("install", "install --no-cache-dir")
    assert _try(hooks, home, tmp_path, "lintimg-fix").returncode == 0
