"""Hard links: several names of one file, in one layer or across layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from lintimg.image.entries import HARD_LINK, Entries
from lintimg.image.names import clean_name


class Place(NamedTuple):
    """An entry of an image: the layer's number and the entry's in it."""

    layer: int
    entry: int


def link_groups(
    layers: Sequence[Entries], deaths: Sequence[Mapping[int, tuple[int, str]]]
) -> list[list[Place]]:
    """The names of each file that has several, the one with the content first.

    `deaths` tells by layer and entry which later layer hid it. A link's target is sought in its own layer
    and then, as an engine finds it on disk, in those below; one that leads nowhere belongs to no group.
    """
    groups: dict[Place, list[Place]] = {}
    roots: dict[Place, Place] = {}
    indices: dict[int, dict[bytes, int]] = {}

    def find(layer: int, path: bytes) -> Place | None:
        if layer not in indices:
            names = layers[layer].names
            indices[layer] = dict(zip(names, range(len(names)), strict=True))
        index = indices[layer].get(path)
        return None if index is None else Place(layer, index)

    for number, entries in enumerate(layers):
        at = entries.types.find(HARD_LINK)
        while at >= 0:
            place = Place(number, at)
            target = _target(place, entries.links[at], find, deaths)
            root = None if target is None else roots.get(target, target)
            if root is not None and root != place and layers[root.layer].types[root.entry] != HARD_LINK:
                roots[place] = root
                groups.setdefault(root, [root]).append(place)
            at = entries.types.find(HARD_LINK, at + 1)
    return list(groups.values())


def _target(
    place: Place,
    link: bytes,
    find: Callable[[int, bytes], Place | None],
    deaths: Sequence[Mapping[int, tuple[int, str]]],
) -> Place | None:
    path = clean_name(link)
    for layer in range(place.layer, -1, -1):
        found = find(layer, path)
        if found is None:
            continue
        death = deaths[layer].get(found.entry)
        alive = death is None or death[0] > place.layer
        return found if layer == place.layer or alive else None
    return None
