"""What the bytes of an image are."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contents.pictures import sizes, surveyed
from tests.image.layers import Item, hard_link, symlink

SITE = "usr/local/lib/python3.12/site-packages"


def _wheel(site: str, name: str, version: str, files: Sequence[tuple[str, int]]) -> list[Item]:
    info = f"{name}-{version}.dist-info"
    record = "".join(f"{path},sha256=x,{size}\n" for path, size in files) + f"{info}/RECORD,,\n"
    items = [Item(f"{site}/{path}", bytes(size)) for path, size in files if not path.startswith("..")]
    return [*items, Item(f"{site}/{info}/RECORD", record.encode())]


def _sum(found: dict[str, int]) -> int:
    return sum(found.values())


def test_distributions_own_what_their_records_list_and_the_bytecode_of_it() -> None:
    items = [
        *_wheel(SITE, "torch", "2.8.0", [("torch/__init__.py", 100), ("torch/lib/libtorch.so", 5000)]),
        *_wheel(SITE, "nvidia_cublas_cu12", "12.8", [("nvidia/cublas/lib/libcublas.so.12", 7000)]),
        *_wheel(SITE, "nvidia_cudnn_cu12", "9.1", [("nvidia/cudnn/lib/libcudnn.so.9", 8000)]),
        *_wheel(SITE, "six", "1.17", [("six.py", 300), ("../../../bin/six", 0)]),
        *_wheel(SITE, "idna", "3.4", [("idna.py", 30)]),
        Item(f"{SITE}/__pycache__/six.cpython-312.pyc", bytes(40)),
        Item(f"{SITE}/torch/__pycache__/x.cpython-312.pyc", bytes(4)),
        Item(f"{SITE}/torch/include/new/header.h", bytes(6)),
        Item(f"{SITE}/loose/x.py", bytes(11)),
        Item("usr/local/bin/six", bytes(17)),
        Item("usr/local/bin/other", bytes(19)),
    ]
    found = surveyed([items])
    python = sizes(found)["python packages"]
    info = {part.name: part.version for part in found.parts}
    assert python["torch"] > 5110
    assert python["nvidia-cublas-cu12"] > 7000
    assert 8000 < python["nvidia-cudnn-cu12"] < 8200
    assert 357 < python["six"] < 500
    assert python["loose"] == 11
    assert info["torch"] == "2.8.0"
    assert sizes(found)["other files"] == {"/usr/local": 19}


def test_packages_beside_the_code_are_told_apart_from_it() -> None:
    items = [
        *_wheel("var/task", "requests", "2.32", [("requests/api.py", 100), ("bin/tool", 7)]),
        Item("var/task/app.py", bytes(10)),
        Item("var/task/src/main.py", bytes(20)),
        Item("var/task/model.pt", bytes(1 << 18)),
        Item("var/task/__pycache__/app.cpython-312.pyc", bytes(5)),
    ]
    found = sizes(surveyed([items]))
    assert found["function code"] == {"/var/task": 15, "/var/task/src": 20}
    assert list(found["python packages"]) == ["requests"]
    assert found["models and data"] == {"/var/task/model.pt": 1 << 18}


def test_places_tell_caches_repositories_headers_and_documentation() -> None:
    items = [
        Item("root/.cache/pip/http/x", bytes(1)),
        Item("root/.npm/_cacache/x", bytes(2)),
        Item("var/cache/dnf/x", bytes(4)),
        Item("var/lib/apt/lists/x", bytes(8)),
        Item("app/.git/objects/x", bytes(16)),
        Item("usr/include/x.h", bytes(32)),
        Item("usr/lib/libx.a", bytes(64)),
        Item("usr/share/doc/x/copyright", bytes(128)),
        Item("root/.cache/huggingface/hub/x", bytes(256)),
    ]
    found = sizes(surveyed([items]))
    assert found["package caches"] == {"pip": 1, "npm": 2, "dnf": 4, "apt": 8}
    assert found["version control"] == {"/app/.git": 16}
    assert _sum(found["headers and static libraries"]) == 96
    assert found["documentation and locales"] == {"/usr/share/doc": 128}
    assert found["models and data"] == {"/root/.cache/huggingface": 256}


def test_node_packages_gems_jars_and_programs() -> None:
    items = [
        Item("var/task/node_modules/aws-sdk/index.js", bytes(10)),
        Item("var/task/node_modules/@scope/name/index.js", bytes(20)),
        Item("var/task/node_modules/aws-sdk/node_modules/uuid/index.js", bytes(5)),
        Item("var/task/node_modules/.package-lock.json", bytes(3)),
        Item("var/task/vendor/bundle/ruby/3.3.0/gems/nokogiri-1.16.0-x86_64-linux/lib.so", bytes(40)),
        Item("var/task/lib/guava-33.jar", bytes(300_000)),
        Item("var/task/bootstrap", bytes(1 << 20), mode=0o755),
        Item("usr/local/lib/node_modules/npm/index.js", bytes(70)),
    ]
    found = sizes(surveyed([items]))
    assert found["node packages"] == {
        "aws-sdk": 10,
        "@scope/name": 20,
        "uuid": 5,
        "/var/task/node_modules": 3,
    }
    assert found["ruby gems"] == {"nokogiri": 40}
    assert found["java archives"] == {"/var/task/lib/guava-33.jar": 300_000}
    assert found["compiled programs"] == {"/var/task/bootstrap": 1 << 20}
    assert found["language runtimes"] == {"npm": 70}


def test_packages_of_debian_and_alpine() -> None:
    status = b"Package: gcc-12\nVersion: 12.2\n\nPackage: libc6\nVersion: 2.36\n"
    debian = [
        symlink("lib", "usr/lib"),
        Item("var/lib/dpkg/status", status),
        Item("var/lib/dpkg/info/gcc-12.list", b"/.\n/usr\n/usr/bin\n/usr/bin/gcc\n/usr/lib/gcc/12/cc1\n"),
        Item("var/lib/dpkg/info/libc6:amd64.list", b"/.\n/lib/x/libc.so.6\n/usr/bin/ldd\n"),
        Item("usr/bin/gcc", bytes(100)),
        Item("usr/bin/ldd", bytes(10)),
        Item("usr/bin/mine", bytes(1)),
        Item("usr/lib/gcc/12/cc1", bytes(1000)),
        Item("usr/lib/x/libc.so.6", bytes(500)),
    ]
    found = surveyed([debian])
    packages = sizes(found)["system packages"]
    assert packages.pop("/var/lib/dpkg") > len(status)
    assert packages == {"gcc-12": 1100, "libc6": 510}
    assert {part.version for part in found.parts} >= {"12.2", "2.36"}
    installed = b"P:musl\nV:1.2\nF:lib\nR:ld-musl.so\nF:usr/bin\nR:ldd\n\nP:busybox\nV:1\nF:bin\nR:sh\n"
    alpine = [
        Item("lib/apk/db/installed", installed),
        Item("lib/ld-musl.so", bytes(9)),
        Item("bin/sh", bytes(4)),
    ]
    database = {"/lib/apk/db": len(installed)}
    assert sizes(surveyed([alpine]))["system packages"] == {"musl": 9, "busybox": 4, **database}


def rpm_header(name: str, files: Sequence[tuple[str, str]]) -> bytes:
    """A package as rpm's databases hold it; `files` are folders and names."""
    folders = sorted({folder for folder, _ in files})
    store, index = b"", b""
    values: list[tuple[int, int, bytes, int]] = [
        (1000, 6, name.encode() + b"\0", 1),
        (1001, 6, b"1.0\0", 1),
        (1002, 6, b"2\0", 1),
        (1117, 8, b"".join(base.encode() + b"\0" for _, base in files), len(files)),
        (1118, 8, b"".join(folder.encode() + b"\0" for folder in folders), len(folders)),
        (1116, 4, b"".join(struct.pack(">I", folders.index(folder)) for folder, _ in files), len(files)),
    ]
    for tag, kind, data, count in values:
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += data
    return struct.pack(">II", len(values), len(store)) + index + store


