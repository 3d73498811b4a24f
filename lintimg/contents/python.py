"""Python distributions: where they lie, and which files are theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lintimg.contents.parts import PYTHON, Part
from lintimg.image.names import clean_name
from lintimg.lazy import NamedTuple

DIST_INFO = re.compile(rb"(?:^|/)([^/]+)\.(?:dist|egg)-info$")
"""The folder with a distribution's metadata (packaging.python.org, "Recording installed projects")."""

SITES = (b"site-packages", b"dist-packages")
_EGG_PYTHON = re.compile(r"-py\d.*$")
_PYCACHE = b"/__pycache__/"


class Distribution(NamedTuple):
    """An installed distribution: the folder that holds its metadata folder, and that folder's name."""

    site: bytes
    folder: bytes
    part: Part


def distribution(folder: bytes) -> Distribution | None:
    """The distribution whose metadata folder has this path; None if it is none."""
    found = DIST_INFO.search(folder)
    if found is None:
        return None
    site = folder[: max(found.start(), 0)]
    stem = found[1].decode("utf-8", "surrogateescape")
    if folder.endswith(b".egg-info"):
        stem = _EGG_PYTHON.sub("", stem)
    name, _, version = stem.partition("-")
    return Distribution(site, folder, Part(PYTHON, normalised(name), site, version or None))


def normalised(name: str) -> str:
    """A distribution's name as pip compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def recorded_paths(site: bytes, record: bytes) -> Iterator[bytes]:
    """The paths that a RECORD file names, from the image's root; what is no path is left out."""
    front = site + b"/" if site else b""
    for line in record.split(b"\n"):
        if line.startswith(b'"'):
            path = line[1:].partition(b'",')[0].replace(b'""', b'"')
        else:
            path = line.partition(b",")[0]
        if not path or b"\0" in path:
            continue
        if path.startswith((b"../", b"/", b"./")) or b"/../" in path or b"//" in path:
            path = clean_name(path if path.startswith(b"/") else front + path)
        else:
            path = front + path
        if path:
            yield path.rstrip(b"\r")


def top_levels(site: bytes, names: Iterable[bytes]) -> Iterator[bytes]:
    """The paths of the modules of an egg's top_level.txt, as a list of files would have them."""
    front = site + b"/" if site else b""
    for name in names:
        word = name.strip()
        if word and b"/" not in word and b"\0" not in word:
            yield front + word + b"/__init__.py"
            yield front + word + b".py"


def source_of(path: bytes) -> bytes:
    """The module that a compiled file was made of; other paths as they are."""
    folder, cache, base = path.rpartition(_PYCACHE)
    if not cache:
        return path
    return folder + b"/" + base.partition(b".")[0] + b".py"


def python_share(path: bytes) -> str | None:
    """What kind of file of a distribution this is, where it is one of interest."""
    if b"/tests/" in path or b"/test/" in path:
        return "tests"
    if path.endswith(b".pyc"):
        return "bytecode"
    base = path.rpartition(b"/")[2]
    return "native libraries" if base.endswith(b".so") or b".so." in base else None
