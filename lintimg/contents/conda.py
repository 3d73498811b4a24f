"""Conda environments: the packages in them by the records that conda keeps in conda-meta.

A record is JSON with the package's name, version and files, which are relative to the environment's folder
(docs.conda.io, "conda-meta" in the deep dive on installing).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from lintimg.contents.files import SmallFiles
from lintimg.contents.ownership import Paths
from lintimg.contents.parts import CONDA, Part
from lintimg.lazy import NamedTuple

META = b"conda-meta"


class CondaPackage(NamedTuple):
    """A package in the environment `prefix`, a path from the root that ends in a slash unless it is the root."""

    part: Part
    prefix: bytes
    paths: Paths


def conda_folders(folders: Iterable[bytes]) -> frozenset[bytes]:
    """Those of `folders` that hold the records of an environment."""
    return frozenset(name for name in folders if name.endswith(META) and name[-len(META) - 1 :][:1] in b"/")


def conda_packages(files: SmallFiles, folders: Container[bytes]) -> Iterator[CondaPackage]:
    """Every installed package whose record can be read; `folders` are those of the records."""
    for path in files:
        folder, _, name = path.rpartition(b"/")
        if folder in folders and name.endswith(b".json"):
            package = _package(files.read(path) or b"", folder.removesuffix(META), path)
            if package is not None:
                yield package


def conda_caches(folders: Iterable[bytes]) -> Iterator[bytes]:
    """Where the packages of environments are unpacked: beside the environment, or above the folder of several."""
    for folder in folders:
        prefix = folder.removesuffix(META)
        yield prefix + b"pkgs"
        above, slash, _ = prefix.rstrip(b"/").rpartition(b"/")
        if slash and above.rpartition(b"/")[2] == b"envs":
            yield above.removesuffix(b"envs") + b"pkgs"


def _package(record: bytes, prefix: bytes, path: bytes) -> CondaPackage | None:
    from json import loads

    try:
        known = loads(record)
    except (ValueError, RecursionError):
        return None
    if not isinstance(known, dict) or not isinstance(known.get("name"), str):
        return None
    listed = known.get("files")
    names = [
        prefix + name.encode("utf-8", "surrogatepass")
        for name in (listed if isinstance(listed, list) else ())
        if isinstance(name, str)
    ]
    version = known.get("version")
    part = Part(CONDA, known["name"], b"", version if isinstance(version, str) else None)
    return CondaPackage(part, prefix, lambda: (path, *names))
