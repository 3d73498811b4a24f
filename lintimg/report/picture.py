"""What fills an image, as trees of sizes that a browser draws: by content, by folder, by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lintimg.model.image import ContentCategory, ImageLayer, ImageReport, TreeNode, Waste
from lintimg.report.image_phrases import item_name, known_bytes, shown_command, waste_text
from lintimg.report.phrases import cut
from lintimg.text import printable, size_text

_NAME = 200
_LAYERS = 6

Tree = dict[str, Any]
"""`name`, `bytes`, `size` (the bytes for people), `note`, `children`, the largest first, and maybe a `hue`."""


def views(image: ImageReport) -> Iterator[Tree]:
    """The trees that the report has the numbers for; `label` says what they are by."""
    if image.contents:
        yield {"label": "by content", "tree": by_content(image)}
    if image.tree is not None:
        yield {"label": "by folder", "tree": by_folder(image.tree)}
    if any(known_bytes(layer) for layer in image.layers):
        yield {"label": "by layer", "tree": by_layer(image)}


def by_content(image: ImageReport) -> Tree:
    """Categories and their packages; together the bytes that a container sees."""
    children = [_category(category, image.layers) for category in image.contents]
    return _node(image.reference, sum(category.bytes for category in image.contents), "", children)


def _category(category: ContentCategory, layers: Sequence[ImageLayer]) -> Tree:
    children = [
        _node(item_name(item), item.bytes, _from_layers(item.layers, layers)) for item in category.items
    ]
    rest = category.bytes - sum(item.bytes for item in category.items)
    if children and rest > 0:
        children.append(_node("the rest", rest))
    return _node(category.category, category.bytes, _mostly(category, layers), children)


def _mostly(category: ContentCategory, layers: Sequence[ImageLayer]) -> str:
    """The layer that brought most of a category, as far as its items tell."""
    sums: dict[int, int] = {}
    for item in category.items:
        if len(item.layers) == 1:
            sums[item.layers[0]] = sums.get(item.layers[0], 0) + item.bytes
    largest = max(sums, key=lambda number: sums[number], default=None)
    if largest is None or sums[largest] * 2 <= category.bytes:
        return ""
    return f"mostly {_from_layers((largest,), layers)}"


def by_folder(node: TreeNode) -> Tree:
    """Folders and files that a container sees."""
    children = [by_folder(child) for child in node.children]
    rest = node.bytes - sum(child.bytes for child in node.children)
    if children and rest > 0:
        children.append(_node(f"{node.more:,} more" if node.more else "the rest", rest))
    name = node.path.rstrip("/").rpartition("/")[2] or node.path
    return _node(name, node.bytes, _numbers(node.layers), children)


def by_layer(image: ImageReport) -> Tree:
    """Layers, and in each what later ones hide and the packages that lie in it alone."""
    children = [_layer(layer, image) for layer in image.layers if known_bytes(layer)]
    return _node(image.reference, sum(child["bytes"] for child in children), "", children)


def _layer(layer: ImageLayer, image: ImageReport) -> Tree:
    size = known_bytes(layer) or 0
    hidden = [
        _waste(entry) for entry in image.waste if entry.counted_in_wasted and entry.layer == layer.number
    ]
    items = [
        _node(item_name(item), item.bytes, category.category)
        for category in image.contents
        for item in category.items
        if item.layers == (layer.number,)
    ]
    children = [child for child in (*hidden, *items) if child["bytes"]]
    rest = size - sum(child["bytes"] for child in children)
    if rest < 0:
        children = []
    elif children and rest:
        children.append(_node("the rest", rest))
    line = layer.dockerfile_line
    place = "" if line is None else f"{line.path}:{line.line} "
    command = shown_command(layer.command)
    # The colour of its bar in the table of layers.
    return {
        **_node(f"{layer.number}: {command or 'no command known'}", size, place.strip(), children),
        "hue": layer.number,
    }


def _waste(entry: Waste) -> Tree:
    return _node(f"wasted: {waste_text(entry)}", entry.bytes, ", ".join(entry.paths[:3]))


def _from_layers(numbers: Sequence[int], layers: Sequence[ImageLayer]) -> str:
    """The layers and the instruction, where it is one, that brought something."""
    note = _numbers(numbers)
    if len(numbers) == 1 and 0 <= numbers[0] < len(layers):
        line = layers[numbers[0]].dockerfile_line
        if line is not None:
            return f"{note}, {line.path}:{line.line}"
    return note


def _numbers(layers: Sequence[int]) -> str:
    if not layers:
        return ""
    more = ", …" if len(layers) > _LAYERS else ""
    return f"{'layer' if len(layers) == 1 else 'layers'} {', '.join(map(str, layers[:_LAYERS]))}{more}"


def _node(name: str, size: int, note: str = "", children: Sequence[Tree] = ()) -> Tree:
    return {
        "name": cut(printable(name), _NAME),
        "bytes": size,
        "size": size_text(size),
        "note": cut(printable(note), _NAME),
        "children": sorted(children, key=lambda child: -child["bytes"]),
    }
