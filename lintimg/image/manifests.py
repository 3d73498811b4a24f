"""From an OCI or Docker manifest to the image it describes (opencontainers/image-spec manifest.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lintimg.image.configuration import read_history, steps_of_layers
from lintimg.image.document import count, mapping, mappings, parse_object, text, texts
from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Layer, Manifest, Options
from lintimg.image.platforms import choose_manifest
from lintimg.image.stored import StoredLayer
from lintimg.lazy import sha256_hex

_MOST_INDEXES = 4
_MOST_LAYERS = 1000
_MOST_ENTRIES = 10_000_000
"""Entries of all layers together, about 3 GB of memory."""


class Blobs(Protocol):
    """Where what a descriptor names is found. All raise ImageError."""

    def manifest(self, descriptor: Mapping[str, Any]) -> bytes:
        """A manifest or an index."""

    def document(self, descriptor: Mapping[str, Any], what: str) -> bytes:
        """A small file; messages call it `what`."""

    def layer(self, descriptor: Mapping[str, Any]) -> StoredLayer | None:
        """A layer, None where none is to be read."""


def read_manifest(
    blobs: Blobs, data: bytes, found: Manifest, reference: str, source: str, options: Options
) -> Image:
    """The image of the manifest or index `data`; `found` is what is known of it. Raises ImageError."""
    data, document, found = _resolve(blobs, data, found, options)
    manifest = found._replace(
        digest=f"sha256:{sha256_hex(data)}",
        media_type=text(document.get("mediaType")) or found.media_type,
        bytes=len(data),
    )
    what = "the image's configuration"
    configuration = parse_object(blobs.document(mapping(document.get("config")), what), what)
    described = mappings(document.get("layers"))
    diff_ids = layer_diff_ids(configuration, len(described))
    history = read_history(configuration)
    steps = steps_of_layers(history, len(described))
    layers = []
    known: dict[str, StoredLayer | None] = {}
    entries = 0
    for descriptor, diff_id, step in zip(described, diff_ids, steps, strict=True):
        digest = text(descriptor.get("digest"))
        if digest not in known:
            known[digest] = blobs.layer(descriptor)
        stored = known[digest]
        entries = count_entries(entries, stored)
        layers.append(
            Layer(
                diff_id,
                digest,
                text(descriptor.get("mediaType")) or None,
                count(descriptor.get("size")),
                step,
                None if stored is None else stored.entries,
                None if stored is None else stored.read,
            )
        )
    return Image(reference, source, manifest, configuration, history, tuple(layers), "manifest")


def _resolve(
    blobs: Blobs, data: bytes, found: Manifest, options: Options
) -> tuple[bytes, Mapping[str, Any], Manifest]:
    """The manifest that `data` is or leads to."""
    for _ in range(_MOST_INDEXES):
        document = parse_object(data, "the image's manifest")
        if "manifests" not in document:
            if document.get("schemaVersion") == 1:
                raise ImageError(
                    "its manifest has Docker's schema 1, which Lambda does not take: push it again"
                )
            return data, document, found
        chosen = choose_manifest(document, options.platform)
        data, found = blobs.manifest(chosen.descriptor), chosen.manifest
        found = found._replace(media_type=text(chosen.descriptor.get("mediaType")) or None)
    raise ImageError("the image's indexes lead to each other without end")


def layer_diff_ids(configuration: Mapping[str, Any], layers: int) -> tuple[str, ...]:
    """The digests of the layers' plain archives. Raises ImageError where they are not as many as `layers`."""
    diff_ids = texts(mapping(configuration.get("rootfs")).get("diff_ids"))
    if len(diff_ids) != layers:
        raise ImageError(f"the manifest lists {layers} layers and the configuration {len(diff_ids)}")
    if layers > _MOST_LAYERS:
        raise ImageError(f"the image has {layers} layers")
    return diff_ids


def count_entries(before: int, stored: StoredLayer | None) -> int:
    """The entries of an image so far. Raises ImageError when they would take too much memory."""
    entries = before + (0 if stored is None else len(stored.entries))
    if entries > _MOST_ENTRIES:
        raise ImageError(f"the image has more than {_MOST_ENTRIES} files and folders in its layers")
    return entries
