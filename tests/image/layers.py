"""Layers and images written as bytes."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lintimg.image.entries import Entries
from lintimg.image.readers import StreamReader
from lintimg.image.tar import read_tar


class Item(NamedTuple):
    """A tar entry to write; `name` may hold any bytes."""

    name: bytes | str
    content: bytes = b""
    type: bytes = tarfile.REGTYPE
    link: bytes | str = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: float = 1_700_000_000
    pax: Mapping[str, str] = {}


def folder(name: bytes | str, mode: int = 0o755) -> Item:
    """A folder's entry."""
    return Item(name, type=tarfile.DIRTYPE, mode=mode)


def symlink(name: bytes | str, target: bytes | str) -> Item:
    """A symbolic link's entry."""
    return Item(name, type=tarfile.SYMTYPE, link=target)


def hard_link(name: bytes | str, target: bytes | str) -> Item:
    """A hard link's entry."""
    return Item(name, type=tarfile.LNKTYPE, link=target)


def tar(items: Iterable[Item], layout: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive as tarfile writes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=layout, encoding="utf-8") as archive:
        for item in items:
            info = tarfile.TarInfo(_text(item.name))
            info.type, info.linkname = item.type, _text(item.link)
            info.mode, info.uid, info.gid, info.mtime = item.mode, item.uid, item.gid, item.mtime
            info.size = len(item.content)
            info.pax_headers = dict(item.pax)
            archive.addfile(info, io.BytesIO(item.content))
    return out.getvalue()


def _text(name: bytes | str) -> str:
    return name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")


def entries(data: bytes, step: int = 1 << 16) -> Entries:
    """The entries of a tar archive that comes in pieces of `step` bytes."""
    pieces = (data[at : at + step] for at in range(0, len(data), step))
    return read_tar(StreamReader(lambda: next(pieces, b"")))


def layer(*items: Item) -> Entries:
    """The entries of a layer of `items`."""
    return entries(tar(items))
