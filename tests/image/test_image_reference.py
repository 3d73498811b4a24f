"""What a reference is, in the documented order."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lintimg.image.errors import ImageError
from lintimg.image.image import Options
from lintimg.image.open import opened_image

from .archives import old_save
from .layers import Item, tar


def _source(reference: str) -> str:
    with opened_image(reference, io.BytesIO(), Options()) as image:
        return f"{image.source} {image.reference}"


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.delenv("CONTAINER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_a_file_wins_over_the_name_of_an_image(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(old_save([tar([Item("a")])]))
    assert _source("app") == "archive app"


@pytest.mark.parametrize(
    "reference", ["app", "engine://app", "host:5000/team/app:1@sha256:" + "0" * 64, "0a1b2c"]
)
def test_names_lead_to_the_engine(reference: str, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    with pytest.raises(ImageError, match=r"no Docker engine answers \(No such file or directory\)"):
        _source(reference)


@pytest.mark.parametrize(
    "reference", ["./app", "app.tar", "missing.tar.gz", "/no/such", "A/B", "a b", "", "\0", "x" * 5000]
)
def test_what_can_be_no_name_is_a_missing_file(reference: str) -> None:
    with pytest.raises(ImageError, match="no such file"):
        _source(reference)


def test_unknown_schemes(tmp_path: Path) -> None:
    with pytest.raises(
        ImageError, match="https:// is not known; known are engine://, podman:// and registry://"
    ):
        _source("https://example.com/app")


def test_podman_without_a_socket() -> None:
    with pytest.raises(ImageError, match=r"no Podman socket: start one"):
        _source("podman://app")
