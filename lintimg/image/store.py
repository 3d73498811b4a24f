"""The files an image consists of: in a folder, in a tar archive, or in one that comes only once."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from lintimg.image.compression import compression_of
from lintimg.image.document import LARGEST
from lintimg.image.entries import FILE, HARD_LINK, SYMLINK, Entries
from lintimg.image.errors import ImageError
from lintimg.image.image import Options
from lintimg.image.names import clean_name
from lintimg.image.readers import FileReader, StreamReader
from lintimg.image.stored import StoredLayer, read_stored, read_stream
from lintimg.image.tar import BLOCK_SIZE, is_header, read_tar


class Store(Protocol):
    """Files by name, such as `manifest.json` or `blobs/sha256/9f2c…`."""

    def document(self, name: str) -> bytes | None:
        """The content of a small file, None if there is no such file. Raises ImageError."""

    def size(self, name: str) -> int | None:
        """The bytes of a file, None if there is no such file."""

    def layer(self, name: str, digest: str | None) -> StoredLayer:
        """A layer; `digest` is that of the file where known. Raises ImageError."""


class FolderStore:
    """An image in a folder."""

    def __init__(self, folder: Path, options: Options, files: ExitStack) -> None:
        """`folder` exists; `files` closes those whose contents may be read later."""
        self._folder = folder
        self._files = files
        self._options = options

    def document(self, name: str) -> bytes | None:
        """As the protocol says."""
        file = self._open(name)
        if file is None:
            return None
        with file:
            data = file.read(LARGEST + 1) or b""
        if len(data) > LARGEST:
            raise ImageError(f"{name} is too large for what it should be")
        return data

    def size(self, name: str) -> int | None:
        """As the protocol says."""
        file = self._open(name)
        if file is None:
            return None
        with file:
            return file.seek(0, io.SEEK_END)

    def layer(self, name: str, digest: str | None) -> StoredLayer:
        """As the protocol says."""
        file = self._open(name)
        if file is None:
            raise ImageError(f"the layer {name} is missing")
        self._files.enter_context(file)
        return read_stored(file, 0, file.seek(0, io.SEEK_END), digest, self._options)

    def _open(self, name: str) -> io.FileIO | None:
        path = self._folder / clean_name(name.encode()).decode()
        try:
            # A pipe or a device would keep us waiting.
            if not stat.S_ISREG(path.stat().st_mode):
                return None
            return io.FileIO(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ImageError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error


class ArchiveStore:
    """An image in an uncompressed tar archive that can be sought in."""

    def __init__(self, file: io.FileIO, options: Options) -> None:
        """`file` stays open as long as contents may be read. Raises ImageError."""
        self._file = file
        self._options = options
        self._members = read_tar(FileReader(file, 0, file.seek(0, io.SEEK_END)))
        self._names = _index(self._members)

    def document(self, name: str) -> bytes | None:
        """As the protocol says."""
        index = _member(self._members, self._names, name)
        if index is None:
            return None
        size = self._members.sizes[index]
        if size > LARGEST:
            raise ImageError(f"{name} is too large for what it should be")
        self._file.seek(self._members.offsets[index])
        return self._file.read(size) or b""

    def size(self, name: str) -> int | None:
        """As the protocol says."""
        index = _member(self._members, self._names, name)
        return None if index is None else self._members.sizes[index]

    def layer(self, name: str, digest: str | None) -> StoredLayer:
        """As the protocol says."""
        index = _member(self._members, self._names, name)
        if index is None:
            raise ImageError(f"the layer {name} is missing")
        members = self._members
        return read_stored(self._file, members.offsets[index], members.sizes[index], digest, self._options)


class StreamStore:
    """An image in an archive that comes only once: every layer and document is read as it passes."""

    def __init__(self, pieces: Callable[[], bytes], options: Options) -> None:
        """`pieces` gives the archive's bytes. Raises ImageError."""
        watcher = _Members(options)
        reader = StreamReader(pieces)
        self._members = read_tar(reader, watcher)
        reader.drain()
        self._names = _index(self._members)
        self._documents = watcher.documents
        self._layers = watcher.layers

    def document(self, name: str) -> bytes | None:
        """As the protocol says."""
        index = _member(self._members, self._names, name)
        return None if index is None else self._documents.get(index)

    def size(self, name: str) -> int | None:
        """As the protocol says."""
        index = _member(self._members, self._names, name)
        return None if index is None else self._members.sizes[index]

    def layer(self, name: str, digest: str | None) -> StoredLayer:
        """As the protocol says; the digest was looked at when the layer passed, if its name told it."""
        del digest
        index = _member(self._members, self._names, name)
        found = None if index is None else self._layers.get(index)
        if found is None:
            raise ImageError(f"the layer {name} is missing")
        if isinstance(found, ImageError):
            raise found
        return found


class _Members:
    """Takes an outer archive's files for documents or layers by their first bytes: names tell nothing."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.documents: dict[int, bytes] = {}
        self.layers: dict[int, StoredLayer | ImageError] = {}

    def wants(self, name: bytes, size: int) -> bool:
        del name
        return size > 0

    def take(self, index: int, name: bytes, size: int, pieces: Iterator[bytes]) -> None:
        head = b""
        while len(head) < min(BLOCK_SIZE, size):
            head += next(pieces)
        waiting = [head]

        def rest() -> bytes:
            return waiting.pop() if waiting else next(pieces, b"")

        if head[:1] in b"{[" and size <= LARGEST and not is_header(head[:BLOCK_SIZE]):
            self.documents[index] = b"".join(iter(rest, b""))
            return
        if compression_of(head) is None and not is_header(head) and head[:BLOCK_SIZE].strip(b"\0"):
            return
        digest = None
        base = name.decode("utf-8", "replace").rpartition("blobs/sha256/")
        if base[1] and len(base[2]) == 64:
            digest = f"sha256:{base[2]}"
        try:
            self.layers[index] = read_stream(rest, digest if compression_of(head) else None, self._options)
        except ImageError as error:
            # It is an error only if the image has this layer.
            self.layers[index] = error


def _index(members: Entries) -> dict[bytes, int]:
    return {name: index for index, name in enumerate(members.names)}


def _member(members: Entries, names: dict[bytes, int], name: str) -> int | None:
    """The number of a file; old archives store equal layers as links to each other."""
    path = clean_name(name.encode("utf-8", "surrogateescape"))
    for _ in range(8):
        index = names.get(path)
        if index is None or members.types[index] == FILE:
            return index
        target = members.links.get(index, b"")
        if members.types[index] == SYMLINK:
            path = clean_name(path.rpartition(b"/")[0] + b"/" + target)
        elif members.types[index] == HARD_LINK:
            path = clean_name(target)
        else:
            return None
    return None
