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
from lintimg.image.platforms import choose_manifest
from lintimg.image.store import Store
from lintimg.image.stored import StoredLayer
from lintimg.model.image import CompressedBasis

_MOST_LAYERS = 1000
_MOST_ENTRIES = 10_000_000
"""Entries of all layers together, about 3 GB of memory."""


def read_layout(store: Store, reference: str, source: str, name: str | None, options: Options) -> Image:
    """The image in `store`; `name` chooses among several. Raises ImageError.

    What `docker save` writes has both manifest.json and, from Docker 25 on, an OCI index whose manifests may
    leave out layers: the former is read first.
    """
    saved = store.document("manifest.json")
    if saved is not None:
        return _saved(store, saved, reference, source, name, options)
    index = store.document("index.json")
    if index is not None:
        return _oci(store, index, reference, name, options)
    if store.document("repositories") is not None:
        raise ImageError("the archive was written by a Docker older than 1.10: save the image again")
    raise ImageError("there is no image in it: neither manifest.json nor index.json")


def _saved(
    store: Store, data: bytes, reference: str, source: str, name: str | None, options: Options
) -> Image:
    images = mappings(parse(data, "manifest.json"))
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
    diff_ids = _diff_ids(configuration, len(paths))
    history = read_history(configuration)
    layers = _Layers(store, options)
    result = []
    for path, diff_id, step in zip(paths, diff_ids, steps_of_layers(history, len(paths)), strict=True):
        result.append(layers.read(path, _path_digest(path), diff_id, step, None))
    return Image(
        reference,
        source,
        Manifest(None, None, None),
        configuration,
        history,
        tuple(result),
        layers.basis("archive"),
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


def _diff_ids(configuration: Mapping[str, Any], layers: int) -> tuple[str, ...]:
    diff_ids = texts(mapping(configuration.get("rootfs")).get("diff_ids"))
    if len(diff_ids) != layers:
        raise ImageError(f"the manifest lists {layers} layers and the configuration {len(diff_ids)}")
    if layers > _MOST_LAYERS:
        raise ImageError(f"the image has {layers} layers")
    return diff_ids


def _path_digest(path: str) -> str | None:
    """The digest that a file's name tells: `blobs/sha256/<hex>` or `<hex>.json`."""
    digest = "sha256:" + path.removeprefix("blobs/sha256/").removesuffix(".json")
    return digest if is_digest(digest) else None


def _oci(store: Store, data: bytes, reference: str, name: str | None, options: Options) -> Image:
    index = parse_object(data, "index.json")
    entries = [entry for entry in mappings(index.get("manifests")) if not _is_attestation(entry)]
    names = [
        (text(mapping(entry.get("annotations")).get("org.opencontainers.image.ref.name")),)
        for entry in entries
    ]
    distinct = {text(entry.get("digest")) for entry in entries}
    several_platforms = len(distinct) > 1 and all("platform" in entry for entry in entries) and name is None
    if not entries:
        raise ImageError("index.json lists no image")
    if several_platforms:
        chosen = choose_manifest({**index, "mediaType": _INDEX}, options.platform)
        descriptor, manifest = chosen.descriptor, chosen.manifest
    elif len(distinct) > 1:
        descriptor, manifest = _chosen(entries, names, reference, name), Manifest(None, None, None)
    else:
        descriptor, manifest = entries[0], Manifest(None, None, None)
    document, found = _resolve(store, descriptor, manifest, options)
    descriptor = mapping(document.get("config"))
    configuration = parse_object(
        _blob(store, descriptor, "the image's configuration"), "the image's configuration"
    )
    described = mappings(document.get("layers"))
    diff_ids = _diff_ids(configuration, len(described))
    history = read_history(configuration)
    layers = _Layers(store, options)
    result = []
    for layer, diff_id, step in zip(
        described, diff_ids, steps_of_layers(history, len(described)), strict=True
    ):
        digest = text(layer.get("digest"))
        path = _blob_path(digest)
        size, stored = count(layer.get("size")), store.size(path)
        if stored is None:
            raise ImageError(f"the layer {digest} is missing")
        if size is not None and size != stored:
            raise ImageError(f"the layer {digest} is damaged: it has {stored} bytes instead of {size}")
        result.append(layers.read(path, digest, diff_id, step, text(layer.get("mediaType")) or None))
    return Image(reference, "oci", found, configuration, history, tuple(result), layers.basis("manifest"))


_INDEX = "application/vnd.oci.image.index.v1+json"


def _is_attestation(entry: Mapping[str, Any]) -> bool:
    return mapping(entry.get("annotations")).get("vnd.docker.reference.type") == "attestation-manifest"


def _resolve(
    store: Store, descriptor: Mapping[str, Any], found: Manifest, options: Options
) -> tuple[Mapping[str, Any], Manifest]:
    """The manifest that `descriptor` leads to, through at most three indexes."""
    for _ in range(4):
        data = _blob(store, descriptor, "the image's manifest")
        document = parse_object(data, "the image's manifest")
        if "manifests" in document:
            chosen = choose_manifest(document, options.platform)
            descriptor, found = chosen.descriptor, chosen.manifest
            continue
        media_type = text(document.get("mediaType")) or text(descriptor.get("mediaType")) or None
        return document, found._replace(
            digest=text(descriptor.get("digest")) or None, media_type=media_type, bytes=len(data)
        )
    raise ImageError("the image's indexes lead to each other without end")


def _blob(store: Store, descriptor: Mapping[str, Any], what: str) -> bytes:
    digest = text(descriptor.get("digest"))
    data = store.document(_blob_path(digest))
    if data is None:
        raise ImageError(f"{what} ({digest}) is missing")
    verify(data, digest, what)
    return data


def _blob_path(digest: str) -> str:
    if not is_digest(digest):
        raise ImageError(f"the image has a digest that is none: {digest[:80]!r}")
    return f"blobs/sha256/{digest[7:]}"


class _Layers:
    """Reads layers; equal ones once."""

    def __init__(self, store: Store, options: Options) -> None:
        self._store = store
        self._options = options
        self._known: dict[str, StoredLayer] = {}
        self._entries = 0
        self._compressed = self._plain = False

    def read(
        self, path: str, digest: str | None, diff_id: str, step: Step | None, media_type: str | None
    ) -> Layer:
        stored = self._known.get(path)
        if stored is None:
            stored = self._known[path] = self._store.layer(path, digest)
            self._entries += len(stored.entries)
            if self._entries > _MOST_ENTRIES:
                raise ImageError(f"the image has more than {_MOST_ENTRIES} files and folders in its layers")
        plain = stored.compression is None
        self._plain |= plain
        self._compressed |= not plain
        known = digest if digest != diff_id or media_type is not None else None
        compressed = None if plain and media_type is None else stored.stored_bytes
        return Layer(diff_id, known, media_type, compressed, step, stored.entries, stored.read)

    def basis(self, basis: CompressedBasis) -> CompressedBasis | None:
        """Where compressed sizes are from, None where layers have none."""
        if basis == "archive" and self._plain:
            return None
        return basis
