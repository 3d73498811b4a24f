"""Suggestions for a smaller image, each with the bytes that it saves, no byte in two of them."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lintimg.contents.advice import Advice, Choice
from lintimg.contents.base_advice import base_choices
from lintimg.contents.copies_advice import LARGE, copies
from lintimg.contents.hidden_advice import hidden_advice
from lintimg.contents.packages_advice import package_choices
from lintimg.contents.parts import CACHES
from lintimg.contents.places_advice import installing_layers, place_choices
from lintimg.contents.survey import Survey
from lintimg.image.inodes import Place
from lintimg.image.waste import losses
from lintimg.model.finding import Saving
from lintimg.model.image import ImageLayer, Suggestion
from lintimg.text import path_text

_LEAST_SHARE = 500
"""A suggestion is worth its words from this part of the image on."""
_PATHS = 3


def suggestions(found: Survey, layers: Sequence[ImageLayer]) -> tuple[Suggestion, ...]:
    """What to do, the largest saving first; `layers` are the image's, with their Dockerfile lines if known."""
    tallies = _Tallies()
    choices = (*base_choices(found, layers), *package_choices(found, layers), *place_choices(found, layers))
    taken = _count_visible(found, choices, tallies)
    for place, advice in copies(found):
        if place not in taken:
            entries = found.stack.layers[place.layer]
            tallies.of(advice).add(place.layer, entries.sizes[place.entry], entries.names[place.entry])
    _count_hidden(found, choices, layers, tallies)
    total = found.stack.uncompressed
    worth = [tally for tally in tallies if tally.total * _LEAST_SHARE > total]
    worth.sort(key=lambda tally: (-tally.total, tally.advice.title))
    return tuple(_suggestion(tally, layers) for tally in worth)


def _suggestion(tally: _Tally, layers: Sequence[ImageLayer]) -> Suggestion:
    advice = tally.advice
    most = max(tally.layers, key=lambda layer: (tally.layers[layer], -layer))
    line = most if advice.line is None else advice.line
    return Suggestion(
        title=advice.title,
        saving=Saving(tally.total, "measured"),
        rules=advice.rules,
        dockerfile_line=layers[line].dockerfile_line,
        fix=None,
        help=advice.help,
        about=advice.about,
        layers=tuple(sorted(tally.layers)),
        paths=tuple(
            path_text(path) for _, path in sorted(tally.largest, key=lambda each: (-each[0], each[1]))
        ),
    )


class _Tally:
    """The bytes of an advice, by layer, and its largest files."""

    def __init__(self, advice: Advice) -> None:
        self.advice = advice
        self.layers: dict[int, int] = {}
        self.largest: list[tuple[int, bytes]] = []

    @property
    def total(self) -> int:
        return sum(self.layers.values())

    def add(self, layer: int, size: int, path: bytes) -> None:
        self.layers[layer] = self.layers.get(layer, 0) + size
        if len(self.largest) < _PATHS:
            heapq.heappush(self.largest, (size, path))
        elif size > self.largest[0][0]:
            heapq.heapreplace(self.largest, (size, path))


class _Tallies:
    def __init__(self) -> None:
        self._all: dict[Advice, _Tally] = {}

    def __iter__(self) -> Iterator[_Tally]:
        return iter(self._all.values())

    def of(self, advice: Advice) -> _Tally:
        tally = self._all.get(advice)
        if tally is None:
            tally = self._all[advice] = _Tally(advice)
        return tally


_Taker = Callable[[bytes], object]


def _takers(choices: Iterable[Choice], layer: int) -> dict[int, list[tuple[Advice, _Taker | None]]]:
    """For each part of a layer the choices about it, the first one first."""
    takers: dict[int, list[tuple[Advice, _Taker | None]]] = {}
    for choice in choices:
        if layer in choice.layers:
            taker = None if choice.pattern is None else re.compile(choice.pattern.encode()).search
            for part in choice.parts:
                takers.setdefault(part, []).append((choice.advice, taker))
    return takers


def _first(takers: Sequence[tuple[Advice, _Taker | None]], path: bytes) -> Advice | None:
    return next((advice for advice, taker in takers if taker is None or taker(path)), None)


def _count_visible(found: Survey, choices: Sequence[Choice], tallies: _Tallies) -> set[Place]:
    """Adds what the choices are about; the large files among it."""
    taken = set()
    for layer, owners in enumerate(found.of):
        takers = _takers(choices, layer)
        if not takers:
            continue
        entries, states = found.stack.layers[layer], found.stack.states[layer]
        for index in [index for index, part in enumerate(owners) if part in takers]:
            if states[index] == 1 and entries.sizes[index]:
                advice = _first(takers[owners[index]], entries.names[index])
                if advice is not None:
                    tallies.of(advice).add(layer, entries.sizes[index], entries.names[index])
                    if entries.sizes[index] >= LARGE:
                        taken.add(Place(layer, index))
    return taken


def _count_hidden(
    found: Survey, choices: Sequence[Choice], layers: Sequence[ImageLayer], tallies: _Tallies
) -> None:
    """A cache that a later layer deletes is a matter of the cache; the rest is one of the layers."""
    installing = installing_layers(found, layers)
    takers: dict[int, dict[int, list[tuple[Advice, _Taker | None]]]] = {}
    for loss in losses(found.stack):
        part = found.of[loss.layer][loss.entry]
        path = found.stack.layers[loss.layer].names[loss.entry]
        advice = None
        if found.parts[part].category == CACHES and loss.kind == "deleted":
            if loss.layer not in takers:
                takers[loss.layer] = _takers(choices, loss.layer)
            advice = _first(takers[loss.layer].get(part, ()), path)
        advice = advice or hidden_advice(loss, layers, found.base, installing)
        if advice is not None:
            tallies.of(advice).add(loss.layer, loss.bytes, path)
