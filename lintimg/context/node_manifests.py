"""Node's manifests: package.json and the lock files."""

from __future__ import annotations

from collections.abc import Callable

from lintimg.context.dependency import Dependency, Lines, ManifestError, mapping, read_json, text_or_none
from lintimg.lazy import regex

Content = tuple[list[Dependency], list[str]]

_ELSEWHERE = (
    "git",
    "http:",
    "https:",
    "file:",
    "link:",
    "portal:",
    "workspace:",
    "github:",
    "gitlab:",
    "bitbucket:",
)
_SHORTHAND = regex(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+(?:#.*)?\Z")
_PNPM = regex(r"  ['\"]?/?((?:@[^@/'\"]+/)?[^@/'\"()]+)[@/](\d[^'\":(_]*)[^:]*:\s*\Z")


def reader(name: str) -> Callable[[str], Content] | None:
    """The function that reads files called `name`."""
    known = {
        "package.json": _package,
        "package-lock.json": _package_lock,
        "npm-shrinkwrap.json": _package_lock,
        "yarn.lock": _yarn_lock,
        "pnpm-lock.yaml": _pnpm_lock,
        "bun.lock": _names_unread,
        "bun.lockb": _names_unread,
    }
    return known.get(name)


def _package(text: str) -> Content:
    document = read_json(text)
    lines = Lines(text)
    found: list[Dependency] = []
    for section in ("dependencies", "optionalDependencies", "devDependencies"):
        entries = mapping(document.get(section))
        if entries:
            lines.find(f'"{section}"')
        for name, value in entries.items():
            version = text_or_none(value)
            elsewhere = version is not None and (
                version.startswith(_ELSEWHERE) or bool(_SHORTHAND.match(version))
            )
            found.append(
                Dependency(
                    "npm",
                    name,
                    None if elsewhere else version,
                    lines.find(f'"{name}"'),
                    section == "devDependencies",
                    version if elsewhere else None,
                )
            )
    return found, []


def _package_lock(text: str) -> Content:
    document = read_json(text)
    packages = document.get("packages")
    if isinstance(packages, dict):
        entries = [
            (path.rpartition("node_modules/")[2], mapping(entry)) for path, entry in packages.items() if path
        ]
    else:
        entries = [(name, mapping(entry)) for name, entry in mapping(document.get("dependencies")).items()]
    found = [
        Dependency("npm", name, text_or_none(entry.get("version")), None, entry.get("dev") is True, None)
        for name, entry in entries
        if name and entry.get("link") is not True
    ]
    return found, []


def _yarn_lock(text: str) -> Content:
    """Both generations: `name@range, name@range:` and below it the version."""
    found: list[Dependency] = []
    name, begin = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] not in ("", " ", "#"):
            head = line.rstrip(":").split(",")[0].strip().strip('"')
            name, begin = head[: head.find("@", 1)] if "@" in head[1:] else "", number
        elif name and line.startswith("  version"):
            version = line[9:].strip(' :"')
            if version and version != "0.0.0-use.local":
                found.append(Dependency("npm", name, version, begin, False, None))
            name = ""
    if not found and "lockfile" not in text[:300] and "__metadata" not in text:
        raise ManifestError("no lock file")
    return found, []


def _pnpm_lock(text: str) -> Content:
    found: list[Dependency] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] not in ("", " ", "#"):
            inside = line.startswith("packages:")
        elif inside and len(line) < 500 and line[2:3] not in ("", " "):
            entry = _PNPM.match(line)
            if entry is not None:
                found.append(Dependency("npm", entry[1], entry[2], number, False, None))
    return found, []


def _names_unread(_text: str) -> Content:
    """A lock file whose presence is all we need."""
    return [], []
