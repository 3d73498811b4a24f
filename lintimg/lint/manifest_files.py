"""The manifests that an installation reads, found in the build context and read once for each Dockerfile."""

from __future__ import annotations

import posixpath
from functools import cached_property

from lintimg.context.build_context import BuildContext
from lintimg.context.manifests import ManifestFile, read_manifest
from lintimg.context.names import is_lock

_MANIFEST_LIMIT = 1_000_001
_LOCK_LIMIT = 8_000_001


class FoundManifest:
    """A file of the context that a package manager reads; its content is read when asked for."""

    def __init__(self, context: BuildContext, path: str) -> None:
        """`path` is relative to the context."""
        self._context = context
        self.path = path

    @cached_property
    def data(self) -> bytes | None:
        """The content, None when it cannot be read."""
        return self._context.read(self.path, _LOCK_LIMIT if is_lock(self.path) else _MANIFEST_LIMIT)

    @cached_property
    def manifest(self) -> ManifestFile | None:
        """What the file asks for, None when its name is no manifest's."""
        return None if self.data is None else read_manifest(self.path, self.data)

    @cached_property
    def requirements(self) -> ManifestFile | None:
        """What the file asks for when pip reads it with `-r`, whatever its name."""
        if self.manifest is not None or self.data is None or is_lock(self.path):
            return self.manifest
        beside = posixpath.join(posixpath.dirname(self.path), "requirements.txt")
        found = read_manifest(beside, self.data)
        return None if found is None else found._replace(path=self.path)