def _rpm_database(*headers: bytes) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
    connection.commit()
    data = connection.serialize()
    connection.close()
    # As rpm leaves it: marked to have a write-ahead log.
    return data[:18] + b"\2\2" + data[20:]


def test_packages_of_rpm_in_both_databases() -> None:
    header = rpm_header("gcc", [("/usr/bin/", "gcc"), ("/usr/libexec/gcc/", "cc1"), ("/usr/bin/", "cpp")])
    files = [
        Item("usr/bin/gcc", bytes(1)),
        Item("usr/libexec/gcc/cc1", bytes(2)),
        Item("usr/bin/cpp", bytes(4)),
    ]
    blob = b"BlbS" + bytes(8) + struct.pack("<I", len(header)) + header
    slots = b"RpmP" + bytes(8) + struct.pack("<I", 1) + bytes(16) + b"Slot" + struct.pack("<III", 1, 256, 1)
    ndb = slots.ljust(4096, b"\0") + blob
    for name, data in (("rpmdb.sqlite", _rpm_database(header)), ("Packages.db", ndb)):
        found = surveyed([[*files, Item(f"var/lib/rpm/{name}", data)]])
        assert sizes(found)["system packages"] == {"gcc": 7, "/var/lib/rpm": len(data)}
        assert "1.0-2" in {part.version for part in found.parts}


