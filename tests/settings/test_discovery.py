"""Which files are taken for Dockerfiles, in a search and by the pre-commit hook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lintimg.settings.discovery import find_dockerfiles, is_dockerfile_name

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


def test_a_folder_is_searched(tmp_path: Path) -> None:
    for name in (
        "Dockerfile",
        "b/app.Dockerfile",
        "node_modules/x/Dockerfile",
        "out/Dockerfile",
        "skip/Dockerfile",
        "b/keep/Dockerfile",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM a\n")
    (tmp_path / ".gitignore").write_text("out/\nkeep\n")
    (tmp_path / "b" / ".gitignore").write_text("!keep\n")
    found = [path.relative_to(tmp_path).as_posix() for path in find_dockerfiles(tmp_path, ("skip",))]
    assert found == ["Dockerfile", "b/app.Dockerfile", "b/keep/Dockerfile"]
