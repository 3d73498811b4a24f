"""Guessed compressed sizes against real ones."""

from __future__ import annotations

import io
import random
import zlib
from pathlib import Path

import pytest

from lintimg.image.image import Image, Options
from lintimg.image.open import opened_image
from lintimg.image.sampling import with_sampled_sizes

from .archives import Oci, old_save
from .layers import Item, folder, tar

_RANDOM = random.Random(1)
_WORDS = [bytes(_RANDOM.choices(b"abcdefgh ", k=9)) for _ in range(3000)]


def _text(size: int) -> bytes:
    return b"".join(_RANDOM.choices(_WORDS, k=size // 9))


_LAYERS = {
    "small files": tar(Item(f"d/{number}", _text(_RANDOM.randrange(3000))) for number in range(500)),
    "noise between text": tar(
        [
            Item("t", _text(3_000_000)),
            Item("noise", _RANDOM.randbytes(4_000_000)),
            Item("u", _text(5_000_000)),
        ]
    ),
    "holes": tar([Item("zeros", bytes(9_000_000)), Item("noise", _RANDOM.randbytes(2_000_000))]),
    "folders": tar(folder(f"d{number}") for number in range(300)),
    "nothing": tar([]),
}


@pytest.mark.parametrize("name", _LAYERS)
def test_layers_are_guessed_well(name: str, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(old_save([_LAYERS[name]]))
    with opened_image(str(tmp_path / "image"), io.BytesIO(), Options()) as image:
        sampled = with_sampled_sizes(image)
    guess = sampled.layers[0].compressed_bytes
    assert guess is not None
    assert guess == pytest.approx(len(zlib.compress(_LAYERS[name], 6)), rel=0.2, abs=2500)
    assert sampled.compressed_basis == "sampled"


def test_nothing_is_guessed_where_it_is_known_or_cannot_be_read() -> None:
    def read(data: bytes) -> Image:
        with opened_image("-", io.BytesIO(data), Options()) as image:
            return with_sampled_sizes(image)

    oci = Oci()
    assert read(oci.finish(oci.image([_LAYERS["folders"]])).archive()).compressed_basis == "manifest"
    assert read(old_save([_LAYERS["small files"]])).layers[0].compressed_bytes is None