def test_later_layers_and_hard_links_are_counted_once() -> None:
    found = surveyed(
        [
            [Item("opt/a", bytes(1000)), Item("opt/b", bytes(10))],
            [Item("opt/.wh.a"), hard_link("srv/c", "opt/b"), Item("var/cache/apt/x", bytes(5))],
            [Item("opt/.wh.b")],
        ]
    )
    assert sum(found.bytes.values()) == found.stack.effective == 15


@pytest.mark.parametrize(
    "damaged",
    [
        Item("var/lib/rpm/rpmdb.sqlite", b"SQLite format 3\0" + b"\xff" * 5000),
        Item("var/lib/rpm/rpmdb.sqlite", b"nothing"),
        Item("var/lib/rpm/Packages.db", b"RpmP" + b"\xff" * 100),
        Item(
            "var/lib/rpm/Packages.db", b"RpmP" + bytes(8) + b"\1\0\0\0" + bytes(16) + b"Slot" + b"\xff" * 12
        ),
        Item("var/lib/dpkg/info/x.list", b"\xff\n//\n/\n/..\n"),
        Item("var/lib/dpkg/status", b"Version: 1\nPackage:\n"),
        Item("lib/apk/db/installed", b"P:\nR:\n\n\n\nF:/\nP:a\nP:b\n"),
        Item(f"{SITE}/a-1.dist-info/RECORD", b'"""\n,,\n\0,\n../../../../../../x\n/etc/passwd\n"a""b",,\n'),
        Item(f"{SITE}/.dist-info/RECORD", b"x"),
        Item(f"{SITE}/-.egg-info/top_level.txt", b"\n/\n..\n\xff\n"),
    ],
)
def test_damaged_metadata_says_nothing(damaged: Item) -> None:
    found = surveyed([[damaged, Item("etc/passwd", bytes(7))]])
    assert sum(found.bytes.values()) == found.stack.effective


def test_a_database_that_never_ends_is_given_up() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIEW Packages AS WITH RECURSIVE n(hnum, blob) AS"
        " (SELECT 1, x'00' UNION ALL SELECT hnum + 1, x'00' FROM n) SELECT * FROM n WHERE hnum < 0"
    )
    data = connection.serialize()
    connection.close()
    found = surveyed([[Item("var/lib/rpm/rpmdb.sqlite", data)]])
    assert sum(found.bytes.values()) == len(data)


_PIECES = st.sampled_from(
    [
        "var",
        "task",
        "site-packages",
        "node_modules",
        "@s",
        "x.pt",
        ".git",
        "usr",
        "lib",
        "__pycache__",
        "a.py",
    ]
)
_PATHS = st.lists(_PIECES, min_size=1, max_size=6).map("/".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(_PATHS, st.integers(0, 50)), max_size=8), min_size=1, max_size=3))
def test_categories_add_up_to_what_is_visible(layers: list[list[tuple[str, int]]]) -> None:
    found = surveyed([[Item(path, bytes(size)) for path, size in layer] for layer in layers])
    assert sum(found.bytes.values()) == found.stack.effective
