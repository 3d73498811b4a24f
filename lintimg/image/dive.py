"""The JSON that dive writes (wagoodman/dive 0.13), for tools that read it; with lintimg's numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lintimg.image.entries import BLOCK, CHARACTER, FIFO, FILE, FOLDER, SYMLINK, Entries
from lintimg.image.image import Image
from lintimg.image.stack import LayerStack
from lintimg.text import path_text

_GO_TYPES = {FOLDER: 1 << 31, SYMLINK: 1 << 27, BLOCK: 1 << 26, CHARACTER: 1 << 26 | 1 << 21, FIFO: 1 << 25}
_GO_BITS = ((0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20))
"""How Go's io/fs writes a file's type, setuid, setgid and sticky bits."""


def dive_json(image: Image, stack: LayerStack, shown: Callable[[str], str]) -> str:
    """The report as JSON text with a line end; `shown` gives a command as it may be seen, without its secrets."""
    document = {
        "layer": [
            {
                "index": number,
                "id": (layer.diff_id or "").removeprefix("sha256:"),
                "digestId": layer.diff_id or "",
                "sizeBytes": stack.sizes[number],
                "command": "" if layer.step is None else shown(layer.step.command),
                "fileList": _files(stack.layers[number]),
            }
            for number, layer in enumerate(image.layers)
        ],
        "image": {
            "sizeBytes": stack.uncompressed,
            "inefficientBytes": sum(stack.losses),
            "efficiencyScore": stack.effective / stack.uncompressed if stack.uncompressed else 1.0,
            "fileReference": _references(stack),
        },
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") + "\n"


def _files(entries: Entries) -> list[dict[str, Any]]:
    return [
        {
            "path": entry.path.decode("utf-8", "surrogateescape"),
            "typeFlag": entry.type,
            "linkName": entry.link.decode("utf-8", "surrogateescape"),
            "size": entry.size,
            "fileMode": _go_mode(entry.type, entry.mode),
            "uid": entry.uid,
            "gid": entry.gid,
            "isDir": entry.type == FOLDER,
        }
        for entry in entries
    ]


def _go_mode(kind: int, mode: int) -> int:
    value = mode & 0o777 | _GO_TYPES.get(kind, 0)
    for bit, go in _GO_BITS:
        if mode & bit:
            value |= go
    return value


def _references(stack: LayerStack) -> list[dict[str, Any]]:
    """The paths that waste bytes, the most wasteful first."""
    copies: dict[bytes, int] = {}
    lost: dict[bytes, int] = {}
    for entries, kills in zip(stack.layers, stack.kills, strict=True):
        for index, kill in kills.items():
            if kill.bytes:
                name = entries.names[index]
                lost[name] = lost.get(name, 0) + kill.bytes
                copies[name] = copies.get(name, 0) + 1
    visible = stack.paths()
    ordered = sorted(lost, key=lambda name: (-lost[name], name))
    return [
        {"count": copies[name] + (name in visible), "sizeBytes": lost[name], "file": path_text(name)}
        for name in ordered
    ]


def dive_wasted(stack: LayerStack) -> int:
    """The bytes that dive would call wasted: every copy of a path that two layers or more have or remove.

    It counts the copy that stays as well, and nothing of what goes with a folder (wagoodman/dive#684).
    """
    sizes: dict[bytes, int] = {}
    times: dict[bytes, int] = {}
    for entries in stack.layers:
        for index, name in enumerate(entries.names):
            if entries.types[index] != FOLDER and index not in entries.whiteouts.entries:
                times[name] = times.get(name, 0) + 1
                sizes[name] = sizes.get(name, 0) + (
                    entries.sizes[index] if entries.types[index] == FILE else 0
                )
        for path in entries.whiteouts.paths:
            if path in times:
                times[path] += 1
    return sum(size for name, size in sizes.items() if times[name] > 1)
