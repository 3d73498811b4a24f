"""One path of an image: who brought it, who wrote it again, who removed it, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.image.entries import FOLDER
from lintimg.image.errors import ImageError
from lintimg.image.image import Image
from lintimg.image.inodes import Place
from lintimg.image.names import clean_name
from lintimg.image.stack import LayerStack
from lintimg.model.image import PathHistory, PathStep, TreeNode
from lintimg.text import path_text

_DEPTH = 4
_SMALLEST = 0.05
"""Folders below this share of the whole are not opened."""


def path_history(image: Image, stack: LayerStack, path: str) -> PathHistory:
    """What the layers did to `path` and, if it is a folder, to what is in it. Raises ImageError."""
    wanted = _wanted(path)
    inside = wanted + b"/" if wanted else b""
    places = [
        Place(number, index)
        for number, entries in enumerate(stack.layers)
        for index, name in enumerate(entries.names)
        if (name.startswith(inside) or name == wanted) and index not in entries.whiteouts.entries
    ]
    if not places:
        raise ImageError(f"no layer has {path_text(wanted)}{_nearest(stack, wanted)}")
    steps = tuple(_steps(image, stack, places))
    visible = [place for place in places if _is_visible(stack, place)]
    return PathHistory(
        path_text(wanted),
        bool(visible),
        sum(stack.bytes_of(place) for place in visible),
        sum(step.added_bytes for step in steps),
        steps,
    )


def _wanted(path: str) -> bytes:
    return clean_name(path.encode("utf-8", "surrogateescape"))


def _is_visible(stack: LayerStack, place: Place) -> bool:
    return stack.states[place.layer][place.entry] == 1


def _nearest(stack: LayerStack, wanted: bytes) -> str:
    """The deepest folder on the way that there is."""
    names = {name for entries in stack.layers for name in entries.names}
    while wanted:
        wanted = wanted.rpartition(b"/")[0]
        if wanted in names:
            return f"; there is {path_text(wanted)}"
    return ""


def _steps(image: Image, stack: LayerStack, places: list[Place]) -> Iterator[PathStep]:
    added: dict[int, list[int]] = {}
    hidden: dict[int, list[tuple[str, int]]] = {}
    touched: set[int] = set()
    for place in places:
        entries = stack.layers[place.layer]
        touched.add(place.layer)
        if entries.types[place.entry] == FOLDER:
            continue
        added.setdefault(place.layer, []).append(entries.sizes[place.entry])
        kill = stack.kills[place.layer].get(place.entry)
        if kill is not None:
            hidden.setdefault(kill.layer, []).append((kill.way, kill.bytes))
    for number in sorted(touched | hidden.keys()):
        sizes, ends = added.get(number, []), hidden.get(number, [])
        step = image.layers[number].step
        yield PathStep(
            layer=number,
            added_files=len(sizes),
            added_bytes=sum(sizes),
            deleted_files=sum(way == "deleted" for way, _ in ends),
            overwritten_files=sum(way == "overwritten" for way, _ in ends),
            hidden_bytes=sum(size for _, size in ends),
            command=None if step is None else step.command or None,
            dockerfile_line=None,
        )


def outline(stack: LayerStack, path: str, top: int) -> TreeNode:
    """The visible tree below `path`, its `top` largest entries at each level. Raises ImageError."""
    root = _wanted(path)
    inside = root + b"/" if root else b""
    sizes: dict[bytes, int] = {}
    files: dict[bytes, int] = {}
    layers: dict[bytes, set[int]] = {}
    children: dict[bytes, set[bytes]] = {}
    found = False
    for place in stack.visible():
        entries = stack.layers[place.layer]
        name = entries.names[place.entry]
        if name != root and not name.startswith(inside):
            continue
        found = True
        if entries.types[place.entry] == FOLDER:
            continue
        size = stack.bytes_of(place)
        while True:
            sizes[name] = sizes.get(name, 0) + size
            files[name] = files.get(name, 0) + 1
            layers.setdefault(name, set()).add(place.layer)
            if len(name) <= len(root):
                break
            parent = name.rpartition(b"/")[0]
            children.setdefault(parent, set()).add(name)
            name = parent
    if not found:
        raise ImageError(f"a container sees no {path_text(root)}{_nearest(stack, root)}")
    least = sizes.get(root, 0) * _SMALLEST

    def node(name: bytes, depth: int) -> TreeNode:
        below: list[bytes] = []
        if depth == 0 or (depth < _DEPTH and sizes[name] >= least):
            below = sorted(children.get(name, ()), key=lambda child: (-sizes[child], child))
        shown = tuple(node(child, depth + 1) for child in below[:top])
        return TreeNode(
            path_text(name),
            sizes.get(name, 0),
            files.get(name, 0),
            tuple(sorted(layers.get(name, ()))),
            shown,
            len(children.get(name, ())) - len(shown),
        )

    return node(root, 0)
