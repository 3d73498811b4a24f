"""`lintimg image`: what fills the image, and the base image's share of it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.image.archives import old_save
from tests.image.layers import Item, tar

from .conftest import Run

_BASE = tar([Item("usr/lib/os", bytes(5000))])
_OWN = tar([Item("root/.cache/pip/x", bytes(3000)), Item("opt/x", bytes(1000))])


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
