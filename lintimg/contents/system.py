"""Packages of the operating system: the databases of dpkg, apk and rpm, read without their tools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.contents.files import SmallFiles
from lintimg.contents.ownership import Paths
from lintimg.contents.parts import SYSTEM, Part

_DPKG, _DISTROLESS = b"var/lib/dpkg/", b"var/lib/dpkg/status.d/"
_INFO = _DPKG + b"info/"
_LIST, _SUMS = b".list", b".md5sums"
_APK = (b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
_RPM = tuple(
    folder + name
    for folder in (b"var/lib/rpm/", b"usr/lib/sysimage/rpm/", b"usr/share/rpm/")
    for name in (b"rpmdb.sqlite", b"Packages.db", b"Packages")
)
SYSTEM_FOLDERS = frozenset(path.rpartition(b"/")[0] for path in (_DPKG, _DISTROLESS, _INFO, *_APK, *_RPM))
"""The folders that hold the databases."""

_FIELD = re.compile(rb"^(Package|Version): *(\S+)", re.MULTILINE)
_NEEDS = re.compile(rb"^(Package|Depends|Pre-Depends): *([^\n]+)", re.MULTILINE)
_NEEDED = re.compile(rb"(?:^|[,|]) *([a-z0-9][a-z0-9+.-]*)")


def system_packages(files: SmallFiles) -> Iterator[tuple[Part, Paths]]:
    """Every installed package with its files; `files` are those in SYSTEM_FOLDERS."""
    yield from _dpkg(files)
    for path in _APK:
        yield from _apk(files.read(path) or b"")
    for path in _RPM:
        data = files.read(path)
        if data:
            from lintimg.contents.rpm import rpm_packages

            yield from rpm_packages(data)


def _dpkg(files: SmallFiles) -> Iterator[tuple[Part, Paths]]:
    versions = dict(_stanzas(files.read(_DPKG + b"status") or b""))
    for path in sorted(files):
        if path.startswith(_INFO) and path.endswith(_LIST):
            name = path[len(_INFO) : -len(_LIST)].partition(b":")[0]
            content = files.read(path)
            if content:
                yield _part(name, versions.get(name)), _listed(content)
        elif path.startswith(_DISTROLESS) and path.endswith(_SUMS):
            content = files.read(path)
            stanza = dict(_stanzas(files.read(path.removesuffix(_SUMS)) or b""))
            for name, version in list(stanza.items())[:1]:
                yield _part(name, version), _summed(content or b"")


def dpkg_requirements(files: SmallFiles) -> dict[str, frozenset[str]]:
    """What each of dpkg's packages needs, alternatives included."""
    needs: dict[str, frozenset[str]] = {}
    name = b""
    for found in _NEEDS.finditer(files.read(_DPKG + b"status") or b""):
        if found[1] == b"Package":
            name = found[2].strip()
        else:
            names = frozenset(each.decode("ascii", "replace") for each in _NEEDED.findall(found[2]))
            key = name.decode("utf-8", "surrogateescape")
            needs[key] = needs.get(key, frozenset()) | names
    return needs


def _stanzas(status: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and version of each package."""
    name = b""
    for found in _FIELD.finditer(status):
        if found[1] == b"Package":
            name = found[2]
        elif name:
            yield name, found[2]


def _listed(content: bytes) -> Paths:
    return lambda: (line[1:] for line in content.split(b"\n") if line[:1] == b"/" and len(line) > 2)


def _summed(content: bytes) -> Paths:
    return lambda: (line[34:] for line in content.split(b"\n") if line[34:])


def _apk(content: bytes) -> Iterator[tuple[Part, Paths]]:
    """Stanzas of `P:name`, `V:version`, and `F:folder` with its `R:file`s (wiki.alpinelinux.org, Apk spec)."""
    for stanza in content.split(b"\n\n"):
        fields = dict(line.split(b":", 1) for line in stanza.split(b"\n") if line[:2] in (b"P:", b"V:"))
        if b"P" in fields:
            yield _part(fields[b"P"], fields.get(b"V")), _apk_paths(stanza)


def _apk_paths(stanza: bytes) -> Paths:
    def paths() -> Iterator[bytes]:
        folder = b""
        for line in stanza.split(b"\n"):
            if line.startswith(b"F:"):
                folder = line[2:]
            elif line.startswith(b"R:"):
                yield folder + b"/" + line[2:] if folder else line[2:]

    return paths


def _part(name: bytes, version: bytes | None) -> Part:
    return Part(
        SYSTEM,
        name.decode("utf-8", "surrogateescape"),
        b"",
        None if version is None else version.decode("utf-8", "surrogateescape"),
    )
