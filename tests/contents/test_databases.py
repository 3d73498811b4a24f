"""Packages by the databases of their managers, and what these databases and their caches are themselves."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.contents.rpm import rpm_packages
from tests.contents.pictures import sizes, surveyed
from tests.contents.test_contents import rpm_header
from tests.image.layers import Item

_PAGE = 512


def _conda(prefix: str, name: str, files: Sequence[tuple[str, int]]) -> list[Item]:
    record = json.dumps({"name": name, "version": "1.0", "files": [path for path, _ in files]})
    items = [Item(f"{prefix}/{path}", bytes(size)) for path, size in files]
    return [*items, Item(f"{prefix}/conda-meta/{name}-1.0-0.json", record.encode())]


def test_environments_of_conda() -> None:
    found = surveyed(
        [
            [
                *_conda("opt/conda", "mkl", [("lib/libmkl.so", 90_000)]),
                *_conda("opt/conda", "python", [("bin/python3", 30_000), ("lib/python3.12/os.py", 7000)]),
                *_conda("opt/conda/envs/app", "libxml2", [("lib/libxml2.so", 5000)]),
                *_conda("root/micromamba/envs/other", "zlib", [("lib/libz.so", 3000)]),
                Item("opt/conda/pkgs/mkl-1.0-0/lib/libmkl.so", bytes(90_000)),
                Item("root/micromamba/pkgs/zlib.conda", bytes(100)),
                Item("opt/conda/condabin/conda", bytes(11)),
                Item("srv/pkgs/mine", bytes(13)),
                Item("srv/my-conda-meta/x.json", bytes(17)),
            ]
        ]
    )
    bytes_of = sizes(found)
    packages = {name: size // 1000 for name, size in bytes_of["conda packages"].items()}
    assert packages == {"mkl": 90, "python": 37, "libxml2": 5, "zlib": 3}
    assert bytes_of["package caches"] == {"conda": 90_100}
    assert bytes_of["language runtimes"] == {"/opt/conda": 11}
    assert sum(bytes_of["other files"].values()) == 30
    assert "1.0" in {part.version for part in found.parts}


def test_records_of_conda_that_are_none() -> None:
    damaged = (b"", b"[]", b"{}", b'{"name": 1}', b'{"name": "x", "files": {"a": 1}}', b"[" * 100_000)
    surrogates = b'{"name": "y\\ud800", "version": 2, "files": ["\\ud800", null, "lib/z"]}'
    items = [
        Item(f"env/conda-meta/{number}.json", data) for number, data in enumerate((*damaged, surrogates))
    ]
    found = surveyed([[*items, Item("env/lib/z", bytes(9))]])
    assert sum(found.bytes.values()) == found.stack.effective
    assert sizes(found)["conda packages"]["y\ud800"] >= 9


def _hash_database(*values: bytes) -> bytes:
    """Berkeley DB's hash format: a page of pairs, the values on pages that they overflow to."""
    meta = bytes(12) + struct.pack("<III", 0x061561, 9, _PAGE)
    pages = [meta.ljust(_PAGE, b"\0"), b""]
    items: list[bytes] = []
    for key, value in enumerate(values, 1):
        items.append(b"\1" + struct.pack("<I", key))
        if len(value) < 100:
            items.append(b"\1" + value)
            continue
        items.append(b"\3\0\0\0" + struct.pack("<II", len(pages), len(value)))
        parts = [value[at : at + _PAGE - 26] for at in range(0, len(value), _PAGE - 26)]
        for number, part in enumerate(parts, 1):
            following = 0 if number == len(parts) else len(pages) + 1
            head = bytes(16) + struct.pack("<IHHBB", following, 1, len(part), 0, 7)
            pages.append((head + part).ljust(_PAGE, b"\0"))
    places: list[int] = []
    content = b""
    for item in items:
        content = item + content
        places.append(_PAGE - len(content))
    head = bytes(20) + struct.pack("<HHBB", len(items), places[-1], 0, 13)
    head += b"".join(struct.pack("<H", place) for place in places)
    pages[1] = head.ljust(_PAGE - len(content), b"\0") + content
    return b"".join(pages)


def test_packages_of_amazon_linux_2() -> None:
    many = rpm_header("many", [("/usr/share/many/", f"file{number}") for number in range(300)])
    data = _hash_database(b"\x02\0\0\0", many, rpm_header("gcc", [("/usr/bin/", "gcc")]))
    files = [Item("usr/bin/gcc", bytes(4)), Item("usr/share/many/file299", bytes(5))]
    found = sizes(surveyed([[*files, Item("var/lib/rpm/Packages", data)]]))
    assert found["system packages"] == {"gcc": 4, "many": 5, "/var/lib/rpm": len(data)}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 4 * _PAGE), st.integers(0, 255)), max_size=12))
def test_a_damaged_database_ends(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_hash_database(rpm_header("x", [("/a/", "b" * 900)]), b"short"))
    for place, value in changes:
        data[place % len(data)] = value
    assert sum(len(list(paths())) for _, paths in rpm_packages(bytes(data))) <= len(data)


def test_databases_and_logs_are_no_models_and_no_archives() -> None:
    found = sizes(
        surveyed(
            [
                [
                    Item("var/lib/dpkg/alternatives/awk", bytes(1)),
                    Item("var/lib/dpkg/status-old", bytes(2)),
                    Item("lib/apk/db/scripts.tar", bytes(4)),
                    Item("var/lib/dnf/history.sqlite", bytes(8)),
                    Item("var/cache/debconf/templates.dat", bytes(16)),
                    Item("var/cache/debconf/templates.dat-old", bytes(32)),
                    Item("var/log/apt/eipp.log.xz", bytes(64)),
                    Item("opt/old.dat-old", bytes(128)),
                    Item("srv/vendor/cache/rake.gem", bytes(256)),
                ]
            ]
        )
    )
    assert found == {
        "system packages": {
            "/var/lib/dpkg": 3,
            "/lib/apk/db": 4,
            "/var/lib/dnf": 8,
            "/var/cache/debconf": 16,
        },
        "package caches": {"debconf": 32, "gem": 256},
        "other files": {"/var/log": 64, "/opt": 128},
    }


def test_bytecode_of_system_packages_is_theirs() -> None:
    installed = b"P:python3\nV:3\nF:usr/lib/python3.12\nR:os.py\nF:usr/lib/python3.12/json\nR:__init__.py\n"
    found = sizes(
        surveyed(
            [
                [
                    Item("lib/apk/db/installed", installed + b"\nP:other\nF:usr/lib/python3.12\nR:site.py\n"),
                    Item("usr/lib/python3.12/__pycache__/os.cpython-312.pyc", bytes(1)),
                    Item("usr/lib/python3.12/__pycache__/site.cpython-312.pyc", bytes(2)),
                    Item("usr/lib/python3.12/json/__pycache__/__init__.cpython-312.pyc", bytes(4)),
                ]
            ]
        )
    )
    assert found["system packages"]["python3"] == 5
    assert found["system packages"]["other"] == 2
