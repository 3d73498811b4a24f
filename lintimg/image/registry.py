"""An image in a registry, by the OCI distribution protocol (opencontainers/distribution-spec) on urllib.

The manifest and configuration alone tell compressed sizes, platforms and history; layers are streamed only
when asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from lintimg.image.document import count, is_digest, text, verify
from lintimg.image.errors import ImageError
from lintimg.image.http import Session
from lintimg.image.image import Image, Manifest, Options
from lintimg.image.manifests import read_manifest
from lintimg.image.stored import StoredLayer, read_stream
from lintimg.lazy import NamedTuple

_ACCEPTED = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_PIECE = 1 << 20
_REPOSITORY = re.compile(r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*\Z")
_TAG = re.compile(r"\w[\w.-]{0,127}\Z", re.ASCII)


class RegistryName(NamedTuple):
    """Where an image is: the registry's host, the repository, a tag or digest."""

    host: str
    repository: str
    version: str


def parse_name(name: str) -> RegistryName:
    """`host/repository:tag`, `host/repository@digest`; without a host Docker Hub's. Raises ImageError."""
    host, slash, path = name.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, path = "docker.io", name
    path, at, digest = path.partition("@")
    path, colon, tag = path.partition(":")
    version = digest if at else tag if colon else "latest"
    if host in ("docker.io", "index.docker.io"):
        host = "registry-1.docker.io"
        path = path if "/" in path else f"library/{path}"
    well = _REPOSITORY.match(path) and (is_digest(version) if at else _TAG.match(version))
    if not well or len(path) > 255:
        raise ImageError(f"{name} is no name in a registry; write registry://HOST/REPOSITORY:TAG")
    return RegistryName(host, path, version)


def read_registry(reference: str, options: Options) -> Image:
    """The image that `registry://…` names. Raises ImageError."""
    name = parse_name(reference.partition("://")[2])
    with closing(Session(name.host, name.repository)) as session:
        blobs = _Blobs(session, options)
        data, media_type = session.get_document(f"manifests/{name.version}", _ACCEPTED)
        if is_digest(name.version):
            verify(data, name.version, "the image's manifest")
        found = Manifest(None, media_type or None, None)
        return read_manifest(blobs, data, found, reference, "registry", options)


class _Blobs:
    def __init__(self, session: Session, options: Options) -> None:
        self._session = session
        self._options = options

    def manifest(self, descriptor: Mapping[str, Any]) -> bytes:
        digest = _digest(descriptor)
        data, _ = self._session.get_document(f"manifests/{digest}", _ACCEPTED)
        verify(data, digest, "the image's manifest")
        return data

    def document(self, descriptor: Mapping[str, Any], what: str) -> bytes:
        digest = _digest(descriptor)
        data, _ = self._session.get_document(f"blobs/{digest}", "*/*")
        verify(data, digest, what)
        return data

    def layer(self, descriptor: Mapping[str, Any]) -> StoredLayer | None:
        if not (self._options.deep or self._options.hashes):
            return None
        digest, size = _digest(descriptor), count(descriptor.get("size"))
        with self._session.open(f"blobs/{digest}", "*/*") as response:
            return read_stream(_pieces(response, digest, size, self._options), digest, self._options)


def _digest(descriptor: Mapping[str, Any]) -> str:
    digest = text(descriptor.get("digest"))
    if not is_digest(digest):
        raise ImageError(f"the image has a digest that is none: {digest[:80]!r}")
    return digest


def _pieces(response: Any, digest: str, size: int | None, options: Options) -> Callable[[], bytes]:
    came = 0

    def read() -> bytes:
        nonlocal came
        data: bytes = response.read(_PIECE)
        came += len(data)
        if size is not None and (came > size or (not data and came < size)):
            raise ImageError(f"the registry sent {came} bytes of the layer {digest} instead of {size}")
        if options.progress is not None and came:
            options.progress(f"layer {digest[7:19]}", came, size)
        return data

    return read
