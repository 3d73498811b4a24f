"""Dependency manifests and lock files: which packages a function asks for."""

from __future__ import annotations

from collections.abc import Callable

from lintimg.context.dependency import Dependency, ManifestFile
from lintimg.context.names import is_lock, is_manifest, lock_of

_LIMIT = 1_000_000
_LOCK_LIMIT = 8_000_000

Content = tuple[list[Dependency], list[str]]


def read_manifest(path: str, data: bytes) -> ManifestFile | None:
    """The dependencies in `data`; `path` tells by its name which kind of file it is. None when the
    name is no manifest's or the content cannot be read (or is over 1 MB; 8 MB for a lock file).
    """
    ecosystem = is_manifest(path)
    if ecosystem is None or len(data) > (_LOCK_LIMIT if is_lock(path) else _LIMIT):
        return None
    read = _reader(path.rpartition("/")[2], ecosystem)
    if read is None:
        return None
    try:
        dependencies, options = read(_decode(data))
    except ValueError:
        return None
    return ManifestFile(path, ecosystem, tuple(dependencies), tuple(options))


def _reader(name: str, ecosystem: str) -> Callable[[str], Content] | None:
    """The function that reads files called `name`; its module is loaded only now."""
    if ecosystem in ("pip", "conda"):
        from lintimg.context import python_manifests

        return python_manifests.reader(name)
    if ecosystem == "npm":
        from lintimg.context import node_manifests

        return node_manifests.reader(name)
    if ecosystem in ("maven", "nuget"):
        from lintimg.context import xml_manifests

        return xml_manifests.reader(name)
    from lintimg.context import other_manifests

    return other_manifests.reader(name)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # PowerShell's redirection writes requirements files like this, and pip reads them.
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


__all__ = ["Dependency", "ManifestFile", "is_lock", "is_manifest", "lock_of", "read_manifest"]
