"""A built image as its source tells it: configuration, history, layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from lintimg.image.entries import Entries
from lintimg.lazy import NamedTuple
from lintimg.model.image import CompressedBasis

Via = Literal["auto", "database", "save", "history"]
"""The engine's own database, an export as `docker save` makes it, or only what the engine tells of sizes."""

Read = Callable[[int, int, int], bytes | None]
"""A part of an entry's content: takes its number, how many bytes, from where; None where they are not at hand."""


class Step(NamedTuple):
    """One line of an image's history; `empty` ones made no layer."""

    command: str
    comment: str
    empty: bool
    bytes: int | None = None
    """As an engine's own history tells it."""


class Layer(NamedTuple):
    """A layer; `entries` are None where only its size is known."""

    diff_id: str | None
    digest: str | None
    media_type: str | None
    compressed_bytes: int | None
    step: Step | None
    entries: Entries | None
    read: Read | None = None

    def content(self, entry: int, limit: int, offset: int = 0) -> bytes | None:
        """At most `limit` bytes of the file `entry`; None where they are not at hand. Raises ImageError."""
        return None if self.read is None else self.read(entry, limit, offset)


class Manifest(NamedTuple):
    """What a registry would show of the image; `index_type` is set where it came out of an index."""

    digest: str | None
    media_type: str | None
    bytes: int | None
    index_type: str | None = None
    attestations: int = 0
    platforms: tuple[str, ...] = ()


class Image(NamedTuple):
    """A built image. `configuration` is the image's JSON document, checked to be an object."""

    reference: str
    source: str
    manifest: Manifest
    configuration: Mapping[str, Any]
    history: tuple[Step, ...]
    layers: tuple[Layer, ...]
    compressed_basis: CompressedBasis | None = None
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read."""


class Options(NamedTuple):
    """How an image is read."""

    via: Via = "auto"
    """How an engine's image is read."""
    platform: str | None = None
    """`os/architecture[/variant]`; by default linux/amd64, then linux/arm64, then the first."""
    deep: bool = False
    """Are a registry's layers read, which means to download them."""
    hashes: bool = False
    """Are contents read to tell equal ones."""
    keep: Callable[[bytes, int], bool] | None = None
    """Which files (path as the archive has it, size) a caller will look into: what comes only once keeps them."""
    progress: Callable[[str, int, int | None], None] | None = None
    """Is told what is read, how many bytes have come, and how many there will be."""
