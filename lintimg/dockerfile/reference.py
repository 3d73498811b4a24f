"""Image references: `registry/repository:tag@digest`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    r"(?P<path>[^:@\s]+(?::\d+/[^:@\s]+)?)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\Z",
    re.ASCII,
)
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*\Z", re.ASCII)
_REGISTRY = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(?::\d+)?\Z")


class ImageReference(NamedTuple):
    """A reference taken apart. `registry` is "" for Docker Hub short names; `repository` as written
    without the registry ("library/" is not added).
    """

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """Registry and repository."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository


@lru_cache(maxsize=2048)
def parse_reference(text: str) -> ImageReference | None:
    """`text` taken apart, or None when it is no valid reference (distribution/reference grammar)."""
    found = _REFERENCE.match(text)
    if found is None:
        return None
    path = found["path"]
    first, slash, rest = path.partition("/")
    registry = ""
    # Docker takes the first part for a registry when it has a dot, a port or a capital, or is localhost.
    if slash and ("." in first or ":" in first or first == "localhost" or first.lower() != first):
        if not _REGISTRY.match(first):
            return None
        registry, path = first, rest
    if not _REPOSITORY.match(path):
        return None
    return ImageReference(registry, path, found["tag"], found["digest"])
