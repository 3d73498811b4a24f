"""Whole images written as bytes, in every layout that tools write."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from .layers import Item, folder, symlink, tar

Compress = Callable[[bytes], bytes]

_TYPES = {
    None: "application/vnd.oci.image.layer.v1.tar",
    "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
    "zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
}


def digest(data: bytes) -> str:
    """The SHA-256 digest of `data`."""
    return f"sha256:{sha256(data).hexdigest()}"


def configuration(layers: Sequence[bytes], commands: Sequence[str] = (), **config: Any) -> bytes:
    """An image's configuration; one command a layer, or none at all."""
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
            "history": [{"created_by": command} for command in commands],
        }
    ).encode()


def old_save(layers: Sequence[bytes], tags: Sequence[str] = ("app:latest",), **more: Any) -> bytes:
    """What `docker save` of Docker 24 and before writes. Equal layers are links to the first."""
    config = configuration(layers, **more)
    name = digest(config)[7:] + ".json"
    items: list[Item] = []
    paths: list[str] = []
    known: dict[bytes, str] = {}
    for number, layer in enumerate(layers):
        path = f"{number:064x}/layer.tar"
        items += [folder(f"{number:064x}/"), Item(f"{number:064x}/VERSION", b"1.0")]
        if layer in known:
            items.append(symlink(path, f"../{known[layer]}"))
        else:
            known[layer] = path
            items.append(Item(path, layer))
        paths.append(path)
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": paths}]
    return tar([*items, Item(name, config), Item("manifest.json", json.dumps(manifest).encode())])


def new_save(layers: Sequence[bytes], **more: Any) -> bytes:
    """What `docker save` of Docker 25 and later writes; its OCI manifest lists no layers."""
    config = configuration(layers, **more)
    manifest = json.dumps({"schemaVersion": 2, "config": {"digest": digest(config)}, "layers": []}).encode()
    blobs = [*layers, config, manifest]
    saved = [
        {"Config": _blob(config), "RepoTags": ["app:latest"], "Layers": [_blob(layer) for layer in layers]}
    ]
    index = {"schemaVersion": 2, "manifests": [{"digest": digest(manifest), "size": len(manifest)}]}
    return tar(
        [
            *(Item(_blob(blob), blob) for blob in {digest(blob): blob for blob in blobs}.values()),
            Item("index.json", json.dumps(index).encode()),
            Item("manifest.json", json.dumps(saved).encode()),
            Item("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'),
        ]
    )


def _blob(data: bytes) -> str:
    return f"blobs/sha256/{digest(data)[7:]}"


class Oci:
    """An OCI layout being put together: files by name."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(self, data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """Adds a blob; its descriptor."""
        self.files[_blob(data)] = data
        return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}

    def image(
        self,
        layers: Sequence[bytes],
        compression: str | None = "gzip",
        compress: Compress = gzip.compress,
        descriptor: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Adds an image; the descriptor of its manifest."""
        stored = [compress(layer) if compression else layer for layer in layers]
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": self.blob(configuration(layers, **more), "application/vnd.oci.image.config.v1+json"),
            "layers": [self.blob(data, _TYPES[compression]) for data in stored],
        }
        kind = "application/vnd.oci.image.manifest.v1+json"
        return self.blob(json.dumps(manifest).encode(), kind, **dict(descriptor or {}))

    def index(self, manifests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Adds an index of `manifests`; its descriptor."""
        kind = "application/vnd.oci.image.index.v1+json"
        data = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": list(manifests)}).encode()
        return self.blob(data, kind)

    def finish(self, *manifests: Mapping[str, Any]) -> Oci:
        """Writes index.json."""
        self.files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": list(manifests)}).encode()
        return self

    def archive(self) -> bytes:
        """The layout as a tar archive."""
        return tar(Item(name, data) for name, data in self.files.items())

    def folder(self, path: Path) -> Path:
        """The layout as a folder."""
        for name, data in self.files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
        return path
