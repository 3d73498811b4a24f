"""Dependency manifests and lock files: which packages a function asks for."""

from __future__ import annotations

from typing import NamedTuple


class Dependency(NamedTuple):
    """One dependency a manifest names. `name` is normalised as its ecosystem does, `version` the
    specifier as written or None, `line` 1-based or None, `development` whether a production install leaves it out.
    `source` is an index, URL or path it comes from where the manifest says so.
    """

    ecosystem: str
    name: str
    version: str | None
    line: int | None
    development: bool
    source: str | None


class ManifestFile(NamedTuple):
    """A manifest read from the context; `options` are global ones (pip's `--index-url …`)."""

    path: str
    ecosystem: str
    dependencies: tuple[Dependency, ...]
    options: tuple[str, ...]


def read_manifest(path: str, data: bytes) -> ManifestFile | None:
    """The dependencies in `data`; `path` tells by its name which kind of file it is. None when the
    name is no manifest's or the content cannot be read.
    """
    raise NotImplementedError
