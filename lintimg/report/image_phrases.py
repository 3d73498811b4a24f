"""What several formats say about a built image."""

from __future__ import annotations

from lintimg.model.image import ContentItem, ImageLayer, Waste
from lintimg.report.phrases import count
from lintimg.text import printable

_WASTE = {
    "deleted": "deleted by {killer}",
    "overwritten": "written again by {killer}",
    "metadata-only": "copied by {killer} for a change of mode, owner or time",
    "duplicate": "with the same content",
}


def known_bytes(layer: ImageLayer) -> int | None:
    """The layer's bytes, compressed where only these are known."""
    return layer.bytes if layer.bytes is not None else layer.compressed_bytes


def item_name(item: ContentItem) -> str:
    """A package with its version."""
    return f"{item.name} {item.version}" if item.version else item.name


def waste_text(entry: Waste) -> str:
    """Which files are there for nothing, and why."""
    killer = "a later layer" if entry.killed_by_layer is None else f"layer {entry.killed_by_layer}"
    what = _WASTE.get(entry.kind, printable(entry.kind)).format(killer=killer)
    where = "" if entry.layer is None else f" of layer {entry.layer}"
    return f"{count(entry.files, 'file')}{where} {what}"


def shown_command(text: str | None) -> str:
    """The command as it was written, without what the builder put around it."""
    command = " ".join(printable(text or "").split())
    # Build arguments stand in front: |2 A=b C=d /bin/sh -c …
    front, shell, script = command.partition("/bin/sh -c ")
    if shell and front.removeprefix("RUN ")[:1] in ("", "|"):
        command = script.removeprefix("#(nop)").strip() if script.startswith("#(nop)") else f"RUN {script}"
    return command.removesuffix("# buildkit").rstrip()
