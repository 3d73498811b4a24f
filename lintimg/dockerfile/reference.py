"""Image references: `registry/repository:tag@digest`."""

from __future__ import annotations

from functools import lru_cache

from lintimg.lazy import NamedTuple, regex

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REPOSITORY = regex(
    rf"(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>[^@]+))?\Z"
)
_REGISTRY = regex(rf"(?:{_HOST}(?:\.{_HOST})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?\Z")
_DIGEST = regex(r"sha256:[0-9a-f]{64}\Z|sha384:[0-9a-f]{96}\Z|sha512:[0-9a-f]{128}\Z")
_IDENTIFIER = regex(r"[0-9a-f]{64}\Z")
_LONGEST = 255


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
    if _IDENTIFIER.match(text):
        return None
    registry, slash, rest = text.partition("/")
    # Docker takes the first part for a registry when it has a dot, a port or a capital, or is localhost.
    special = "." in registry or ":" in registry or registry == "localhost" or registry.lower() != registry
    if not slash or not special or not _REGISTRY.match(registry):
        registry, rest = "", text
    found = _REPOSITORY.match(rest)
    if found is None or len(found["repository"]) > _LONGEST:
        return None
    digest = found["digest"]
    if digest is not None and not _DIGEST.match(digest):
        return None
    return ImageReference(registry, found["repository"], found["tag"], digest)
