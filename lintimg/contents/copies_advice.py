"""Advice on files that are in the image more than once, outside of packages."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.contents.advice import Advice
from lintimg.contents.parts import ARCHIVES, CODE, JARS, MODELS, OTHER, PROGRAMS
from lintimg.contents.places_advice import own_layers
from lintimg.contents.survey import Survey
from lintimg.image.inodes import Place
from lintimg.lazy import NamedTuple
from lintimg.text import path_text

_CATEGORIES = frozenset((ARCHIVES, CODE, JARS, MODELS, OTHER, PROGRAMS))
LARGE = 1_000_000
"""Bytes of a file from which a second copy is worth a word."""


class Copy(NamedTuple):
    """A file whose content is elsewhere as well, and what to do about it."""

    place: Place
    advice: Advice


def copies(found: Survey) -> Iterator[Copy]:
    """The copies beyond the first of large files; none where contents have no fingerprints."""
    groups: dict[tuple[int, bytes], list[Place]] = {}
    wanted = {number for number, part in enumerate(found.parts) if part.category in _CATEGORIES}
    for layer in sorted(own_layers(found)):
        entries, states = found.stack.layers[layer], found.stack.states[layer]
        prints = entries.fingerprints
        if prints is None:
            continue
        for index, size in enumerate(entries.sizes):
            if size >= LARGE and states[index] == 1 and prints[index] and found.of[layer][index] in wanted:
                groups.setdefault((size, prints[index]), []).append(Place(layer, index))
    for places in groups.values():
        if len(places) > 1:
            names = {place: found.stack.layers[place.layer].names[place.entry] for place in places}
            # What lies where Lambda looks for code stays.
            first, *others = sorted(
                places, key=lambda place: (not names[place].startswith(b"var/task/"), names[place])
            )
            advice = Advice(
                f"{path_text(names[first])} is in the image {len(places)} times",
                f"Keep one copy; where a program wants it elsewhere, ln -s {path_text(names[first])}",
                (),
            )
            for place in others:
                yield Copy(place, advice)
