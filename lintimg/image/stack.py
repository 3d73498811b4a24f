"""Layers laid over each other: what is visible at the end, and which layer hid what is not.

One pass from the top down. A layer's paths are held against those of the layers above as sets, and only
where a folder was removed or replaced are the ancestors of its entries looked up, each folder once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Literal

from lintimg.image.entries import FOLDER, Entries
from lintimg.image.errors import ImageError
from lintimg.image.inodes import Place, link_groups
from lintimg.lazy import NamedTuple

Way = Literal["deleted", "overwritten"]

_ONLY_VISIBLE = bytes(int(state == 1) for state in range(256))
"""Translates states into 1 for what a container sees and 0 for the rest."""

_VISIBLE, _HIDDEN, _NOTHING = 1, 0, 2
"""States of an entry; `_NOTHING` is a whiteout, or what a later entry of its own layer replaced."""


_MOST = 1 << 32
"""More entries than a layer can have."""
_DEEPEST = 1 << 28
"""Bytes of the names of folders that are in no archive but above those which are."""


class Kill(NamedTuple):
    """An entry that a later layer hid: the layer, how, and the bytes that are lost by it."""

    layer: int
    way: Way
    bytes: int


class LayerStack(NamedTuple):
    """All layers of an image, lowest first."""

    layers: tuple[Entries, ...]
    states: tuple[bytes, ...]
    kills: tuple[Mapping[int, Kill], ...]
    """By layer and entry. Folders are never killed: they have no bytes."""
    sizes: tuple[int, ...]
    """Bytes of the files in each layer. Engines also count the lengths of symbolic links where a layer was
    unpacked on their own disk (pulled, loaded, built by the classic builder), and do not after BuildKit."""
    losses: tuple[int, ...]
    """Bytes of each layer that later ones hid."""
    heirs: Mapping[Place, int]
    """Visible hard links that keep a hidden file's bytes alive, and how many."""

    @property
    def uncompressed(self) -> int:
        """Bytes in all layers."""
        return sum(self.sizes)

    @property
    def effective(self) -> int:
        """Bytes that a container sees."""
        return sum(self.sizes) - sum(self.losses)

    def bytes_of(self, place: Place) -> int:
        """The bytes that a container sees at a visible entry; all of them together are `effective`."""
        return self.heirs.get(place) or self.layers[place.layer].sizes[place.entry]

    def visible(self) -> Iterator[Place]:
        """The entries that a container sees, layer by layer."""
        for layer, states in enumerate(self.states):
            at = states.find(_VISIBLE)
            while at >= 0:
                yield Place(layer, at)
                at = states.find(_VISIBLE, at + 1)

    def shown(self, layer: int) -> bytes:
        """For each entry of a layer 1 if a container sees it, else 0."""
        return self.states[layer].translate(_ONLY_VISIBLE)

    def paths(self) -> Mapping[bytes, Place]:
        """Where each visible path comes from."""
        return _Paths(self)

    def files(self, layer: int) -> int:
        """How many entries other than folders and whiteouts a layer has."""
        entries = self.layers[layer]
        return len(entries) - entries.types.count(FOLDER) - len(entries.whiteouts.entries)


class _Paths(Mapping[bytes, Place]):
    """Places by path, made when they are asked for: a million of them would take half a second."""

    def __init__(self, stack: LayerStack) -> None:
        self._numbers: dict[bytes, int] = {}
        first = 0
        for layer, entries in enumerate(stack.layers):
            shown = stack.shown(layer)
            numbers = compress(range(first, first + len(shown)), shown)
            self._numbers.update(zip(compress(entries.names, shown), numbers, strict=True))
            first += _MOST

    def __getitem__(self, path: bytes) -> Place:
        return Place(*divmod(self._numbers[path], _MOST))

    def __contains__(self, path: object) -> bool:
        return path in self._numbers

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def stack_layers(layers: Sequence[Entries]) -> LayerStack:
    """The layers merged as an engine does it."""
    return _Stacking(tuple(layers)).run()


