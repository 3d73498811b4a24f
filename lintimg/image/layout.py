"""From the files of an image to the image: `docker save`'s layout, old and new, and the OCI image layout.

docker save: github.com/moby/docker-image-spec (manifest.json); OCI: opencontainers/image-spec image-layout.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lintimg.image.configuration import read_history, steps_of_layers
from lintimg.image.document import (
    count,
    is_digest,
    mapping,
    mappings,
    parse,
    parse_object,
    text,
    texts,
    verify,
)
from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Layer, Manifest, Options, Step
from lintimg.image.manifests import count_entries, layer_diff_ids, read_manifest
from lintimg.image.store import Store
from lintimg.image.stored import StoredLayer

_SYSTEM_FILES = ("etc/passwd", "etc/os-release", "bin/sh", "usr/bin/env")
_INDEX = "application/vnd.oci.image.index.v1+json"


def read_layout(store: Store, reference: str, source: str, name: str | None, options: Options) -> Image:
    """The image in `store`; `name` chooses among several. Raises ImageError.

    What `docker save` writes has both manifest.json and, from Docker 25 on, an OCI index whose manifests may
    leave out layers: the former is read first.
    """
    saved = store.document("manifest.json")
    if saved is not None:
        listed = parse(saved, "manifest.json")
        if isinstance(listed, dict):
            # skopeo's dir: layout, where manifest.json is the image's own manifest.
            blobs = _StoreBlobs(store, "")
            return read_manifest(blobs, saved, Manifest(None, None, None), reference, "dir", options)
        return _saved(store, mappings(listed), reference, source, name)
    index = store.document("index.json")
    if index is not None:
        return _oci(store, index, reference, name, options)
    if store.document("repositories") is not None:
        raise ImageError("the archive was written by a Docker older than 1.10: save the image again")
    if any(store.size(name) is not None for name in _SYSTEM_FILES):
        raise ImageError("it is a bare file system, such as docker export writes: use docker save instead")
    raise ImageError("there is no image in it, neither manifest.json nor index.json: docker save writes one")


def _saved(
    store: Store, images: Sequence[Mapping[str, Any]], reference: str, source: str, name: str | None
) -> Image:
    if not images:
        raise ImageError("manifest.json lists no image")
    entry = _chosen(images, [texts(image.get("RepoTags")) for image in images], reference, name)
    path = text(entry.get("Config"))
    found = store.document(path) if path else None
    if found is None:
        raise ImageError("the image's configuration is missing")
    digest = _path_digest(path)
    if digest is not None:
        verify(found, digest, "the image's configuration")
    configuration = parse_object(found, "the image's configuration")
    paths = texts(entry.get("Layers"))
    diff_ids = layer_diff_ids(configuration, len(paths))
    history = read_history(configuration)
    steps = steps_of_layers(history, len(paths))
    layers = []
    known: dict[str, StoredLayer] = {}
    entries = 0
    for path, diff_id, step in zip(paths, diff_ids, steps, strict=True):
        if path not in known:
            known[path] = store.layer(path, _path_digest(path))
        entries = count_entries(entries, known[path])
        layers.append(_saved_layer(known[path], _path_digest(path), diff_id, step))
    whole = all(layer.compressed_bytes is not None for layer in layers)
    return Image(
        reference,
        source,
        Manifest(None, None, None),
        configuration,
        history,
        tuple(layers),
        "archive" if whole else None,
    )


def _saved_layer(stored: StoredLayer, digest: str | None, diff_id: str, step: Step | None) -> Layer:
    # A plain layer's digest is its diff ID; what a registry will store is compressed.
    plain = stored.compression is None
    return Layer(
        diff_id,
        None if plain else digest,
        None,
        None if plain else stored.stored_bytes,
        step,
        stored.entries,
        stored.read,
    )


def _chosen(
    images: Sequence[Mapping[str, Any]], names: Sequence[Sequence[str]], reference: str, name: str | None
) -> Mapping[str, Any]:
    if name is not None:
        wanted = {name, f"{name}:latest"}
        endings = tuple(f"/{ending}" for ending in wanted)
        for image, tags in zip(images, names, strict=True):
            if any(tag in wanted or tag.endswith(endings) for tag in tags):
                return image
    elif len(images) == 1:
        return images[0]
    known = [tag for tags in names for tag in tags]
    if not known:
        raise ImageError(f"there are {len(images)} images without names in it: save one alone")
    what = f"there are {len(images)} images in it" if name is None else f"there is no image {name} in it"
    listed = ", ".join(known[:5]) + (", …" if len(known) > 5 else "")
    raise ImageError(f"{what} ({listed}): name one, as in {reference.partition('#')[0]}#{known[0]}")


def _path_digest(path: str) -> str | None:
    """The digest that a file's name tells: `blobs/sha256/<hex>` or `<hex>.json`."""
    digest = "sha256:" + path.removeprefix("blobs/sha256/").removesuffix(".json")
    return digest if is_digest(digest) else None


def _oci(store: Store, data: bytes, reference: str, name: str | None, options: Options) -> Image:
    index = parse_object(data, "index.json")
    found = [
        entry
        for entry in mappings(index.get("manifests"))
        if mapping(entry.get("annotations")).get("vnd.docker.reference.type") != "attestation-manifest"
    ]
    if not found:
        raise ImageError("index.json lists no image")
    blobs = _StoreBlobs(store, "blobs/sha256/")
    entries = list({text(entry.get("digest")): entry for entry in found}.values())
    if len(entries) > 1 and name is None and all("platform" in entry for entry in entries):
        # A layout of several platforms without an index of its own.
        return read_manifest(blobs, data, Manifest(None, _INDEX, None), reference, "oci", options)
    names = [
        (text(mapping(entry.get("annotations")).get("org.opencontainers.image.ref.name")),) for entry in found
    ]
    descriptor = entries[0] if len(entries) == 1 else _chosen(found, names, reference, name)
    manifest = Manifest(None, text(descriptor.get("mediaType")) or None, None)
    return read_manifest(blobs, blobs.manifest(descriptor), manifest, reference, "oci", options)


class _StoreBlobs:
    """The blobs of a layout, in its folder `folder`."""

    def __init__(self, store: Store, folder: str) -> None:
        self._store = store
        self._folder = folder

    def manifest(self, descriptor: Mapping[str, Any]) -> bytes:
        return self.document(descriptor, "the image's manifest")

    def document(self, descriptor: Mapping[str, Any], what: str) -> bytes:
        digest = text(descriptor.get("digest"))
        data = self._store.document(self._path(digest))
        if data is None:
            raise ImageError(f"{what} ({digest}) is missing")
        verify(data, digest, what)
        return data

    def layer(self, descriptor: Mapping[str, Any]) -> StoredLayer:
        digest = text(descriptor.get("digest"))
        path = self._path(digest)
        size, stored = count(descriptor.get("size")), self._store.size(path)
        if stored is None:
            raise ImageError(f"the layer {digest} is missing")
        if size is not None and size != stored:
            raise ImageError(f"the layer {digest} is damaged: it has {stored} bytes instead of {size}")
        return self._store.layer(path, digest)

    def _path(self, digest: str) -> str:
        if not is_digest(digest):
            raise ImageError(f"the image has a digest that is none: {digest[:80]!r}")
        return self._folder + digest[7:]
