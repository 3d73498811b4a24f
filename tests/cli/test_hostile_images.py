"""Images whose bytes and documents were changed: a report or a sentence, never a traceback."""

from __future__ import annotations

import copy
import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.image.archives import Oci, digest, new_save, old_save
from tests.image.layers import Item, folder, hard_link, symlink, tar

from .conftest import Run

_SETTINGS = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_BLOCK = 512
_LAYERS = [
    tar(
        [
            folder("var/"),
            folder("var/task/"),
            Item("var/task/app.py", b"def handler(event, context): ...\n"),
            Item("var/task/node_modules/.package-lock.json", b'{"packages": {"a": {"dev": true}}}'),
            Item("var/lib/dpkg/status", b"Package: a\nVersion: 1\n"),
            Item("var/lib/dpkg/info/a.list", b"/.\n/bin\n/bin/sh\n"),
            Item("site-packages/x-1.dist-info/RECORD", b"x.py,,\n"),
            Item("opt/conda/conda-meta/x.json", b'{"name": "x", "files": ["y"]}'),
            Item("bin/sh", b"\x7fELF\2\1\1" + bytes(200), mode=0o755),
            Item("opt/extensions/agent", b"#!/bin/sh\r\n", mode=0o755),
        ]
    ),
    tar([symlink("lib", "usr/lib"), hard_link("h", "bin/sh"), Item("n" * 150, pax={"mtime": "12.5"})]),
    tar([Item("var/task/.wh..wh..opq"), Item("bin/.wh.sh"), Item("root/.cache/pip/x", b"z" * 900)]),
]
_CONFIG: dict[str, Any] = {
    "commands": ["ADD file:1 in /", "RUN |1 A=b /bin/sh -c pip install x # buildkit", "COPY . /var/task"],
    "Entrypoint": ["/lambda-entrypoint.sh"],
    "Cmd": ["app.handler"],
    "WorkingDir": "/var/task",
    "Env": ["LAMBDA_TASK_ROOT=/var/task"],
    "Labels": {"a": "b"},
}


def _oci(compression: str | None, compress: Callable[[bytes], bytes]) -> bytes:
    oci = Oci()
    return oci.finish(oci.index([oci.image(_LAYERS, compression, compress, **_CONFIG)])).archive()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def _zstd(data: bytes) -> bytes:
    zstd = pytest.importorskip("backports.zstd")
    compressed: bytes = zstd.compress(data)
    return compressed


_ARCHIVES: dict[str, Callable[[], bytes]] = {
    "docker save": lambda: old_save(_LAYERS, **_CONFIG),
    "docker save 25": lambda: new_save(_LAYERS, **_CONFIG),
    "gzip layers": lambda: _oci("gzip", _gzip),
    "zstd layers": lambda: _oci("zstd", _zstd),
    "plain layers": lambda: _oci(None, bytes),
    "a gzip file": lambda: _gzip(old_save(_LAYERS, **_CONFIG)),
    "a zstd file": lambda: _zstd(old_save(_LAYERS, **_CONFIG)),
}
_PLAIN = ("docker save", "docker save 25", "gzip layers", "plain layers")


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")


def _look(run: Run, data: bytes, path: Path | None = None) -> None:
    """Runs the command on an archive, from a file if there is a `path`, and looks at how it ends."""
    flags = ("--target", "lambda", "--format", "json", "--select", "ALL", "--quiet")
    if path is None:
        result = run("image", "-", *flags, data=data)
    else:
        path.write_bytes(data)
        result = run("image", str(path), *flags)
    errors = result.report["errors"]
    assert result.status == (2 if errors else result.status & 1)
    assert all(error["kind"] == "image" and "\n" not in error["message"] for error in errors)
    assert "Traceback" not in result.err
    assert result.err.count("\n") == len(errors)


_Change = tuple[str, int, int]
_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["byte", "byte", "number", "cut", "drop", "fill"]),
        st.integers(0, 1 << 20),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=6,
)
_FIELDS = (0, 100, 108, 116, 124, 135, 136, 148, 156, 157, 257, 345)
"""Places in a tar header: name, mode, owners, size, time, checksum, type, link, magic, prefix."""


