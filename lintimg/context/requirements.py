"""Requirement lines as pip reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.context.dependency import Dependency
from lintimg.lazy import regex

_NAME = regex(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*")
_COMMENT = regex(r"(?:^|\s)#.*$")
_ELSEWHERE = regex(
    r"""^\(?\s*(?:sys_platform|platform_system|os_name)\s*==\s*["'](?:win32|darwin|cygwin|Windows|Darwin|nt)["']\s*\)?$"""
    r"""|^\(?\s*(?:sys_platform|platform_system)\s*!=\s*["'](?:linux|Linux)["']\s*\)?$"""
)
_WHEEL = regex(r"([A-Za-z0-9._]+)-([^-/]+)(?:-[^-/]+){3,4}\.whl\Z")
_SOURCE_ARCHIVE = regex(r"([A-Za-z0-9._-]+?)-(\d[^-/]*)\.(?:tar\.gz|zip|tar\.bz2)\Z")
_OPTION = regex(r"(--[A-Za-z][\w-]*)(?:[=\s]+(.*))?\Z|(-[A-Za-z])\s*(.*)\Z", re.DOTALL)
_LONG = {
    "-r": "-r",
    "--requirement": "-r",
    "-c": "-c",
    "--constraint": "-c",
    "-e": "-e",
    "--editable": "-e",
    "-i": "--index-url",
    "--index-url": "--index-url",
    "--pypi-url": "--index-url",
    "--extra-index-url": "--extra-index-url",
    "-f": "--find-links",
    "--find-links": "--find-links",
}


def normalised(name: str) -> str:
    """A Python package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(
    text: str, line: int | None, *, development: bool = False, source: str | None = None
) -> Dependency | None:
    """The dependency a requirement specifier (PEP 508, or pip's paths and URLs) names.

    None when it has no name (a path) or its marker says it is never installed on Linux.
    """
    text = text.strip()
    if not text:
        return None
    if _is_location(text):
        return _located(text, line, development=development)
    found = _NAME.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    extras = tuple(part.strip() for part in (found[2] or "").split(",") if part.strip())
    if rest.startswith("@"):
        location, _, marker = rest[1:].partition(" ;")
        version, source = None, location.strip() or source
    else:
        specifier, _, marker = rest.partition(";")
        version = specifier.strip().strip("()").strip() or None
        if version is not None and version[0] not in "=<>!~":
            return None
    if _ELSEWHERE.match(marker.strip()):
        return None
    return Dependency("pip", normalised(found[1]), version, line, development, source, extras)


def _is_location(text: str) -> bool:
    head = text.split("[", 1)[0].split("@", 1)[0]
    return (
        "://" in head
        or head.startswith(("./", "../", "/", ".\\"))
        or ("@" not in text and text.endswith((".whl", ".tar.gz", ".zip")))
    )


def _located(text: str, line: int | None, *, development: bool) -> Dependency | None:
    """A bare URL or path; its name stands in `#egg=` or in a wheel's file name."""
    location = text.partition(" ;")[0].strip()
    address, _, fragment = location.partition("#")
    version = None
    egg = re.search(r"(?:^|&)egg=([A-Za-z0-9._-]+)", fragment)
    if egg is not None:
        name = egg[1]
    else:
        file = address.split("?", 1)[0].rpartition("/")[2]
        archive = _WHEEL.match(file) or _SOURCE_ARCHIVE.match(file)
        if archive is None:
            return None
        name, version = archive[1], "==" + archive[2]
    return Dependency("pip", normalised(name), version, line, development, location)


def read_requirements(text: str) -> tuple[list[Dependency], list[str]]:
    """The dependencies and options of a requirements file."""
    dependencies: list[Dependency] = []
    options: list[str] = []
    for number, line in _logical_lines(text):
        if line.startswith("-"):
            option = _option(line)
            options.append(option)
            if option.startswith("-e "):
                found = _located(option[3:].strip(), number, development=False)
                if found is not None:
                    dependencies.append(found)
            continue
        # Options of a single requirement, such as --hash, follow it.
        specifier = re.split(r"\s--?[a-z]", line, maxsplit=1)[0]
        found = requirement(specifier, number)
        if found is not None:
            dependencies.append(found)
    return dependencies, options


def _option(line: str) -> str:
    """An option line with its name in the one spelling we promise."""
    found = _OPTION.match(line)
    if found is None:
        return line
    name, value = found[1] or found[3], (found[2] or found[4] or "").strip().strip("\"'")
    known = _LONG.get(name)
    if known is None:
        return line
    return f"{known} {value}".strip()


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined at backslashes, without comments and blanks, each with its first line's number."""
    pieces: list[str] = []
    begin = 0
    for number, line in enumerate(text.splitlines(), 1):
        begin = begin or number
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            pieces.append(line[:-1])
            continue
        pieces.append(" " + line if comment else line)
        joined = _COMMENT.sub("", "".join(pieces)).strip()
        if joined:
            yield begin, joined
        pieces, begin = [], 0
    joined = _COMMENT.sub("", "".join(pieces)).strip()
    if joined:
        yield begin, joined
