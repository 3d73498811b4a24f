"""Measured sizes of packages and base images, in bytes."""

from __future__ import annotations

from typing import NamedTuple


class PackageSize(NamedTuple):
    """Unpacked size of a package with its dependencies, `download` the compressed one. `advice` says what to
    use instead (None: nothing lighter), `alternative` its name and `saving` what that saves in bytes.
    `oversized`: worth a finding (LI404). `unless` are substrings of version, options or index that make it fine (`+cpu`).
    """

    ecosystem: str
    name: str
    download: int
    unpacked: int
    oversized: bool
    alternative: str | None
    saving: int | None
    advice: str | None
    unless: tuple[str, ...]


class BaseSize(NamedTuple):
    """Uncompressed size of a base image: bounds and a likely value, with the source of the figures."""

    low: int
    likely: int
    high: int
    source: str


def package_size(ecosystem: str, name: str) -> PackageSize | None:
    """The measured size of a package (name normalised), None when it was never measured."""
    raise NotImplementedError


def base_size(reference: str) -> BaseSize | None:
    """The size of a base image, None when unknown."""
    raise NotImplementedError
