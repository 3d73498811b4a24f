"""LI817: bytes that the image could do without, by kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.contents.parts import CACHES, HEADERS, VERSION_CONTROL
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.lint.wording import listing, size
from lintimg.model.finding import Saving, Severity
from lintimg.text import path_text

_LEAST = 1_000_000
_MUCH = 10_000_000
"""Bytes from which on waste is told at all, and as a warning."""
_KINDS = {CACHES: "caches", VERSION_CONTROL: "version-control", HEADERS: "headers"}


def wasted_bytes(subject: BuiltImage) -> Iterator[ImageHit]:
    """Hits for what later layers hide, layer by layer, and for kinds of files that no function needs."""
    stack = subject.stack
    if stack is None:
        return
    base = subject.base or 0
    for layer, kills in enumerate(stack.kills):
        total = stack.losses[layer]
        if layer < base or total < _LEAST:
            continue
        index = max(kills, key=lambda entry: kills[entry].bytes)
        path = stack.layers[layer].names[index]
        killers = sorted({kill.layer for kill in kills.values() if kill.bytes})
        ways = sorted({kill.way for kill in kills.values() if kill.bytes})
        yield ImageHit(
            {
                "bytes": size(total),
                "number": str(layer),
                "killers": _what_they_do(killers, ways),
                "largest": path_text(path),
            },
            variant=ways[0] if len(ways) == 1 else "hidden",
            severity=_severity(total),
            details={"kind": "hidden", "bytes": total, "killed_by": killers},
            layer=layer,
            path=path,
            saving=Saving(total, "measured"),
        )
    for category in subject.contents:
        kind = _KINDS.get(category.category)
        if kind is None or category.bytes < _LEAST:
            continue
        layers = {layer for item in category.items for layer in item.layers}
        yield ImageHit(
            {
                "bytes": size(category.bytes),
                "items": listing([f"{item.name} ({size(item.bytes)})" for item in category.items[:5]]),
            },
            variant=kind,
            severity=_severity(category.bytes),
            details={"kind": kind, "bytes": category.bytes},
            layer=layers.pop() if len(layers) == 1 and not category.more else None,
            saving=Saving(category.bytes, "measured"),
        )


def _what_they_do(killers: Sequence[int], ways: Sequence[str]) -> str:
    """A half sentence on what later layers do to files."""
    one = len(killers) == 1
    verbs = {
        "deleted": "deletes" if one else "delete",
        "overwritten": "writes again" if one else "write again",
    }
    numbers = listing([str(number) for number in killers])
    return f"layer{'' if one else 's'} {numbers} {' or '.join(verbs.get(way, way) for way in ways)}"


def _severity(total: int) -> Severity:
    return "warning" if total >= _MUCH else "info"
