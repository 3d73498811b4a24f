"""Every layout gives the same image, and damaged ones a sentence."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lintimg.image.compression import decompressed
from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Layer, Options, Read
from lintimg.image.open import opened_image
from lintimg.image.summary import image_stack

from .archives import Oci, configuration, digest, new_save, old_save
from .layers import Item, folder, tar

_BASE = tar([folder("etc/"), Item("etc/os-release", b"NAME=x\n"), Item("etc/big", b"b" * 100_000)])
_TOP = tar([folder("etc/"), Item("etc/.wh.big"), Item("app.py", b"print()\n")])
_LAYERS = [_BASE, _TOP]
_COMMANDS = ["ADD base", "RUN rm big"]


_OPTIONS = Options()


def _opened(reference: str, stdin: io.BytesIO, options: Options) -> Image:
    with opened_image(reference, stdin, options) as image:
        # What the tests look at later.
        return image._replace(layers=tuple(layer._replace(read=_remembered(layer)) for layer in image.layers))


def _remembered(layer: Layer) -> Read:
    contents = {number: layer.content(number, 100) for number in range(len(layer.entries or ()))}
    return lambda number, limit, offset: (contents[number] or b"")[offset : offset + limit]


def _read(data: bytes, tmp_path: Path, options: Options = _OPTIONS, name: str = "") -> Image:
    path = tmp_path / "image.tar"
    path.write_bytes(data)
    return _opened(f"{path}{name}", io.BytesIO(), options)


def _stdin(data: bytes, options: Options = _OPTIONS) -> Image:
    return _opened("-", io.BytesIO(data), options)


def _check(image: Image) -> None:
    stack = image_stack(image)
    assert stack is not None
    assert [layer.step.command for layer in image.layers if layer.step] == _COMMANDS
    assert [layer.diff_id for layer in image.layers] == [digest(_BASE), digest(_TOP)]
    assert (stack.sizes, stack.losses) == ((100_007, 8), (100_000, 0))
    assert sorted(stack.paths()) == [b"app.py", b"etc", b"etc/os-release"]


_ARCHIVES: dict[str, Callable[[], bytes]] = {
    "old": lambda: old_save(_LAYERS, commands=_COMMANDS),
    "new": lambda: new_save(_LAYERS, commands=_COMMANDS),
    "old.gz": lambda: gzip.compress(old_save(_LAYERS, commands=_COMMANDS)),
    "oci": lambda: _oci(None).archive(),
    "oci gzip": lambda: _oci("gzip").archive(),
    "oci gzip.gz": lambda: gzip.compress(_oci("gzip").archive()),
}


def _oci(compression: str | None) -> Oci:
    oci = Oci()
    return oci.finish(oci.image(_LAYERS, compression, commands=_COMMANDS))


@pytest.mark.parametrize("name", _ARCHIVES)
@pytest.mark.parametrize("hashes", [False, True])
def test_archives(name: str, hashes: bool, tmp_path: Path) -> None:
    data = _ARCHIVES[name]()
    options = Options(hashes=hashes, keep=lambda path, size: path.endswith(b"os-release") and size < 100)
    for image in (_read(data, tmp_path, options), _stdin(data, options)):
        _check(image)
        base = image.layers[0].entries
        assert base is not None
        assert image.layers[0].content(1, 4) == b"NAME"
        assert (base.fingerprints is not None) == hashes


def test_folders(tmp_path: Path) -> None:
    image = _opened(str(_oci("gzip").folder(tmp_path)), io.BytesIO(), Options())
    _check(image)
    assert image.manifest.digest is not None
    assert image.compressed_basis == "manifest"
    assert all(layer.compressed_bytes for layer in image.layers)
    assert [layer.media_type for layer in image.layers] == ["application/vnd.oci.image.layer.v1.tar+gzip"] * 2


def test_the_folders_of_skopeo(tmp_path: Path) -> None:
    oci = _oci("gzip")
    top = json.loads(oci.files.pop("index.json"))["manifests"][0]["digest"]
    for name, data in oci.files.items():
        (tmp_path / name.removeprefix("blobs/sha256/")).write_bytes(data)
    (tmp_path / "manifest.json").write_bytes(oci.files[f"blobs/sha256/{top[7:]}"])
    image = _opened(str(tmp_path), io.BytesIO(), Options())
    _check(image)
    assert image.manifest.digest == top


def test_zstd_layers(tmp_path: Path) -> None:
    zstd = pytest.importorskip("backports.zstd")
    oci = Oci()
    oci.finish(oci.image(_LAYERS, "zstd", zstd.compress, commands=_COMMANDS))
    _check(_read(oci.archive(), tmp_path))


def test_zstd_without_a_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "compression.zstd", None)
    monkeypatch.setitem(__import__("sys").modules, "backports.zstd", None)
    with pytest.raises(ImageError, match=r"pip install 'lintimg\[zstd\]'"):
        decompressed("zstd", bytes)


def test_gzip_of_several_members(tmp_path: Path) -> None:
    oci = Oci()
    oci.finish(
        oci.image(
            _LAYERS,
            "gzip",
            lambda data: gzip.compress(data[:700]) + gzip.compress(data[700:]),
            commands=_COMMANDS,
        )
    )
    _check(_read(oci.archive(), tmp_path))


def test_equal_layers_are_links_in_old_archives(tmp_path: Path) -> None:
    data = old_save([_TOP, _BASE, _TOP])
    for image in (_read(data, tmp_path), _stdin(data)):
        stack = image_stack(image)
        assert stack is not None
        assert stack.sizes == (8, 100_007, 8)


def test_history_that_does_not_fit_is_left_out(tmp_path: Path) -> None:
    image = _read(old_save(_LAYERS, commands=["only one"]), tmp_path)
    assert [layer.step for layer in image.layers] == [None, None]
    assert len(image.history) == 1


def _several() -> bytes:
    one, two = old_save([_BASE], ["a/one:1", "a/one:latest"]), old_save([_TOP], ["two:latest"])
    items: dict[str, Item] = {}
    manifests: list[Any] = []
    for data in (one, two):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for info in archive:
                file = archive.extractfile(info)
                content = b"" if file is None else file.read()
                if info.name == "manifest.json":
                    manifests += json.loads(content)
                elif info.isfile():
                    place = len(manifests) if info.name.endswith("layer.tar") else ""
                    items[f"{place}{info.name}"] = Item(f"{place}{info.name}", content)
    manifests[1]["Layers"] = [f"1{path}" for path in manifests[1]["Layers"]]
    manifests[0]["Layers"] = [f"0{path}" for path in manifests[0]["Layers"]]
    return tar([*items.values(), Item("manifest.json", json.dumps(manifests).encode())])


@pytest.mark.parametrize(("name", "layer"), [("a/one:1", _BASE), ("one", _BASE), ("two", _TOP)])
def test_one_of_several_images(name: str, layer: bytes, tmp_path: Path) -> None:
    image = _read(_several(), tmp_path, name=f"#{name}")
    assert [found.diff_id for found in image.layers] == [digest(layer)]


def test_several_images_want_a_name(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"2 images in it \(a/one:1, .*image.tar#a/one:1"):
        _read(_several(), tmp_path)
    with pytest.raises(ImageError, match="no image three in it"):
        _read(_several(), tmp_path, name="#three")


def _platform(name: str) -> dict[str, Any]:
    parts = name.split("/")
    return {"platform": dict(zip(("os", "architecture", "variant"), parts, strict=False))}


def _index(*names: str) -> Oci:
    oci = Oci()
    images = [oci.image([tar([Item(name)])], descriptor=_platform(name)) for name in names]
    attestation = oci.image(
        [],
        descriptor={
            **_platform("unknown/unknown"),
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        },
    )
    return oci.finish(oci.index([*images, attestation]))


@pytest.mark.parametrize(
    ("names", "platform", "chosen"),
    [
        (("linux/arm64/v8", "linux/amd64"), None, b"linux/amd64"),
        (("linux/s390x", "linux/arm64/v8"), None, b"linux/arm64/v8"),
        (("windows/amd64", "linux/s390x"), None, b"windows/amd64"),
        (("linux/amd64", "linux/arm64"), "linux/arm64/v8", b"linux/arm64"),
        (("linux/amd64", "linux/arm64/v8"), "aarch64", b"linux/arm64/v8"),
        (("linux/arm64", "linux/amd64"), "linux/x86_64", b"linux/amd64"),
    ],
)
def test_platforms_of_an_index(
    names: tuple[str, ...], platform: str | None, chosen: bytes, tmp_path: Path
) -> None:
    image = _read(_index(*names).archive(), tmp_path, Options(platform=platform))
    assert image.layers[0].entries is not None
    assert image.layers[0].entries.names == [chosen]
    assert image.manifest.index_type == "application/vnd.oci.image.index.v1+json"
    assert image.manifest.attestations == 1
    assert image.manifest.platforms == names


def test_a_platform_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        ImageError, match="no image for linux/riscv64 in it, only for linux/amd64, linux/arm64"
    ):
        _read(_index("linux/amd64", "linux/arm64").archive(), tmp_path, Options(platform="linux/riscv64"))


def _changed(change: Callable[[dict[str, bytes]], object], compression: str | None = "gzip") -> bytes:
    oci = _oci(compression)
    change(oci.files)
    return oci.archive()


def _of(files: dict[str, bytes], content: bytes) -> str:
    return next(name for name, data in files.items() if data == content)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"just some text" * 1000, "a text file, no image"),
        (tar([Item("a")]), "no image in it"),
        (tar([Item("manifest.json", b"{")]), "no valid JSON"),
        (tar([Item("manifest.json", b"[" * 100_000)]), "no valid JSON"),
        (tar([Item("manifest.json", b"[]")]), "lists no image"),
        (tar([Item("manifest.json", b'[{"Config": 3}]')]), "configuration is missing"),
        (tar([Item("index.json", b"[]")]), "no JSON object"),
        (tar([Item("index.json", b'{"manifests": []}')]), "lists no image"),
        (tar([Item("index.json", b'{"manifests": [{"digest": "sha256:../../x"}]}')]), "digest that is none"),
        (tar([Item("repositories", b"{}")]), "older than 1.10"),
        (gzip.compress(old_save(_LAYERS))[:-20_0], "cut off"),
        (old_save(_LAYERS)[:60_000], "cut off"),
    ],
)
def test_what_is_no_image(data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=message):
        _read(data, tmp_path)
    with pytest.raises(ImageError):
        _stdin(data)


def test_blobs_must_be_what_their_digests_say(tmp_path: Path) -> None:
    config = configuration(_LAYERS, _COMMANDS)
    layer = gzip.compress(_BASE)

    def spoil(content: bytes, new: bytes) -> bytes:
        return _changed(lambda files: files.__setitem__(_of(files, content), new))

    with pytest.raises(ImageError, match="configuration is not what its digest says"):
        _read(spoil(config, config.replace(b"amd64", b"arm64")), tmp_path)
    other = gzip.compress(_BASE.replace(b"NAME", b"EVIL"))
    other = layer[:-8] + other[-8:] if len(other) != len(layer) else other
    for data in (spoil(layer, other), spoil(layer, layer[:-1] + b"x")):
        with pytest.raises(ImageError, match="damaged"):
            _read(data, tmp_path)
    with pytest.raises(ImageError, match="instead of"):
        _read(spoil(layer, layer + b"\0"), tmp_path)
    with pytest.raises(ImageError, match="missing"):
        _read(_changed(lambda files: files.pop(_of(files, layer))), tmp_path)


def test_layers_and_configuration_must_agree(tmp_path: Path) -> None:
    oci = Oci()
    manifest = {
        "config": oci.blob(configuration(_LAYERS), "x"),
        "layers": [oci.blob(_BASE, "application/vnd.oci.image.layer.v1.tar")],
    }
    oci.finish(oci.blob(json.dumps(manifest).encode(), "x"))
    with pytest.raises(ImageError, match="the manifest lists 1 layers and the configuration 2"):
        _read(oci.archive(), tmp_path)


def test_indexes_in_a_circle_cannot_be_but_long_chains_end(tmp_path: Path) -> None:
    oci = Oci()
    descriptor = oci.image(_LAYERS)
    for _ in range(10):
        descriptor = oci.index([descriptor])
    with pytest.raises(ImageError, match="without end"):
        _read(oci.finish(descriptor).archive(), tmp_path)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="the folder holds no image"):
        _opened(str(tmp_path), io.BytesIO(), Options())
