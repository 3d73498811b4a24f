"""rpm's databases: SQLite (Amazon Linux 2023, Fedora, Red Hat) and ndb (SUSE).

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


def rpm_packages(data: bytes) -> Iterator[tuple[Part, Paths]]:
    """The packages of a database file; what is damaged is left out."""
    for header in _ndb(data) if data.startswith(_NDB) else _sqlite(data):
        try:
            package = _package(header)
        except (struct.error, IndexError, ValueError):
            continue
        if package is not None:
            yield package


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
