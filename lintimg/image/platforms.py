"""Choosing one image from an index of several platforms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintimg.image.document import mapping, mappings, text
from lintimg.image.errors import ImageError
from lintimg.image.image import Manifest
from lintimg.lazy import NamedTuple

_PREFERRED = ("linux/amd64", "linux/arm64", "linux/arm64/v8")
"""What Lambda runs, so that the same image is chosen on every machine."""
_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64"}


class Chosen(NamedTuple):
    """The descriptor of the platform's manifest, and what the index tells of itself."""

    descriptor: Mapping[str, Any]
    manifest: Manifest


def choose_manifest(index: Mapping[str, Any], platform: str | None) -> Chosen:
    """The image of `platform` in an index; by default linux/amd64, linux/arm64, the first. Raises ImageError."""
    entries = mappings(index.get("manifests"))
    attestations = 0
    images: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        name = _name(mapping(entry.get("platform")))
        if name == "unknown/unknown":
            attestations += 1
        else:
            images.setdefault(name, entry)
    if not images:
        raise ImageError("the image's index lists no image")
    found = _find(images, platform)
    if found is None:
        raise ImageError(f"there is no image for {platform} in it, only for {', '.join(images)}")
    media_type = text(index.get("mediaType")) or "application/vnd.oci.image.index.v1+json"
    return Chosen(
        images[found],
        Manifest(None, None, None, media_type, attestations, tuple(name for name in images if name)),
    )


def _name(platform: Mapping[str, Any]) -> str:
    parts = (text(platform.get(key)) for key in ("os", "architecture", "variant"))
    return "/".join(part for part in parts if part)


def _find(images: Mapping[str, object], platform: str | None) -> str | None:
    if platform is None:
        return next((name for name in _PREFERRED if name in images), next(iter(images)))
    wanted = platform.lower().split("/")
    if len(wanted) == 1:
        wanted.insert(0, "linux")
    wanted[1] = _ALIASES.get(wanted[1], wanted[1])
    exact = "/".join(wanted)
    if exact in images:
        return exact
    return next(
        (name for name in images if name.split("/")[:2] == wanted[:2] and len(wanted) == 2), None
    ) or next((name for name in images if wanted[:2] == name.split("/") and wanted[2:] == ["v8"]), None)
