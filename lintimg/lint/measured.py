"""Findings about a Dockerfile, measured on the image that was built from it.

What a rule had to guess is replaced by what the layers hold; a guess that they disprove is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lintimg.contents.parts import CACHES, PYTHON
from lintimg.contents.places import by_place
from lintimg.contents.survey import survey
from lintimg.image.image import Image
from lintimg.image.stack import LayerStack
from lintimg.lint.wording import size
from lintimg.model.finding import DockerfileLine, FileLocation, Finding, Saving

_CACHES: Mapping[str, tuple[str, ...]] = {
    "apt": ("apt", "debconf"),
    "apt-get": ("apt", "debconf"),
    "yum": ("yum", "dnf"),
    "dnf": ("dnf",),
    "microdnf": ("dnf",),
    "apk": ("apk",),
    "zypper": ("zypper",),
    "pip": ("pip",),
    "uv": ("uv",),
    "poetry": ("poetry",),
    "pipenv": ("pipenv",),
    "npm": ("npm",),
    "yarn": ("yarn",),
    "pnpm": ("pnpm",),
    "conda": ("conda",),
    "mamba": ("conda",),
    "composer": ("composer",),
}
"""Managers by their names in findings, and what their caches are called among an image's contents."""
_LEAST = 10_000
"""Bytes below which something is as good as not there: logs and lock files."""


def cache_names(manager: str) -> tuple[str, ...]:
    """What the caches of a package manager are called among an image's contents."""
    return _CACHES.get(manager, ())


class Measures:
    """What the image says of the Dockerfile's findings."""

    def __init__(
        self, image: Image, stack: LayerStack, lines: Sequence[DockerfileLine | None], base: int | None
    ) -> None:
        """`lines` are the instructions that made the layers, the lowest `base` of which are the base image's."""
        self._image = image
        self._stack = stack
        self._lines = lines
        self._base = base

    def apply(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """The findings with measured numbers, less those that the image disproves."""
        for finding in findings:
            changed = self._measured(finding)
            if changed is not None:
                yield changed

    def _measured(self, finding: Finding) -> Finding | None:
        if finding.rule == "LI405":
            # An estimate of what is known by now; LI802 tells of it.
            return None
        if finding.rule == "LI404":
            return self._package(finding)
        layer = self._layer(finding)
        if layer is None:
            return finding
        if finding.rule == "LI402":
            names = cache_names(str(finding.details.get("manager")))
            if not names:
                return finding
            found = self._cache_bytes(layer)
            return _with_bytes(finding, layer, sum(found.get(name, 0) for name in names))
        if finding.rule == "LI403":
            kills = [kill for kills in self._stack.kills for kill in kills.values()]
            return _with_bytes(finding, layer, sum(kill.bytes for kill in kills if kill.layer == layer))
        return finding

    def _layer(self, finding: Finding) -> int | None:
        """The layer that the finding's instruction made."""
        location = finding.location
        if not isinstance(location, FileLocation):
            return None
        at = location.region.start.line
        for number, line in enumerate(self._lines):
            if line is not None and line.path == location.path and line.line <= at <= line.end_line:
                return number
        return None

    def _cache_bytes(self, layer: int) -> dict[str, int]:
        """Bytes of package managers' caches that the layer brought."""
        entries = self._stack.layers[layer]
        known: dict[bytes, str] = {b"": ""}
        found: dict[str, int] = {}
        for path, count in zip(entries.names, entries.sizes, strict=True):
            if not count:
                continue
            name = _cache_of(path.rpartition(b"/")[0], known)
            if name:
                found[name] = found.get(name, 0) + count
        return found

    @cached_property
    def _packages(self) -> Mapping[str, int]:
        """Visible bytes of Python distributions."""
        found: dict[str, int] = {}
        whole = survey(self._image, self._stack, self._base)
        for (number, _), count in whole.bytes.items():
            part = whole.parts[number]
            if part.category == PYTHON:
                name = part.name.lower().replace("_", "-")
                found[name] = found.get(name, 0) + count
        return found

    def _package(self, finding: Finding) -> Finding | None:
        if finding.details.get("ecosystem") != "pip" or not self._packages:
            return finding
        name = str(finding.details.get("package")).lower().replace("_", "-")
        count = self._packages.get(name)
        if count is None:
            return None
        return finding._replace(
            message=f"{finding.message} In the image it takes {size(count)}.",
            details={**finding.details, "measured_bytes": count},
        )


def _with_bytes(finding: Finding, layer: int, count: int) -> Finding | None:
    if count < _LEAST:
        return None
    return finding._replace(
        message=f"{finding.message} In the image these are {size(count)}, by layer {layer}.",
        saving=Saving(count, "measured"),
        details={**finding.details, "layer": layer, "measured_bytes": count},
    )


def _cache_of(folder: bytes, known: dict[bytes, str]) -> str:
    """The cache that a folder belongs to, empty for others; `known` are those already looked at."""
    below = []
    while folder not in known:
        place = by_place(folder)
        if place is not None and place[0] == CACHES:
            known[folder] = place[1]
            break
        below.append(folder)
        folder = folder.rpartition(b"/")[0]
    name = known[folder]
    known.update(dict.fromkeys(below, name))
    return name
