"""LI811: compiled files that the image's own libraries, interpreter or processor cannot load."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from lintimg.image.elf import Elf, read_elf
from lintimg.image.entries import FILE, HARD_LINK
from lintimg.image.inodes import Place
from lintimg.image.tree import FileTree
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.lint.wording import listing
from lintimg.text import path_text

_LIBRARY = regex(rb"\.(?:so|node)(?:\.\d+)*\Z")
_SYSTEM = regex(rb"(?:usr/(?:local/)?)?lib(?:64|32|x32|exec)?/|var/(?:lang|runtime)/|etc/|s?bin/|usr/s?bin/")
_SITE = regex(rb"/(?:site|dist)-packages/")
_TAG = regex(rb"\.cpython-3(\d{1,2})\w*-?([\w-]*)\.so\Z")
_PYTHON = regex(rb"(?:var/lang|usr|usr/local|opt/\w+)/bin/python3\.(\d{1,2})\Z")
_OTHERS = regex(
    rb"(?:^|[-_./])(?:prebuilds?|darwin|macos|win32|windows|musl|musllinux|alpine|android|arm64|aarch64|armv\d\w*|arm|x64|x86_64|x86"
    rb"|amd64|i[36]86|ia32|ppc64\w*|s390x|riscv64|mips\w*)(?:[-_./]|\d|$)"
)
_GLIBC = regex(r"GLIBC_(\d+)\.(\d+)(?:\.(\d+))?\Z")
_DRIVERS = ("libcuda.so", "libnvidia-", "libnvcuvid.so", "libnvoptix.so", "libGLX_nvidia", "libcudadebugger")
"""What comes with a graphics driver, which no function has: who wants it looks whether it is there."""
_LIBC = (
    b"lib64/libc.so.6",
    b"usr/lib64/libc.so.6",
    b"lib/x86_64-linux-gnu/libc.so.6",
    b"lib/aarch64-linux-gnu/libc.so.6",
)
_MOST_READ = 3000
"""Libraries that are looked into."""


class _Problem(NamedTuple):
    kind: str
    path: bytes
    place: Place
    what: str


def unloadable_library(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for each package and kind of problem of its compiled files."""
    tree = subject.tree
    if tree is None or not tree.holds((b".so", b".node")):
        return
    groups: dict[tuple[str, bytes], list[_Problem]] = {}
    for problem in (*_wrong_tags(tree), *_unloadable(subject, tree)):
        groups.setdefault((problem.kind, _package(problem.path)), []).append(problem)
    for (kind, package), found in sorted(groups.items()):
        first = found[0]
        wanted = sorted({problem.what for problem in found})
        yield ImageHit(
            {
                "file": path_text(first.path),
                "package": basename(package.decode("utf-8", "replace")),
                "more": f" and {len(found) - 1} more" if len(found) > 1 else "",
                "wanted": listing(wanted),
                "has": _has(subject, tree, kind),
            },
            variant=kind,
            severity="error" if kind in ("machine", "glibc", "python") else "warning",
            details={"problem": kind, "files": len(found), "wanted": wanted},
            layer=first.place.layer,
            path=first.path,
        )


def _has(subject: BuiltImage, tree: FileTree, kind: str) -> str:
    if kind == "glibc":
        return libc_version(tree) or ""
    if kind == "python":
        return listing([f"3.{version}" for version in sorted(_pythons(tree))])
    return subject.architecture


def _package(path: bytes) -> bytes:
    """The folder that stands for the package a file belongs to."""
    for mark in (b"/site-packages/", b"/dist-packages/", b"/node_modules/"):
        front, found, rest = path.rpartition(mark)
        if found:
            first = rest.partition(b"/")[0].partition(b".")[0]
            return front + found + first
    return b"/".join(path.split(b"/")[:3])


def _libraries(tree: FileTree) -> Iterator[tuple[bytes, Place]]:
    """The compiled libraries that no system package brought."""
    for path, place in tree.paths.items():
        if b".so" not in path and not path.endswith(b".node"):
            continue
        if tree.type(place) in (FILE, HARD_LINK) and _LIBRARY.search(path):
            if _SYSTEM.match(path) and not _SITE.search(path):
                continue
            yield path, place


