"""Images made to do harm: a sentence, or an answer in time that grows with their size alone."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc

import pytest

from lintimg.image import compression, manifests, tar
from lintimg.image.errors import ImageError
from lintimg.image.image import Options
from lintimg.image.open import opened_image
from lintimg.image.stack import LayerStack
from lintimg.image.summary import image_stack, summarize

from .archives import Oci, configuration, digest, old_save
from .layers import Item, folder, hard_link
from .layers import tar as written


def _stack(data: bytes) -> LayerStack:
    with opened_image("-", io.BytesIO(data), Options()) as image:
        stack = image_stack(image)
        assert stack is not None
        report = summarize(image, stack, limit=1, top=3)
        assert report.size.wasted == sum(waste.bytes for waste in report.waste if waste.counted_in_wasted)
        return stack


def _one_layer(stored: bytes) -> bytes:
    oci = Oci()
    manifest = {"config": oci.blob(configuration([stored]), "x"), "layers": [oci.blob(stored, "x")]}
    return oci.finish(oci.blob(json.dumps(manifest).encode(), "x")).archive()


def _zeros(size: int) -> bytes:
    info = tarfile.TarInfo("zeros")
    info.size = size
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(size + 1024))


def test_a_bomb_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_BOMB_SIZE", 10 << 20)
    bomb = _zeros(40 << 20)
    for data in (_one_layer(bomb), gzip.compress(bytes(40 << 20))):
        with pytest.raises(ImageError, match="looks like a bomb"):
            _stack(data)
    assert _stack(_one_layer(_zeros(5 << 20))).uncompressed == 5 << 20


def test_what_inflates_takes_no_memory() -> None:
    data = _one_layer(_zeros(64 << 20))
    tracemalloc.start()
    try:
        assert _stack(data).uncompressed == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [written(Item(f"{layer}-{number}") for number in range(100)) for layer in range(3)]
    monkeypatch.setattr(manifests, "_MOST_ENTRIES", 250)
    with pytest.raises(ImageError, match="more than 250 files"):
        _stack(old_save(layers))
    monkeypatch.setattr(tar, "MOST_ENTRIES", 50)
    with pytest.raises(ImageError, match="more than 50 entries"):
        _stack(old_save(layers[:1]))


def test_too_long_names(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImageError, match="announces a name or attributes of 2000000 bytes"):
        _stack(old_save([written([Item("x" * 1_999_999)], tarfile.GNU_FORMAT)]))
    monkeypatch.setattr(tar, "_LARGEST_EXTENSIONS", 1 << 20)
    with pytest.raises(ImageError, match="too many long names"):
        _stack(old_save([written(Item("x" * 100_000) for _ in range(20))]))


def test_paths_out_of_the_image_stay_inside() -> None:
    layer = written(
        [Item("../../etc/passwd", b"x"), Item("/root/.ssh/key", b"y"), hard_link("a", "../../etc/passwd")]
    )
    stack = _stack(old_save([layer, written([Item("etc/.wh.passwd")])]))
    assert set(stack.paths()) == {b"root/.ssh/key", b"a"}
    assert stack.losses == (0, 0)


def test_many_links_across_many_layers() -> None:
    links = [
        written(hard_link(f"l{layer}-{number}", f"f{number}") for number in range(200)) for layer in range(60)
    ]
    stack = _stack(old_save([written(Item(f"f{number}", b"1") for number in range(200)), *links]))
    assert stack.effective == 200


def test_links_in_chains_and_circles() -> None:
    chain = [Item("l0", b"x"), *(hard_link(f"l{number}", f"l{number - 1}") for number in range(1, 3000))]
    circle = [hard_link(f"c{number}", f"c{(number + 1) % 1000}") for number in range(1000)]
    stack = _stack(old_save([written([*chain, *circle]), written([Item(".wh.l0")])]))
    assert (stack.uncompressed, stack.effective) == (1, 1)


def test_more_deletions_than_files() -> None:
    files = written(Item(f"d{number}/f", b"1") for number in range(3000))
    gone = written(Item(f".wh.d{number}") for number in range(6000))
    again = written([folder("d1"), Item("d1/f", b"22")])
    stack = _stack(old_save([files, gone, again, gone]))
    assert stack.losses == (3000, 0, 2, 0)


@pytest.mark.parametrize("change", ["diff_ids", "layers", "history", "config", "rootfs"])
@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [[]], [None], {"diff_ids": 3}])
def test_configurations_of_any_shape(change: str, value: object) -> None:
    layer = written([Item("a")])
    document = json.loads(configuration([layer], ["RUN"]))
    if change == "diff_ids":
        document["rootfs"]["diff_ids"] = value
    else:
        document[change] = value
    config = json.dumps(document).encode()
    saved = [{"Config": digest(config)[7:] + ".json", "Layers": ["l.tar"]}]
    items = [Item(digest(config)[7:] + ".json", config), Item("l.tar", layer)]
    data = written([*items, Item("manifest.json", json.dumps(saved).encode())])
    try:
        stack = _stack(data)
    except ImageError:
        assert change in ("diff_ids", "rootfs")
        return
    assert stack.paths()
