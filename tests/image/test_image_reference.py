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
    with pytest.raises(
        ImageError, match=r"no Docker engine answers at unix://\S+ \(No such file or directory\)"
    ):
        _source(reference)


@pytest.mark.parametrize(
    "reference", ["./app", "app.tar", "missing.tar.gz", "/no/such", "A/B", "a b", "a/", "\0", "x" * 5000]
)
def test_what_can_be_no_name_is_a_missing_file(reference: str) -> None:
    with pytest.raises(ImageError, match="no such file"):
        _source(reference)


def test_unknown_schemes(tmp_path: Path) -> None:
    with pytest.raises(
        ImageError, match="ftp:// is not known; known are engine://, podman:// and registry://"
    ):
        _source("ftp://example.com/app")


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("https://public.ecr.aws/x/y:1", "write registry://public.ecr.aws/x/y:1$"),
        ("docker://app:1", "write registry://app:1 for the registry's image, app:1 for the engine's$"),
        ("docker-archive:app.tar", "write app.tar$"),
        ("docker-daemon:app:1", "write engine://app:1$"),
        ("file:///srv/app.tar", "write /srv/app.tar$"),
        ("registry://", "write registry://NAME:TAG$"),
        ("MyApp:Latest", "no capitals: write myapp:Latest$"),
        ("my app", "no spaces$"),
        ("app@sha256:abc", "sha256:abc is no digest: that is sha256: and 64 hexadecimal digits$"),
        ("saved.tra", r"did you mean saved\.tar\?; and no Docker engine"),
        ("./saved.tgz", r"did you mean \./saved\.tar\?$"),
        ("folder", "the folder holds no image.*docker build -t NAME folder makes one.*no Docker engine"),
        ("link.tar", "a link to a file that is not there$"),
        ("nosuch", "start it, or name what docker save wrote, or registry://HOST/nosuch$"),
        ("ghcr.io/a/b", "or registry://ghcr.io/a/b$"),
    ],
)
def test_what_to_write_instead(tmp_path: Path, reference: str, sentence: str) -> None:
    (tmp_path / "saved.tar").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "Dockerfile").write_bytes(b"FROM scratch\n")
    (tmp_path / "link.tar").symlink_to("nowhere")
    with pytest.raises(ImageError, match=sentence):
        _source(reference)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty: write docker save"),
        (b"hello\n", "a text file, no image: write docker save"),
        (
            b"# syntax=docker/dockerfile:1\nFROM debian\n",
            "looks like a Dockerfile: lintimg check app reads it",
        ),
        (b"PK\3\4rest", "a zip archive, no image"),
        (b"\x7fELF" + bytes(2000), "it is no archive"),
        (tar([Item("a")]), "neither manifest.json nor index.json: docker save writes one"),
        (tar([Item("etc/passwd"), Item("usr/bin/env")]), "as docker export writes: use docker save"),
        (old_save([tar([Item("a")])])[:3000], r"cut off at byte \d+: save or copy it again"),
    ],
)
def test_files_that_hold_no_image(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "app").write_bytes(data)
    with pytest.raises(ImageError, match=sentence):
        _source("app")


def test_podman_without_a_socket() -> None:
    with pytest.raises(ImageError, match=r"no Podman socket: start one"):
        _source("podman://app")