def _changed(data: bytes, changes: list[_Change], *, headers: bool) -> bytes:
    """`data` with some bytes changed, in the fields of tar headers alone with `headers`."""
    changed = bytearray(data)
    for kind, where, value in changes:
        at = where % len(changed)
        if headers:
            at = min(at // _BLOCK * _BLOCK + _FIELDS[where % len(_FIELDS)], len(changed) - 1)
        if kind == "byte":
            changed[at] = value
        elif kind == "number":
            changed[at : at + 12] = b"%011o\0" % (value << (value % 26))
        elif kind == "cut":
            del changed[max(at, 1) :]
        elif kind == "drop":
            del changed[at + 1 : at + 1 + value * 4]
        else:
            changed[at:at] = bytes(value * 4)
    return bytes(changed)


@_SETTINGS
@given(st.sampled_from(sorted(_ARCHIVES)), _CHANGES, st.booleans(), st.booleans())
def test_any_byte(
    run: Run, tmp_path: Path, archive: str, changes: list[_Change], headers: bool, file: bool
) -> None:
    _look(run, _changed(_ARCHIVES[archive](), changes, headers=headers), tmp_path / "a.tar" if file else None)


@_SETTINGS
@given(st.integers(0, len(_LAYERS) - 1), _CHANGES, st.sampled_from(["save", "gzip", "zstd"]))
def test_layers_with_right_checksums(
    run: Run, tmp_path: Path, number: int, changes: list[_Change], stored: str
) -> None:
    data = bytearray(_changed(_LAYERS[number], changes, headers=True))
    for at in range(0, len(data) - _BLOCK + 1, _BLOCK):
        if data[at + 257 : at + 262] == b"ustar":
            data[at + 148 : at + 156] = b" " * 8
            data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + _BLOCK])
    layers = [*_LAYERS[:number], bytes(data), *_LAYERS[number + 1 :]]
    if stored == "save":
        _look(run, old_save(layers, **_CONFIG), tmp_path / "a.tar")
        return
    oci = Oci()
    _look(
        run, oci.finish(oci.image(layers, stored, _gzip if stored == "gzip" else _zstd, **_CONFIG)).archive()
    )


_WRONG: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, 10**400, 1 << 63, "", "x\n", "\ud800", "sha256:../../x", "sha256:" + "0" * 64,
    [], {}, [[]], [None], {"a": None}, {"digest": 3},
]  # fmt: skip


@_SETTINGS
@given(
    st.sampled_from(_PLAIN),
    st.lists(
        st.tuples(st.integers(0, 999), st.integers(0, 999), st.sampled_from(_WRONG)), min_size=1, max_size=3
    ),
)
def test_documents_of_any_shape(run: Run, archive: str, changes: list[tuple[int, int, Any]]) -> None:
    files = _files(_ARCHIVES[archive]())
    for number, place, wrong in changes:
        name = sorted(name for name, data in files.items() if data[:1] in (b"{", b"["))[number % 3 - 1]
        document = json.loads(files[name])
        places = list(_places(document))
        _replace(files, name, _with(document, places[place % len(places)], copy.deepcopy(wrong)))
    _look(run, tar(Item(name, data) for name, data in files.items()))


@pytest.mark.parametrize("archive", _PLAIN)
@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, b'"\\ud800"', b"\xff\xfe", b"null"]
)
def test_documents_that_are_none(run: Run, archive: str, text: bytes) -> None:
    whole = _files(_ARCHIVES[archive]())
    for name in [name for name, data in whole.items() if data[:1] in (b"{", b"[")]:
        files = dict(whole)
        _replace(files, name, text)
        _look(run, tar(Item(name, data) for name, data in files.items()))


def _files(archive: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            file = members.extractfile(member) if member.isreg() else None
            if file is not None:
                found[member.name] = file.read()
    return found


def _replace(files: dict[str, bytes], name: str, content: bytes) -> None:
    """Changes a file, and the digests and sizes by which others name it, so that the change is what is seen."""
    old = files.pop(name)
    before, after = digest(old)[7:], digest(content)[7:]
    files[name.replace(before, after)] = content
    if before == after:
        return
    for other, data in list(files.items()):
        if before.encode() in data and files.get(other) is data:
            size = b'"size": %d'
            data = data.replace(before.encode(), after.encode())  # noqa: PLW2901
            _replace(files, other, data.replace(size % len(old), size % len(content)))


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The keys that lead to each value in a document."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from _places(inner, (*path, key))


def _with(document: Any, path: tuple[Any, ...], new: Any) -> bytes:
    if not path:
        document = new
    else:
        inner = document
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = new
    return json.dumps(document).encode("utf-8", "surrogatepass")
