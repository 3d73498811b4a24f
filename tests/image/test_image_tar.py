"""The tar reader against Python's own, and against archives made to break it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.image.entries import FILE, FOLDER, Entry
from lintimg.image.errors import ImageError
from lintimg.image.names import clean_name
from lintimg.image.readers import FileReader
from lintimg.image.tar import read_tar

from .layers import Item, entries, folder, hard_link, symlink, tar

_LAYOUTS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
_TYPES = (
    tarfile.REGTYPE,
    tarfile.DIRTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.FIFOTYPE,
    tarfile.CHRTYPE,
)
_LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)


def _expected(data: bytes) -> list[tuple[object, ...]]:
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as archive:
        return [
            (
                clean_name(info.name.encode("utf-8", "surrogateescape")),
                info.size if info.isreg() else 0,
                info.mode & 0o7777,
                info.uid,
                info.gid,
                int(info.mtime),
                info.linkname.encode("utf-8", "surrogateescape"),
                info.offset_data if info.isreg() else 0,
            )
            for info in archive
        ]


def _found(data: bytes, step: int = 1 << 16) -> list[tuple[object, ...]]:
    read = entries(data, step)
    return [
        (e.path, e.size, e.mode, e.uid, e.gid, e.mtime, e.link, offset if e.type == FILE else 0)
        for e, offset in zip(read, read.offsets, strict=True)
    ]


_NAMES = st.binary(min_size=1, max_size=230).filter(lambda name: b"\0" not in name and name.strip(b"/"))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(
            Item,
            name=_NAMES,
            type=st.just(tarfile.REGTYPE),
            link=st.just(b""),
            pax=st.just({}),
            content=st.binary(max_size=1500),
            mode=st.integers(0, 0o7777),
            uid=st.integers(0, 3_000_000),
            gid=st.integers(0, 0o7777777),
            mtime=st.one_of(st.integers(0, 2**34), st.floats(0, 2**32)),
        ),
        max_size=12,
    ),
    st.sampled_from((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)),
    st.integers(1, 5000),
)
def test_files_are_those_of_tarfile(items: list[Item], layout: int, step: int) -> None:
    data = tar(items, layout)
    assert _found(data, step) == _expected(data)


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_every_type_is_that_of_tarfile(layout: int, tmp_path: Path) -> None:
    long = "" if layout == tarfile.USTAR_FORMAT else "x" * 180
    items = [
        folder("a"),
        folder("./a/b/"),
        Item("a/b/" + "y" * 96 + long, b"1" * 700),
        *(Item(f"a/t{kind.decode()}", type=kind, link="a/b" if kind in _LINKS else "") for kind in _TYPES),
        symlink("a/s", "target/" + long),
        hard_link("a/h" + long, "a/b/" + "y" * 96),
        Item("p" * 90 + "/" + "q" * 90, b"2"),
        Item("last", b""),
    ]
    data = tar(items, layout)
    assert _found(data) == _expected(data)
    path = tmp_path / "a.tar"
    path.write_bytes(b"front" + data + b"back")
    with path.open("rb", buffering=0) as file:
        read = read_tar(FileReader(file, 5, 5 + len(data)))
    assert list(read) == list(entries(data))


def test_names_that_are_not_utf8_keep_their_bytes() -> None:
    assert entries(tar([Item(b"caf\xe9/\xff")], tarfile.GNU_FORMAT)).names == [b"caf\xe9/\xff"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("./", b""),
        ("./a/", b"a"),
        ("/etc/passwd", b"etc/passwd"),
        ("a//b/./c", b"a/b/c"),
        ("../../etc/passwd", b"etc/passwd"),
        ("a/../b", b"b"),
        ("a/..", b""),
        (".hidden", b".hidden"),
        ("..data/x", b"..data/x"),
        ("a/.b/c..", b"a/.b/c.."),
    ],
)
def test_names_are_cleaned_as_in_a_container(name: str, path: bytes) -> None:
    assert entries(tar([Item("x"), Item(name), Item("y/z")], tarfile.GNU_FORMAT)).names == [
        b"x",
        path,
        b"y/z",
    ]


def _header(data: bytes, at: int, field: bytes) -> bytes:
    """A tar archive with other bytes in its first header, the checksum mended."""
    block = bytearray(data[:512])
    block[at : at + len(field)] = field
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + data[512:]


def test_sizes_of_base_256() -> None:
    data = _header(tar([Item("big", b"x" * 600)]), 124, b"\x80" + (600).to_bytes(11, "big"))
    assert [(e.path, e.size) for e in entries(data)] == [(b"big", 600)]


def test_old_archives_mark_folders_by_a_slash() -> None:
    old = _header(_header(tar([Item("old/")]), 156, b"\0"), 257, bytes(8))
    assert [(e.path, e.type) for e in entries(old)] == [(b"old", FOLDER)]


def test_a_checksum_of_signed_bytes_is_taken() -> None:
    data = bytearray(tar([Item(b"caf\xe9")], tarfile.GNU_FORMAT))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % (sum(data[:512]) - 256 * sum(byte > 127 for byte in data[:512]))
    assert entries(bytes(data)).names == [b"caf\xe9"]


def test_sparse_files_have_their_full_size() -> None:
    old = bytearray(tar([Item("sparse", b"x" * 1024)], tarfile.GNU_FORMAT))
    old[386:410] = b"%011o\0%011o\0" % (0, 1024)
    old[483:495] = b"%011o\0" % 50_000
    gnu = _header(bytes(old), 156, b"S")
    assert [(e.path, e.size) for e in entries(gnu)] == [(b"sparse", 50_000)]
    extended = bytearray(_header(gnu, 482, b"\1"))
    extended[512:512] = bytes(512)
    assert [(e.path, e.size) for e in entries(bytes(extended))] == [(b"sparse", 50_000)]
    pax = tar(
        [
            Item("GNUSparseFile.0/s", b"x", pax={"GNU.sparse.name": "s", "GNU.sparse.realsize": "70000"}),
            Item("t"),
        ]
    )
    assert [(e.path, e.size) for e in entries(pax)] == [(b"s", 70_000), (b"t", 0)]


def test_global_attributes_and_labels_are_passed_over() -> None:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x"}
    ) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert entries(out.getvalue()).names == [b"a"]


def test_attributes_are_kept() -> None:
    data = tar([Item("a", pax={"SCHILY.xattr.security.capability": "x=y", "comment": "no"})])
    assert entries(data).entry(0).attributes == {b"SCHILY.xattr.security.capability": b"x=y"}


def test_an_archive_may_end_without_zero_blocks() -> None:
    data = tar([Item("a", b"x" * 512)])
    assert entries(data[:1024]).names == [b"a"]
    assert len(entries(b"")) == 0


_GOOD = tar([Item("a", b"x" * 700), Item("b" * 150), Item("c")])


@pytest.mark.parametrize("length", [1, 511, 513, 1000, 1535, 1536 + 512, 1536 + 1024 + 5])
@pytest.mark.parametrize("step", [100, 1 << 20])
def test_cut_off_archives(length: int, step: int, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cut off"):
        entries(_GOOD[:length], step)
    path = tmp_path / "cut.tar"
    path.write_bytes(_GOOD[:length])
    with path.open("rb", buffering=0) as file, pytest.raises(ImageError, match="cut off"):
        read_tar(FileReader(file, 0, len(_GOOD)))


@pytest.mark.parametrize(
    "data",
    [
        b"no archive at all" * 100,
        _header(_GOOD, 124, b"-0000000001\0"),
        _header(_GOOD, 124, b"\xff" * 12),
        _header(_GOOD, 124, b"\x80\x7f" + b"\xff" * 10),
        _header(_header(_GOOD, 156, b"L"), 124, b"77777777777\0"),
        _header(_header(_GOOD, 156, b"x"), 124, b"77777777777\0"),
        _header(_header(_GOOD, 156, b"x"), 124, b"00000000020\0"),
    ],
)
def test_damaged_and_hostile_headers(data: bytes) -> None:
    with pytest.raises(ImageError):
        entries(data)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=30), st.integers(0, len(_GOOD)), st.binary(max_size=600))
def test_damage_is_an_error_or_a_list(patch: bytes, at: int, front: bytes) -> None:
    data = front + _GOOD[:at] + patch + _GOOD[at + len(patch) :]
    try:
        read = entries(data)
    except ImageError:
        return
    assert all(isinstance(entry, Entry) for entry in read)
