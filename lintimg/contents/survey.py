"""Which part of the image each of its bytes belongs to, in one pass over the visible entries."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress

from lintimg.contents.metadata import Metadata, read_metadata
from lintimg.contents.parts import Part, Parts
from lintimg.contents.places import SUFFIXES, TAILS
from lintimg.contents.rules import PROGRAM, FolderRules
from lintimg.image.configuration import read_config
from lintimg.image.entries import Entries
from lintimg.image.image import Image
from lintimg.image.names import clean_name
from lintimg.image.stack import LayerStack
from lintimg.lazy import NamedTuple


class Survey(NamedTuple):
    """What is in the image. `of` has each entry's part by number, layer by layer, 0 for what has none."""

    stack: LayerStack
    parts: Sequence[Part]
    of: tuple[array[int], ...]
    bytes: dict[tuple[int, int], int]
    """Visible bytes by part and layer."""
    metadata: Metadata
    base: int | None
    """How many layers are the base image's; None where that is not known."""


def survey(image: Image, stack: LayerStack, base: int | None = None) -> Survey:
    """What the bytes of `image` are, whose lowest `base` layers are its base image's."""
    parts = Parts()
    metadata = read_metadata(image, stack, parts)
    rules = FolderRules(metadata, parts, _working_dir(image))
    of = tuple(_owners(entries, rules) for entries in stack.layers)
    return Survey(stack, parts.all, of, _count(stack, of), metadata, base)


def _owners(entries: Entries, rules: FolderRules) -> array[int]:
    """The part of each entry of a layer."""
    numbers = entries.folders.of
    found = [rules.of_folder(name) for name in entries.folders.names]
    usual = [rule.part or rule.default for rule in found]
    owners = array("I", [usual[number] for number in numbers])
    listed = bytes(rule.listed for rule in found)
    special = {index for index, number in enumerate(numbers) if listed[number]} if 1 in listed else set()
    # Most layers have a handful of kinds of names: whether one is of interest shows in their last bytes.
    if any(tail.rpartition(b".")[2] in TAILS for tail in {name[-3:] for name in entries.names}):
        special.update(
            [index for index, name in enumerate(entries.names) if name.rpartition(b".")[2] in SUFFIXES]
        )
    if max(entries.sizes, default=0) >= PROGRAM:
        special.update([index for index, size in enumerate(entries.sizes) if size >= PROGRAM])
    for index in special:
        rule = found[numbers[index]]
        if not rule.part:
            owners[index] = rules.of_file(rule, entries, index)
    return owners


def _count(stack: LayerStack, of: Sequence[array[int]]) -> dict[tuple[int, int], int]:
    totals: dict[tuple[int, int], int] = {}
    for layer, owners in enumerate(of):
        own = [0] * (max(owners, default=0) + 1)
        visible = stack.shown(layer)
        for part, size in compress(zip(owners, stack.layers[layer].sizes, strict=True), visible):
            own[part] += size
        for place, size in stack.heirs.items():
            if place.layer == layer:
                own[owners[place.entry]] += size
        totals.update({(part, layer): size for part, size in enumerate(own) if size})
    return totals


def _working_dir(image: Image) -> bytes:
    return clean_name(read_config(image.configuration).working_dir.encode("utf-8", "replace"))
