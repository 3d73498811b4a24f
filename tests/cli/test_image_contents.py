"""`lintimg image`: what fills the image, and the base image's share of it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.image.archives import old_save
from tests.image.layers import Item, folder, tar

from .conftest import Run

_BASE = tar([Item("usr/lib/os", bytes(5000))])
_OWN = tar(
    [
        *map(folder, ("root/", "root/.cache/", "root/.cache/pip/", "opt/")),
        Item("root/.cache/pip/x", bytes(3000)),
        Item("opt/x", bytes(1000)),
    ]
)


def test_the_share_of_the_base_image(run: Run, tmp_path: Path) -> None:
    (tmp_path / "base.tar").write_bytes(old_save([_BASE]))
    (tmp_path / "app.tar").write_bytes(old_save([_BASE, _OWN]))
    result = run("image", "app.tar", "--base", "base.tar", "--format", "json")
    image = json.loads(result.out)["images"][0]
    assert [layer["from_base"] for layer in image["layers"]] == [True, False]
    assert [(entry["category"], entry["bytes"]) for entry in image["contents"]] == [
        ("base image", 5000),
        ("package caches", 3000),
        ("other files", 1000),
    ]
    assert sum(entry["bytes"] for entry in image["contents"]) == image["size"]["effective"]


def test_a_base_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "base.tar").write_bytes(old_save([_BASE]))
    (tmp_path / "app.tar").write_bytes(old_save([_OWN]))
    result = run("image", "app.tar", "--base", "base.tar")
    assert result.status == 2
    assert "--base base.tar" in result.out + result.err


def test_the_teams_limit_is_that_of_the_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "app.tar").write_bytes(old_save([_OWN]))
    (tmp_path / ".lintimg.yaml").write_text("max-size: 3kB\n")
    result = run("image", "app.tar")
    assert result.status == 1
    assert "4 kB are more than the allowed 3 kB (.lintimg.yaml)" in result.err
    assert run("image", "app.tar", "--max-size", "5kB").status == 0


def test_the_largest_files_and_the_shares_of_a_package(run: Run, tmp_path: Path) -> None:
    site = "usr/lib/python3.12/site-packages"
    files = {"a/a.so": 5000, "a/tests/test_a.py": 300, "a/__pycache__/a.pyc": 20, "a/a.py": 1}
    record = "".join(f"{path},,\n" for path in files).encode()
    items = [*(Item(f"{site}/{path}", bytes(size)) for path, size in files.items())]
    layers = [tar([*items, Item(f"{site}/a-1.dist-info/RECORD", record)]), _OWN]
    (tmp_path / "app.tar").write_bytes(old_save(layers))
    image = json.loads(run("image", "app.tar", "--format", "json").out)["images"][0]
    (package,) = next(each for each in image["contents"] if each["category"] == "python packages")["items"]
    assert package["shares"] == {"native libraries": 5000, "tests": 300, "bytecode": 20}
    assert [(file["path"], file["layer"]) for file in image["largest"][:2]] == [
        (f"/{site}/a/a.so", 0),
        ("/root/.cache/pip/x", 1),
    ]


def test_suggestions_and_large_files_name_the_dockerfiles_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY base /\nRUN pip install x\n")
    commands = ["COPY base / # buildkit", "RUN /bin/sh -c pip install x # buildkit"]
    (tmp_path / "app.tar").write_bytes(old_save([_BASE, _OWN], commands=commands))
    image = run("image", "app.tar", "--dockerfile", "Dockerfile", "--format", "json").report["images"][0]
    (suggestion,) = image["suggestions"]
    assert suggestion["dockerfile_line"]["line"] == 3
    assert {file["path"]: file["dockerfile_line"]["line"] for file in image["largest"]} == {
        "/usr/lib/os": 2,
        "/root/.cache/pip/x": 3,
        "/opt/x": 3,
    }
    assert "(Dockerfile:3)" in run("image", "app.tar", "--dockerfile", "Dockerfile").out
