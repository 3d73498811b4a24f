"""From a survey to what a report says of an image's contents."""

from __future__ import annotations

from collections.abc import Iterable

from lintimg.contents.parts import BASE
from lintimg.contents.survey import Survey
from lintimg.model.image import ContentCategory, ContentItem


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
    return tuple(_largest_first(_category(name, of, top) for name, of in items.items()))


class _Item:
    def __init__(self) -> None:
        self.bytes = 0
        self.layers: set[int] = set()
        self.versions: set[str | None] = set()


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
