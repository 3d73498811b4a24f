"""From a reference, as a person types it, to an image.

A reference is, in this order: `-` for an archive on standard input; `registry://…`, `engine://…` or
`podman://…`; an archive or a folder with an image that exists under this path (`PATH#NAME` for one of
several images in it); else the name of an image in the Docker engine, or in Podman where no Docker answers.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from lintimg.image.compression import compression_of, decompressed
from lintimg.image.document import is_digest
from lintimg.image.errors import EngineAbsentError, ImageError
from lintimg.image.image import Image, Options
from lintimg.image.layout import read_layout
from lintimg.image.missing import empty_folder, no_archive, unknown_scheme, unreachable, wrong_name
from lintimg.image.store import ArchiveStore, FolderStore, StreamStore

_PIECE = 1 << 20
_MARKS = ("oci-layout", "index.json", "manifest.json")
"""Files one of which a folder with an image has."""
_NAME = re.compile(r"[a-z0-9][\w.:/@+-]{0,500}\Z", re.ASCII)
"""What may be an image's name or ID; a path that is not there is none."""
_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.zst")


@contextmanager
def opened_image(reference: str, stdin: BinaryIO, options: Options) -> Iterator[Image]:
    """The image that `reference` names, as the module says; its files are open within. Raises ImageError."""
    with ExitStack() as files:
        if reference == "-":
            yield _open_stream(stdin, "-", None, options, None)
            return
        yield open_path(reference, options, files) or _named(reference, options)


def _named(reference: str, options: Options) -> Image:
    """The image that an engine or a registry has under a name."""
    scheme, colon, name = reference.partition("://")
    if colon and scheme not in ("engine", "podman", "registry"):
        raise ImageError(unknown_scheme(scheme, name))
    if colon and not _NAME.match(name):
        raise ImageError(f"{name[:80]!r} is no name of an image: write {scheme}://NAME:TAG")
    name = name if colon else reference
    if not _NAME.match(name) or name.endswith((*_ENDINGS, "/")) or not _has_digest(name):
        raise ImageError(wrong_name(reference))
    if scheme == "registry":
        from lintimg.image.registry import read_registry

        return read_registry(reference, options)
    from lintimg.image.engine import read_engine, read_named

    if colon:
        return read_engine(name, options, podman=scheme == "podman")._replace(reference=reference)
    try:
        return read_named(name, options)
    except ImageError as error:
        if os.path.isdir(name):  # noqa: PTH112
            raise ImageError(f"{empty_folder(name)}; and {error}") from error
        if not isinstance(error, EngineAbsentError):
            raise
        raise EngineAbsentError(unreachable(name, str(error))) from error


def _has_digest(name: str) -> bool:
    """Is what stands behind an @ a digest."""
    _, at, digest = name.partition("@")
    return not at or is_digest(digest)


def open_path(reference: str, options: Options, files: ExitStack) -> Image | None:
    """The image in the file or folder that `reference` names; None if it names none. Raises ImageError.

    `files` closes those whose contents may be read later.
    """
    name: str | None = None
    path = Path(reference)
    if not _exists(path) and "#" in reference:
        front, _, name = reference.rpartition("#")
        path = Path(front)
    if not _exists(path):
        return None
    if path.is_dir():
        if not any(_exists(path / mark) for mark in _MARKS):
            return None
        return read_layout(FolderStore(path, options, files), reference, "archive", name, options)
    try:
        file = files.enter_context(io.FileIO(path))
    except OSError as error:
        raise ImageError(f"it cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return _open_stream(file, reference, name, options, None)
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise ImageError("it is empty: write docker save -o app.tar NAME, and name that file")
    head = _head(file)
    if compression_of(head) is not None:
        return _open_stream(file, reference, name, options, size)
    other = no_archive(head, reference)
    if other is not None:
        raise ImageError(other)
    return read_layout(ArchiveStore(file, options), reference, "archive", name, options)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _head(file: io.FileIO) -> bytes:
    head = file.read(512) or b""
    file.seek(0)
    return head


def _open_stream(
    stream: BinaryIO | io.FileIO, reference: str, name: str | None, options: Options, size: int | None
) -> Image:
    came = 0

    def read() -> bytes:
        nonlocal came
        try:
            data = stream.read(_PIECE) or b""
        except OSError as error:
            raise ImageError(f"it cannot be read: {error.strerror}") from error
        came += len(data)
        if options.progress is not None:
            options.progress("reading", came, size)
        return data

    return read_layout(stream_store(read, options), reference, "archive", name, options)


def stream_store(read: Callable[[], bytes], options: Options) -> StreamStore:
    """The store of an archive whose bytes `read` gives, compressed as a whole or not. Raises ImageError."""
    head = b""
    while len(head) < 8:
        more = read()
        if not more:
            break
        head += more
    if not head:
        raise ImageError("it is empty: write docker save NAME | lintimg image -")
    waiting = [head]

    def whole() -> bytes:
        return waiting.pop() if waiting else read()

    kind = compression_of(head)
    return StreamStore(whole if kind is None else decompressed(kind, whole), options)