class _Stacking:
    def __init__(self, layers: tuple[Entries, ...]) -> None:
        self.layers = layers
        self.above: dict[bytes, int] = {}
        """Every path of the layers above, and the lowest of them: twice its number, plus one for a folder."""
        self.removed: dict[bytes, int] = {}
        """Paths that a layer above removes, and the lowest of these."""
        self.emptied: dict[bytes, int] = {}
        """Folders whose content a layer above hides."""
        self.replaced: dict[bytes, int] = {}
        """Folders of layers above that a file of a still higher one replaced."""
        self.states: list[bytearray] = []
        self.deaths: list[dict[int, tuple[int, Way]]] = []
        """By layer: entry to the first layer that hid it, and how."""

    def run(self) -> LayerStack:
        sizes = [self.layer(number) for number in range(len(self.layers) - 1, -1, -1)]
        self.states.reverse()
        self.deaths.reverse()
        kills, heirs = self.kills()
        return LayerStack(
            self.layers,
            tuple(bytes(state) for state in self.states),
            kills,
            tuple(reversed(sizes)),
            tuple(sum(kill.bytes for kill in layer.values()) for layer in kills),
            heirs,
        )

    def layer(self, number: int) -> int:
        """Merges a layer below those already merged; its bytes."""
        entries = self.layers[number]
        names = entries.names
        places = dict(zip(names, range(len(names)), strict=True))
        states = bytearray([_VISIBLE]) * len(names)
        for index in entries.whiteouts.entries:
            states[index] = _NOTHING
        if len(places) < len(names):
            for index, name in enumerate(names):
                if places[name] != index:
                    states[index] = _NOTHING
        deaths = self.overwritten(entries, places, states)
        self.hide_removed(entries, places, deaths)
        for index in deaths:
            states[index] = _HIDDEN if states[index] != _NOTHING else _NOTHING
        self.states.append(states)
        # Sets have no order of their own, and reports must be the same each time.
        self.deaths.append({index: deaths[index] for index in sorted(deaths) if states[index] == _HIDDEN})
        self.raise_layer(entries, number, places)
        sizes = entries.sizes
        return sum(sizes) - sum(sizes[index] for index in _indices(states, _NOTHING))

    def overwritten(
        self, entries: Entries, places: Mapping[bytes, int], states: bytearray
    ) -> dict[int, tuple[int, Way]]:
        """The entries whose path a layer above has again. Folders stay folders: only their attributes change."""
        deaths: dict[int, tuple[int, Way]] = {}
        types, above = entries.types, self.above
        for path in above.keys() & places.keys():
            index = places[path]
            if types[index] == FOLDER:
                # Whatever is there now, this entry is not what describes it.
                states[index] = _NOTHING
            else:
                deaths[index] = (above[path] >> 1, "overwritten")
        return deaths

    def hide_removed(
        self, entries: Entries, places: Mapping[bytes, int], deaths: dict[int, tuple[int, Way]]
    ) -> None:
        """Adds the entries that are gone with their own whiteout or with a folder."""
        for path in self.removed.keys() & places.keys():
            _die_first(deaths, places[path], self.removed[path], "deleted")
        hidden = self.hidden_folders(entries)
        if not hidden:
            return
        killers = [hidden[name] for name in entries.folders.names]
        if any(killer is not None for killer in killers):
            for index, number in enumerate(entries.folders.of):
                killer = killers[number]
                if killer is not None:
                    _die_first(deaths, index, killer, "deleted")

    def hidden_folders(self, entries: Entries) -> dict[bytes, int | None]:
        """Every folder of the layer, and the first layer above that hides its content; empty if none does."""
        if not self.above and not self.emptied and not self.removed:
            return {}
        folders = set(entries.folders.names)
        _add_ancestors(folders)
        killers: dict[bytes, int] = {}
        for source in (self.removed, self.emptied, self.replaced):
            for path in source.keys() & folders:
                killers[path] = min(source[path], killers.get(path, source[path]))
        for path in self.above.keys() & folders:
            layer, is_folder = divmod(self.above[path], 2)
            # A file has taken the folder's place.
            if not is_folder:
                killers[path] = min(layer, killers.get(path, layer))
        if not killers:
            return {}
        hidden: dict[bytes, int | None] = {}
        for folder in sorted(folders):
            own = killers.get(folder)
            inherited = hidden[folder.rpartition(b"/")[0]] if folder else None
            hidden[folder] = own if inherited is None else inherited if own is None else min(own, inherited)
        return hidden

    def raise_layer(self, entries: Entries, number: int, places: Mapping[bytes, int]) -> None:
        """Makes the layer one of those above."""
        types, whiteouts = entries.types, entries.whiteouts
        above = self.above
        folders = [entries.names[index] for index in _indices(types, FOLDER)]
        if len(places) < len(entries.names):
            folders = [name for name in folders if types[places[name]] == FOLDER]
        for name in folders:
            known = above.get(name, 1)
            if not known & 1:
                self.replaced[name] = known >> 1
        above.update(dict.fromkeys(entries.names, 2 * number))
        above.update(dict.fromkeys(folders, 2 * number + 1))
        for index in whiteouts.entries:
            self.above.pop(entries.names[index], None)
        self.removed.update(dict.fromkeys(whiteouts.paths, number))
        self.emptied.update(dict.fromkeys(whiteouts.opaque, number))

    def kills(self) -> tuple[tuple[dict[int, Kill], ...], dict[Place, int]]:
        """The deaths with their bytes, and the heirs: a file's bytes are lost with the last of its names."""
        kills = [
            {
                index: Kill(killer, way, entries.sizes[index])
                for index, (killer, way) in deaths.items()
                if entries.types[index] != FOLDER
            }
            for entries, deaths in zip(self.layers, self.deaths, strict=True)
        ]
        heirs: dict[Place, int] = {}
        for group in link_groups(self.layers, self.deaths):
            root = group[0]
            kill = kills[root.layer].get(root.entry)
            if kill is None:
                continue
            ends = [self.deaths[place.layer].get(place.entry) for place in group]
            if None in ends:
                heirs[group[ends.index(None)]] = kill.bytes
                kills[root.layer][root.entry] = kill._replace(bytes=0)
            else:
                layer, way = max(end for end in ends if end is not None)
                kills[root.layer][root.entry] = Kill(layer, way, kill.bytes)
        return tuple(kills), heirs


def _die_first(deaths: dict[int, tuple[int, Way]], index: int, layer: int, way: Way) -> None:
    """The first layer that hides an entry is the one that counts; in a layer of both kinds it is a rewriting."""
    known = deaths.get(index)
    if known is None or layer < known[0]:
        deaths[index] = (layer, way)


def _add_ancestors(folders: set[bytes]) -> None:
    """Adds the folders that have no file of their own. Raises ImageError where they are absurdly deep."""
    added = 0
    for folder in tuple(folders):
        parent = folder
        while parent:
            parent = parent.rpartition(b"/")[0]
            if parent in folders:
                break
            folders.add(parent)
            added += len(parent)
            if added > _DEEPEST:
                raise ImageError("the image nests its folders too deep")


def _indices(states: bytes | bytearray, state: int) -> Iterable[int]:
    at = states.find(state)
    while at >= 0:
        yield at
        at = states.find(state, at + 1)
