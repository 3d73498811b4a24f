"""Hard links: several names of one file, in one layer or across layers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from lintimg.image.entries import HARD_LINK, Entries
from lintimg.image.names import clean_name
from lintimg.lazy import NamedTuple


class Place(NamedTuple):
    """An entry of an image: the layer's number and the entry's in it."""

    layer: int
    entry: int


Deaths = Sequence[Mapping[int, tuple[int, str]]]
"""By layer and entry: the first later layer that hid it, and how."""


def link_groups(layers: Sequence[Entries], deaths: Deaths) -> list[list[Place]]:
    """The names of each file that has several, the one with the content first.

    A link's target is sought in its own layer and then, as an engine finds it on disk, in those below; a link
    that leads nowhere belongs to no group.
    """
    groups: dict[Place, list[Place]] = {}
    roots: dict[Place, Place] = {}
    for link, target in _targets(layers, deaths):
        root = roots.get(target, target)
        if root != link and layers[root.layer].types[root.entry] != HARD_LINK:
            roots[link] = root
            groups.setdefault(root, [root]).append(link)
    return list(groups.values())


def _targets(layers: Sequence[Entries], deaths: Deaths) -> Iterator[tuple[Place, Place]]:
    """Each link and where it leads, in the order of the layers and their entries."""
    linked = [number for number, entries in enumerate(layers) if HARD_LINK in entries.types]
    indices = {number: _indices(layers[number]) for number in linked}
    below = _below(layers, indices)
    for number in linked:
        entries = layers[number]
        for index in _links(entries):
            path = clean_name(entries.links[index])
            own = indices[number].get(path)
            target = _alive(below.get(path, ()), number, deaths) if own is None else Place(number, own)
            if target is not None:
                yield Place(number, index), target


def _below(layers: Sequence[Entries], indices: Mapping[int, Mapping[bytes, int]]) -> dict[bytes, list[Place]]:
    """Where the targets are that some link does not find in its own layer, lowest layer first."""
    wanted = {
        path
        for number, own in indices.items()
        for index in _links(layers[number])
        if (path := clean_name(layers[number].links[index])) not in own
    }
    found: dict[bytes, list[Place]] = {}
    if wanted:
        for number, entries in enumerate(layers):
            own = indices.get(number) or _indices(entries)
            for path in wanted & own.keys():
                found.setdefault(path, []).append(Place(number, own[path]))
    return found


def _alive(places: Sequence[Place], layer: int, deaths: Deaths) -> Place | None:
    """The entry that a layer finds below itself: the newest, unless it was hidden before."""
    at = bisect_left(places, (layer, -1)) - 1
    if at < 0:
        return None
    death = deaths[places[at].layer].get(places[at].entry)
    return places[at] if death is None or death[0] > layer else None


def _indices(entries: Entries) -> dict[bytes, int]:
    return dict(zip(entries.names, range(len(entries)), strict=True))


def _links(entries: Entries) -> Iterator[int]:
    at = entries.types.find(HARD_LINK)
    while at >= 0:
        yield at
        at = entries.types.find(HARD_LINK, at + 1)
