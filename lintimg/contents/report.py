"""From a survey to what a report says of an image's contents."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress, count, repeat

from lintimg.contents.parts import BASE, PYTHON
from lintimg.contents.python import python_share
from lintimg.contents.survey import Survey
from lintimg.model.image import ContentCategory, ContentItem, ImageLayer, LargeFile
from lintimg.text import path_text


def contents(found: Survey, top: int) -> tuple[ContentCategory, ...]:
    """What the visible bytes are, the largest first, `top` items each; together all that a container sees."""
    items: dict[str, dict[str, _Item]] = {}
    for (number, layer), size in found.bytes.items():
        part = found.parts[number]
        # Nobody can make the base image smaller: it is one category, its own categories are the items.
        category, name = (BASE, part.category) if layer < (found.base or 0) else (part.category, part.name)
        item = items.setdefault(category, {}).setdefault(name, _Item())
        item.bytes += size
        item.layers.add(layer)
        item.versions.add(part.version if category != BASE else None)
        item.parts.add(number)
    categories = [_category(name, of, top) for name, of in items.items()]
    shown = {item.name for category in categories if category.category == PYTHON for item in category.items}
    shares = python_shares(found, {name: items[PYTHON][name].parts for name in shown})
    return tuple(_largest_first(_with_shares(category, shares) for category in categories))


def _with_shares(category: ContentCategory, shares: Mapping[str, Mapping[str, int]]) -> ContentCategory:
    if category.category != PYTHON:
        return category
    return category._replace(
        items=tuple(item._replace(shares=shares.get(item.name, {})) for item in category.items)
    )


def largest(found: Survey, layers: Sequence[ImageLayer], top: int) -> tuple[LargeFile, ...]:
    """The `top` largest of the files that a container sees; `layers` are the image's."""
    # Numbers go down, so that among equal sizes the first one stays where it is.
    sizes = [
        heapq.nlargest(
            top, compress(zip(entries.sizes, count(0, -1), repeat(layer)), found.stack.shown(layer))
        )
        for layer, entries in enumerate(found.stack.layers)
    ]
    chosen = heapq.nlargest(top, chain.from_iterable(sizes))
    files = [
        LargeFile(
            path_text(found.stack.layers[layer].names[-index]), size, layer, layers[layer].dockerfile_line
        )
        for size, index, layer in chosen
        if size
    ]
    return tuple(sorted(files, key=lambda file: (-file.bytes, file.path)))


def python_shares(found: Survey, items: Mapping[str, set[int]]) -> dict[str, dict[str, int]]:
    """Bytes of bytecode, tests and native libraries in some Python packages, given by their parts."""
    names = {number: name for name, numbers in items.items() for number in numbers}
    shares: dict[str, dict[str, int]] = {}
    for layer in range(found.base or 0, len(found.of)) if names else ():
        entries, states = found.stack.layers[layer], found.stack.states[layer]
        for index, number in enumerate(found.of[layer]):
            if number in names and states[index] == 1 and entries.sizes[index]:
                share = python_share(entries.names[index])
                if share is not None:
                    of = shares.setdefault(names[number], {})
                    of[share] = of.get(share, 0) + entries.sizes[index]
    return shares


class _Item:
    def __init__(self) -> None:
        self.bytes = 0
        self.layers: set[int] = set()
        self.versions: set[str | None] = set()
        self.parts: set[int] = set()


def _category(name: str, items: dict[str, _Item], top: int) -> ContentCategory:
    ordered = sorted(items.items(), key=lambda item: (-item[1].bytes, item[0]))
    shown = tuple(
        ContentItem(
            item,
            ", ".join(sorted(version for version in of.versions if version)) or None,
            of.bytes,
            tuple(sorted(of.layers)),
        )
        for item, of in ordered[:top]
    )
    return ContentCategory(name, sum(of.bytes for of in items.values()), shown, len(items) - len(shown))


def _largest_first(categories: Iterable[ContentCategory]) -> list[ContentCategory]:
    return sorted(categories, key=lambda category: (-category.bytes, category.category))
