"""rpm's databases: SQLite (Amazon Linux 2023, Fedora, Red Hat), ndb (SUSE) and Berkeley's (Amazon Linux 2).

A package is a header as in rpm's files: an index of tags, then their data (rpm.org, "RPM Header Format").
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from lintimg.contents.ownership import Paths
from lintimg.contents.parts import SYSTEM, Part

_NAME, _VERSION, _RELEASE, _FOLDER_NUMBERS, _BASE_NAMES, _FOLDER_NAMES = 1000, 1001, 1002, 1116, 1117, 1118
_MOST_STEPS = 20_000
"""Thousands of steps that the database may take: a real one takes a few hundred."""
_NDB, _SLOT, _BLOB = b"RpmP", b"Slot", b"BlbS"
_MOST_SLOT_PAGES = 2048
_HASH = (0x061561).to_bytes(4, "little")
_HASH_PAGES, _ON_OTHER_PAGES, _OVERFLOW = (2, 13), b"\3", b"\7"
_PAGE_HEADER = 26


def rpm_packages(data: bytes) -> Iterator[tuple[Part, Paths]]:
    """The packages of a database file; what is damaged is left out."""
    for header in _headers(data):
        try:
            package = _package(header)
        except (struct.error, IndexError, ValueError):
            continue
        if package is not None:
            yield package


def _headers(data: bytes) -> Iterable[bytes]:
    if data.startswith(_NDB):
        return _ndb(data)
    return _berkeley(data) if data[12:16] == _HASH else _sqlite(data)


def _berkeley(data: bytes) -> Iterator[bytes]:
    """Values of Berkeley DB's hash format; those that are large lie on pages of their own.

    Pages have their next page's number at byte 16, how much they hold at 20, their type at 25. A hash's page has the
    places of keys and values in turn, which fill it from its end (Berkeley DB, src/dbinc/db_page.h).
    """
    size = int.from_bytes(data[20:24], "little")
    if size < 512 or size & (size - 1):
        return
    # Pages that lead in circles end when more was read than there is.
    left = len(data)
    for page in range(size, len(data) - size + 1, size):
        if data[page + 25] not in _HASH_PAGES:
            continue
        count = min(int.from_bytes(data[page + 20 : page + 22], "little"), (size - _PAGE_HEADER) // 2)
        places = struct.unpack_from(f"<{count}H", data, page + _PAGE_HEADER)
        for end, begin in zip(places[::2], places[1::2], strict=False):
            item = data[page + begin : page + min(max(end, begin + 12), size)]
            value = item[1:]
            if item[:1] == _ON_OTHER_PAGES and len(item) >= 12:
                number, length = struct.unpack_from("<II", item, 4)
                value = _overflow(data, size, number, min(length, left))
            left -= len(value)
            if left < 0:
                return
            yield value


def _overflow(data: bytes, size: int, number: int, length: int) -> bytes:
    """A value of `length` bytes that begins on the page `number`."""
    pieces: list[bytes] = []
    while number and length > 0:
        page = number * size
        held = int.from_bytes(data[page + 22 : page + 24], "little")
        if data[page + 25 : page + 26] != _OVERFLOW or not 0 < held <= size - _PAGE_HEADER:
            break
        pieces.append(data[page + _PAGE_HEADER : page + _PAGE_HEADER + min(held, length)])
        length -= held
        number = int.from_bytes(data[page + 16 : page + 20], "little")
    return b"".join(pieces)


def _sqlite(data: bytes) -> Iterable[bytes]:
    import sqlite3

    # A database that has a write-ahead log cannot be opened without it; a built image's has been written back.
    if data[18:20] == b"\2\2":
        data = data[:18] + b"\1\1" + data[20:]
    connection = sqlite3.connect(":memory:")
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return steps > _MOST_STEPS

    try:
        connection.deserialize(data)
        # Someone else's schema may hold anything, such as a view without end.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(count, 1000)
        rows = connection.execute("SELECT blob FROM Packages ORDER BY hnum").fetchall()
    except (sqlite3.Error, MemoryError, OverflowError):
        return []
    finally:
        connection.close()
    return [row[0] for row in rows if isinstance(row[0], bytes)]


def _ndb(data: bytes) -> Iterator[bytes]:
    """Slots of 16 bytes lead to blobs, places counted in 16 bytes (rpm's lib/backend/ndb/rpmpkg.c)."""
    pages = int.from_bytes(data[12:16], "little")
    for at in range(32, min(min(pages, _MOST_SLOT_PAGES) * 4096, len(data) - 16), 16):
        if data[at : at + 4] != _SLOT:
            continue
        begin = int.from_bytes(data[at + 8 : at + 12], "little") * 16
        if data[begin : begin + 4] == _BLOB:
            size = int.from_bytes(data[begin + 12 : begin + 16], "little")
            yield data[begin + 16 : begin + 16 + size]


def _package(header: bytes) -> tuple[Part, Paths] | None:
    count = int.from_bytes(header[:4], "big")
    if count > len(header) // 16:
        return None
    store = header[8 + 16 * count :]
    tags: dict[int, tuple[int, int]] = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">IIII", header, 8 + 16 * number)
        tags[tag] = (offset, length)
    names = _texts(store, tags, _NAME)
    if not names:
        return None
    version = b"-".join(text for tag in (_VERSION, _RELEASE) for text in _texts(store, tags, tag)[:1])
    part = Part(
        SYSTEM,
        names[0].decode("utf-8", "surrogateescape"),
        b"",
        version.decode("utf-8", "surrogateescape") or None,
    )
    return part, lambda: _paths(store, tags)


def _paths(store: bytes, tags: dict[int, tuple[int, int]]) -> Iterator[bytes]:
    folders = [folder.strip(b"/") for folder in _texts(store, tags, _FOLDER_NAMES)]
    offset, length = tags.get(_FOLDER_NUMBERS, (0, 0))
    numbers = memoryview(store)[offset : offset + 4 * length]
    for at, base in enumerate(_texts(store, tags, _BASE_NAMES)):
        number = int.from_bytes(numbers[4 * at : 4 * at + 4], "big")
        if number < len(folders):
            yield folders[number] + b"/" + base if folders[number] else base


def _texts(store: bytes, tags: dict[int, tuple[int, int]], tag: int) -> list[bytes]:
    offset, length = tags.get(tag, (0, 0))
    if not length:
        return []
    return store[offset:].split(b"\0", min(length, len(store)))[:length]
