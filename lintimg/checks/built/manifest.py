"""What the manifest and configuration of a built image tell of whether Lambda takes it."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.limits import IMAGE_LIMIT, IMAGE_WARNING
from lintimg.image.entries import Entries
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.lint.wording import listing, size

_LARGEST_MANIFEST = 25_400
"""Bytes below which AWS wants a manifest to stay (docs: lambda/latest/dg/images-create.html)."""
_MANY_LAYERS = 40
_MOST_LAYERS = 127
"""What overlay2 and so Docker's own engine can stack (moby#43386)."""
_GZIPPED = (
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.oci.image.layer.v1.tar+gzip",
)
_PLAIN_DOCKER = "application/vnd.docker.image.rootfs.diff.tar"
_PLAIN_OCI = "application/vnd.oci.image.layer.v1.tar"


def index(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for an image that is an index of several manifests, be they platforms or attestations."""
    manifest = subject.image.manifest
    if manifest.index_type is None:
        return
    several = len(manifest.platforms) > 1
    yield ImageHit(
        {"media": manifest.index_type, "platforms": listing(manifest.platforms)},
        variant="platforms" if several else "attestations" if manifest.attestations else "",
        details={"media_type": manifest.index_type, "attestations": manifest.attestations},
    )


def too_large(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for more bytes in all layers together than Lambda takes, or than the team allows."""
    total = total_bytes(subject)
    if total is None:
        return
    limit = subject.policy.max_size
    values = {"total": size(total), "exact": f"{total:,}", "largest": _largest(subject)}
    details = {"bytes": total}
    if total > IMAGE_LIMIT:
        yield ImageHit(values | {"limit": f"{IMAGE_LIMIT:,}"}, severity="error", details=details)
    elif limit is not None and total > limit:
        yield ImageHit(values | {"limit": size(limit)}, variant="team", details=details)
    elif total > IMAGE_WARNING:
        yield ImageHit(values | {"limit": f"{IMAGE_LIMIT:,}"}, variant="near", details=details)


def total_bytes(subject: BuiltImage) -> int | None:
    """The bytes of all layers, None where they are not known."""
    if subject.stack is not None:
        return subject.stack.uncompressed
    steps = [layer.step for layer in subject.image.layers]
    sizes = [step.bytes for step in steps if step is not None and step.bytes is not None]
    return sum(sizes) if len(sizes) == len(steps) else None


def _largest(subject: BuiltImage) -> str:
    """The three largest layers in words."""
    if subject.stack is None:
        return "its layers"
    sizes = sorted(enumerate(subject.stack.sizes), key=lambda entry: -entry[1])[:3]
    return listing([f"layer {number} with {size(count)}" for number, count in sizes])


def large_manifest(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for a manifest above the size that AWS asks for, and for more layers than engines stack."""
    manifest, count = subject.image.manifest, len(subject.image.layers)
    details = {"layers": count, "bytes": manifest.bytes}
    if manifest.bytes is not None and manifest.bytes > _LARGEST_MANIFEST:
        yield ImageHit({"bytes": f"{manifest.bytes:,}", "count": str(count)}, details=details)
    elif count > _MOST_LAYERS:
        yield ImageHit({"count": str(count)}, variant="many", details=details)
    elif count > _MANY_LAYERS:
        yield ImageHit({"count": str(count)}, variant="some", severity="info", details=details)


def layer_form(subject: BuiltImage) -> Iterator[ImageHit]:
    """Hits for layers in a form that Lambda refuses or is not known to take."""
    for number, layer in enumerate(subject.image.layers):
        media = layer.media_type
        # Archives of an engine say nothing of how a registry will store the layer.
        if media is None or media in _GZIPPED or media == _PLAIN_OCI:
            continue
        variant = "plain" if media == _PLAIN_DOCKER else "zstd" if media.endswith("zstd") else ""
        yield ImageHit(
            {"media": media, "number": str(number)},
            variant=variant,
            severity={"plain": "error", "zstd": "info"}.get(variant, "warning"),  # type: ignore[arg-type]
            details={"media_type": media},
            layer=number,
        )


def orphaned_entry(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for each layer with files in a folder of which neither it nor a layer below has an entry."""
    if subject.stack is None:
        return
    known = {b""}
    every = {folder for entries in subject.stack.layers for folder in entries.folders.names}
    for number, entries in enumerate(subject.stack.layers):
        names = entries.names
        folders = set(_folders(entries))
        known.update(every.intersection(names))
        lost = sorted(folders - known)
        if lost:
            inside = [name for name in names if name.rpartition(b"/")[0] == lost[0]]
            yield ImageHit(
                {
                    "folder": f"/{lost[0].decode('utf-8', 'replace')}",
                    "file": f"/{inside[0].decode('utf-8', 'replace')}",
                    "number": str(number),
                    "count": str(len(lost)),
                },
                variant="" if len(lost) == 1 else "several",
                details={"folders": len(lost)},
                layer=number,
                path=inside[0],
            )
            known.update(folders)


def _folders(entries: Entries) -> Iterator[bytes]:
    """The folders that have more of a layer than whiteouts."""
    folders, whiteouts = entries.folders, entries.whiteouts.entries
    if not whiteouts:
        return iter(folders.names)
    used = {number for index, number in enumerate(folders.of) if index not in whiteouts}
    return (folders.names[number] for number in used)