def _wrong_tags(tree: FileTree) -> Iterator[_Problem]:
    """Extension modules that are named for other versions of Python than the image has."""
    versions: set[int] | None = None
    for path, place in _libraries(tree):
        found = _TAG.search(path)
        if found is None:
            continue
        if versions is None:
            versions = _pythons(tree)
        if not versions or int(found[1]) in versions:
            continue
        stem = path[: found.start()]
        if not any(other.startswith(stem + b".") for other in _siblings(tree, path, versions)):
            yield _Problem("python", path, place, f"Python 3.{int(found[1])}")


def _siblings(tree: FileTree, path: bytes, versions: set[int]) -> Iterator[bytes]:
    """The same module for the versions that are there, or for all of them."""
    found = _TAG.search(path)
    stem = path[: found.start()] if found is not None else path
    tail = b"" if found is None else found[2]
    for version in versions:
        name = stem + b".cpython-3%d%s.so" % (version, b"-" + tail if tail else b"")
        if name in tree.paths:
            yield name
    for ending in (b".abi3.so", b".so", b".py"):
        if stem + ending in tree.paths:
            yield stem + ending


def _pythons(tree: FileTree) -> set[int]:
    """The versions of Python 3 that the image runs: on AWS's bases the one of the runtime."""
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for path in tree.paths:
        if b"bin/python3." in path and (match := _PYTHON.match(path)):
            found[path.startswith(b"var/lang/")].add(int(match[1]))
    return found[True] or found[False]


def _unloadable(subject: BuiltImage, tree: FileTree) -> Iterator[_Problem]:
    libraries = [(path, place) for path, place in _libraries(tree)][:_MOST_READ]
    if not libraries:
        return
    newest = libc_version(tree)
    known = {path.rpartition(b"/")[2].decode("utf-8", "replace") for path in tree.paths if b".so" in path}
    for path, place in libraries:
        elf = elf_of(tree, place)
        if elf is None:
            continue
        if subject.architecture and elf.machine != subject.architecture:
            if not _for_others(path):
                yield _Problem("machine", path, place, elf.machine)
            continue
        version = too_new(elf, newest)
        if version is not None:
            yield _Problem("glibc", path, place, version)
        if _for_others(path):
            continue
        for name in elf.needed:
            if name not in known and not name.startswith(_DRIVERS) and "/" not in name:
                yield _Problem("needed", path, place, name)


def _for_others(path: bytes) -> bool:
    """Does the path say that the file is one of several for other systems or processors."""
    found = _TAG.search(path)
    return _OTHERS.search(path[: found.start()] if found is not None else path) is not None


def elf_of(tree: FileTree, place: Place) -> Elf | None:
    """What the file says of itself; None where it is no ELF file, or its bytes are not at hand."""
    return read_elf(lambda limit, offset: tree.read(place, limit, offset), tree.size(place))


def libc_version(tree: FileTree) -> str | None:
    """The newest version that the image's GNU C library offers, None where it has none that can be read."""
    for path in _LIBC:
        place = tree.find(path)
        if place is None:
            continue
        elf = elf_of(tree, place)
        numbers = (
            [number for version in elf.defined if (number := _number(version))] if elf is not None else []
        )
        if numbers:
            return "GLIBC_" + ".".join(str(part) for part in max(numbers))
    return None


def too_new(elf: Elf, newest: str | None) -> str | None:
    """The newest version of the C library that the file needs, if it is beyond `newest`."""
    limit = None if newest is None else _number(newest)
    wanted = [(number, version) for version in elf.versions if (number := _number(version))]
    if limit is None or not wanted:
        return None
    number, version = max(wanted)
    return version if number > limit else None


def _number(version: str) -> tuple[int, ...] | None:
    found = _GLIBC.match(version)
    return None if found is None else tuple(int(part) for part in found.groups() if part is not None)
