"""Image references: `registry/repository:tag@digest`."""

from __future__ import annotations

from typing import NamedTuple


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


def parse_reference(text: str) -> ImageReference | None:
    """`text` taken apart, or None when it is no valid reference."""
    raise NotImplementedError
