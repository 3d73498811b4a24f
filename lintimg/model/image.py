"""What a report says about one built image: the JSON contract's `images[]` (schema 1.0).

Sizes are bytes of file contents, uncompressed unless their name says otherwise; None where unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lintimg.lazy import NamedTuple
from lintimg.model.finding import DockerfileLine, Fix, Saving, ZipFit

CompressedBasis = Literal["manifest", "archive", "sampled"]
"""Whether compressed bytes are those of the registry, of the archive at hand, or a guess from samples."""


class Verdict(NamedTuple):
    """Will Lambda take the image; None where that cannot be told."""

    lambda_accepts: bool | None
    reasons: tuple[str, ...]


class ImageConfig(NamedTuple):
    """What the image starts and in which surroundings; `env` holds NAME=VALUE."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[str, ...] = ()
    user: str = ""
    labels: Mapping[str, str] = {}


class ImageSize(NamedTuple):
    """`uncompressed` is the sum over all layers, `effective` what a container sees, `wasted` the difference."""

    uncompressed: int | None
    compressed: int | None
    compressed_basis: CompressedBasis | None
    limit: int
    share_of_limit: float | None
    effective: int | None
    wasted: int | None


class ImageLayer(NamedTuple):
    """A layer; number 0 is the lowest. `bytes` as the engine's history counts; `wasted_bytes` what later layers hid."""

    number: int
    diff_id: str | None
    digest: str | None
    media_type: str | None
    bytes: int | None
    compressed_bytes: int | None
    files: int | None
    command: str | None
    from_base: bool | None
    wasted_bytes: int | None
    dockerfile_line: DockerfileLine | None


class ContentItem(NamedTuple):
    """One package, file or folder of a category, and the layers that hold it.

    `shares` are kinds of files among its bytes, such as a Python package's bytecode, tests and native libraries.
    """

    name: str
    version: str | None
    bytes: int
    layers: tuple[int, ...] = ()
    shares: Mapping[str, int] = {}


class ContentCategory(NamedTuple):
    """What a part of the visible bytes is, its items largest first; `more` are not among `items`.

    The categories of an image add up to what a container sees.
    """

    category: str
    bytes: int
    items: tuple[ContentItem, ...]
    more: int = 0


class LargeFile(NamedTuple):
    """A file that a container sees, and the layer it is in."""

    path: str
    bytes: int
    layer: int
    dockerfile_line: DockerfileLine | None


class Waste(NamedTuple):
    """Bytes that need not be there. Those `counted_in_wasted` add up to the size's `wasted`, no byte twice.

    `paths` are the largest of the `files`; `layer` brought the bytes, `killed_by_layer` hid them.
    """

    kind: str
    rule: str | None
    paths: tuple[str, ...]
    files: int
    bytes: int
    layer: int | None
    killed_by_layer: int | None
    counted_in_wasted: bool


class Suggestion(NamedTuple):
    """Something to do: `title` says what is wrong, `help` what to type. No byte is in two savings.

    `paths` are the largest of the files, `layers` those that hold them; `about` is the package manager's cache
    that it is about, if any.
    """

    title: str
    saving: Saving | None
    rules: tuple[str, ...]
    dockerfile_line: DockerfileLine | None
    fix: Fix | None
    help: str = ""
    layers: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    about: str = ""


class PathStep(NamedTuple):
    """What one layer did at a path and below: files brought, and files of lower layers hidden."""

    layer: int
    added_files: int
    added_bytes: int
    deleted_files: int
    overwritten_files: int
    hidden_bytes: int
    command: str | None
    dockerfile_line: DockerfileLine | None


class PathHistory(NamedTuple):
    """A path's way through the layers; `bytes` are visible at the end, `all_bytes` those of all layers."""

    path: str
    visible: bool
    bytes: int
    all_bytes: int
    steps: tuple[PathStep, ...]


class TreeNode(NamedTuple):
    """A file or folder that a container sees, with all that is in it; `more` entries are not in `children`."""

    path: str
    bytes: int
    files: int
    layers: tuple[int, ...]
    children: tuple[TreeNode, ...]
    more: int


class ImageReport(NamedTuple):
    """What is known about one image; `why` and `tree` where they were asked for."""

    reference: str
    source: str
    manifest_digest: str | None
    os: str | None
    architecture: str | None
    verdict: Verdict
    config: ImageConfig
    size: ImageSize
    layers: tuple[ImageLayer, ...]
    contents: tuple[ContentCategory, ...] = ()
    waste: tuple[Waste, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    zip: ZipFit | None = None
    largest: tuple[LargeFile, ...] = ()
    why: PathHistory | None = None
    tree: TreeNode | None = None
