"""What the bytes that nobody sees were: deleted, overwritten, or written again for their attributes alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.image.entries import FILE, Entries
from lintimg.image.inodes import Place
from lintimg.image.stack import LayerStack
from lintimg.lazy import NamedTuple
from lintimg.model.image import Waste
from lintimg.text import path_text

_KINDS = ("deleted", "overwritten", "metadata-only")


class Loss(NamedTuple):
    """A file that nobody sees: its entry, the layer that hid it, how, and the bytes that are lost by it."""

    kind: str
    layer: int
    entry: int
    killer: int
    bytes: int


class _Loss(NamedTuple):
    size: int
    path: bytes


def losses(stack: LayerStack) -> Iterator[Loss]:
    """Every file that later layers hid, layer by layer; their bytes add up to what the image wastes."""
    paths: dict[int, dict[bytes, int]] = {}
    for layer, kills in enumerate(stack.kills):
        entries = stack.layers[layer]
        for index, kill in kills.items():
            if not kill.bytes:
                continue
            kind: str = kill.way
            if kind == "overwritten" and entries.types[index] == FILE:
                if kill.layer not in paths:
                    names = stack.layers[kill.layer].names
                    paths[kill.layer] = dict(zip(names, range(len(names)), strict=True))
                newer = paths[kill.layer].get(entries.names[index])
                if newer is not None and _same_content(entries, index, stack.layers[kill.layer], newer):
                    kind = "metadata-only"
            yield Loss(kind, layer, index, kill.layer, kill.bytes)


def hidden_waste(stack: LayerStack, top: int) -> tuple[Waste, ...]:
    """What later layers hid, one value for each kind, layer and killer, the largest first.

    Their bytes add up to what the image wastes. `top` is how many paths each names.
    """
    groups: dict[tuple[str, int, int], list[_Loss]] = {}
    for loss in losses(stack):
        path = stack.layers[loss.layer].names[loss.entry]
        groups.setdefault((loss.kind, loss.layer, loss.killer), []).append(_Loss(loss.bytes, path))
    found = [
        Waste(
            kind,
            None,
            _largest(lost, top),
            len(lost),
            sum(loss.size for loss in lost),
            layer,
            killer,
            counted_in_wasted=True,
        )
        for (kind, layer, killer), lost in groups.items()
    ]
    return tuple(
        sorted(found, key=lambda waste: (-waste.bytes, waste.layer, waste.killed_by_layer, waste.kind))
    )


def duplicate_waste(stack: LayerStack, top: int) -> tuple[Waste, ...]:
    """Visible files of equal content beyond the first of each, the `top` largest groups and then the rest.

    Empty without fingerprints. Not part of what the image wastes: the files are there to be seen.
    """
    if all(entries.fingerprints is None for entries in stack.layers):
        return ()
    groups: dict[tuple[int, bytes], list[Place]] = {}
    for place in stack.visible():
        entries = stack.layers[place.layer]
        size = entries.sizes[place.entry]
        if size and entries.fingerprints is not None and entries.fingerprints[place.entry]:
            groups.setdefault((size, entries.fingerprints[place.entry]), []).append(place)
    found = []
    for (size, _), places in groups.items():
        if len(places) > 1:
            names = sorted(stack.layers[place.layer].names[place.entry] for place in places)
            layers = {place.layer for place in places[1:]}
            layer = layers.pop() if len(layers) == 1 else None
            found.append((size * (len(places) - 1), names, layer))
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    result = [_duplicate(size, names, names[:top], layer) for size, names, layer in found[:top]]
    rest = found[top:]
    if rest:
        result.append(
            Waste(
                "duplicate",
                None,
                tuple(path_text(names[0]) for _, names, _ in rest[:top]),
                sum(len(names) - 1 for _, names, _ in rest),
                sum(size for size, _, _ in rest),
                None,
                None,
                counted_in_wasted=False,
            )
        )
    return tuple(result)


def _duplicate(size: int, names: Sequence[bytes], shown: Sequence[bytes], layer: int | None) -> Waste:
    paths = tuple(path_text(name) for name in shown)
    return Waste("duplicate", None, paths, len(names) - 1, size, layer, None, counted_in_wasted=False)


def _largest(lost: list[_Loss], top: int) -> tuple[str, ...]:
    lost.sort(key=lambda loss: (-loss.size, loss.path))
    return tuple(path_text(loss.path) for loss in lost[:top])


def _same_content(old: Entries, index: int, new: Entries, newer: int) -> bool:
    """Did the newer file change nothing but attributes.

    Without fingerprints: the same size and time but another mode or owner. chmod and chown leave the time of
    a file alone; whatever writes content sets it.
    """
    if new.types[newer] != FILE or old.sizes[index] != new.sizes[newer]:
        return False
    if old.fingerprints is not None and new.fingerprints is not None:
        return old.fingerprints[index] == new.fingerprints[newer]
    before, after = old.entry(index), new.entry(newer)
    same_time = before.mtime == after.mtime
    return same_time and (before.mode, before.uid, before.gid) != (after.mode, after.uid, after.gid)
