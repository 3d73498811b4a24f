"""Which files are taken for Dockerfiles, in a search and by the pre-commit hook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lintimg.settings.discovery import Search, is_dockerfile_name

_NAMES = {
    "Dockerfile": True,
    "dockerfile": True,
    "DOCKERFILE": True,
    "Dockerfile.prod": True,
    "Dockerfile.aws.lambda": True,
    "Dockerfile-prod": True,
    "Dockerfile_dev": True,
    "app.Dockerfile": True,
    "app.dockerfile": True,
    "web.app.dockerfile": True,
    "Containerfile": True,
    "containerfile.dev": True,
    "Containerfile-x": True,
    "api.Containerfile": True,
    "Dockerfile.3.12": True,
    "Dockerfile.amd64": True,
    "Dockerfile.dockerignore": False,
    "app.dockerfile.dockerignore": False,
    ".dockerignore": False,
    "Dockerfile.j2": False,
    "Dockerfile.jinja2": False,
    "Dockerfile.tmpl": False,
    "Dockerfile.erb": False,
    "Dockerfile.template.tpl": False,
    "Dockerfile.md": False,
    "Dockerfile.py": False,
    "dockerfile.go": False,
    "dockerfile.ts": False,
    "Dockerfile.sh": False,
    "Dockerfile.bak": False,
    "Dockerfile.orig": False,
    "Dockerfile.swp": False,
    "Dockerfile.yml": False,
    "Dockerfile.json": False,
    "Dockerfile.txt": False,
    "Dockerfile~": False,
    "mydockerfile": False,
    "Dockerfiles": False,
    "Containerfile2": True,
    "api.dockerfile.dev": True,
    "Dockerfile.": True,
    "app.Dockerfile.j2": False,
    "docker-compose.yml": False,
    "dockerfile_parse": True,
    "Makefile": False,
}
_HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.mark.parametrize(("name", "expected"), _NAMES.items())
def test_names(name: str, expected: bool) -> None:
    assert is_dockerfile_name(name) is expected


@pytest.mark.parametrize(("name", "expected"), _NAMES.items())
def test_the_hook_takes_the_same_names(name: str, expected: bool) -> None:
    hook = YAML(typ="safe", pure=True).load(_HOOKS)[0]
    path = f"some/folder/{name}"
    taken = bool(re.search(hook["files"], path)) and not re.search(hook["exclude"], path)
    assert taken is expected


def _tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM a\n")


def _found(folder: Path, root: Path, excluded: tuple[str, ...] = ()) -> list[str]:
    search = Search(lambda path: path.name in excluded)
    return sorted(path.relative_to(root).as_posix() for path in search.find(folder, root))


def test_a_folder_is_searched(tmp_path: Path) -> None:
    _tree(
        tmp_path,
        "Dockerfile",
        "b/app.Dockerfile",
        "node_modules/x/Dockerfile",
        "out/Dockerfile",
        "skip/Dockerfile",
        "b/keep/Dockerfile",
        ".git/Dockerfile",
    )
    (tmp_path / ".gitignore").write_text("out/\nkeep\n")
    (tmp_path / "b" / ".gitignore").write_text("!keep\n")
    assert _found(tmp_path, tmp_path, ("skip",)) == ["Dockerfile", "b/app.Dockerfile", "b/keep/Dockerfile"]


def test_ignore_files_above_the_folder_hold_too(tmp_path: Path) -> None:
    _tree(tmp_path, "a/Dockerfile", "a/out/Dockerfile", "a/private/Dockerfile")
    (tmp_path / ".gitignore").write_text("out/\n")
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("private/\n")
    assert _found(tmp_path / "a", tmp_path) == ["a/Dockerfile"]


def test_an_ignored_folder_is_searched_when_it_is_named(tmp_path: Path) -> None:
    _tree(tmp_path, "out/a/Dockerfile", "out/Dockerfile")
    (tmp_path / ".gitignore").write_text("out/\n")
    assert _found(tmp_path / "out", tmp_path) == ["out/Dockerfile", "out/a/Dockerfile"]
    assert _found(tmp_path / "out" / "a", tmp_path) == ["out/a/Dockerfile"]


def test_virtual_environments_are_known_by_their_marker(tmp_path: Path) -> None:
    _tree(tmp_path, "env3/lib/Dockerfile", "env3/pyvenv.cfg", "Dockerfile")
    assert _found(tmp_path, tmp_path) == ["Dockerfile"]


def test_odd_entries_are_passed_over(tmp_path: Path) -> None:
    _tree(tmp_path, "deep/" * 300 + "Dockerfile", "a\nb/Dockerfile")
    (tmp_path / "Dockerfile").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dead.Dockerfile").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe[\n[z-a]\n")
    assert _found(tmp_path, tmp_path) == ["a\nb/Dockerfile", "deep/" * 300 + "Dockerfile"]
