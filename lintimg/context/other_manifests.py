"""The manifests of Bundler, Go, Cargo and Composer."""

from __future__ import annotations

import re
from collections.abc import Callable

from lintimg.context.dependency import Dependency, Lines, mapping, read_json, read_toml, text_or_none
from lintimg.lazy import regex

Content = tuple[list[Dependency], list[str]]

_GEM = regex(r"""\s*gem[ (]\s*["']([\w.-]+)["']((?:\s*,\s*["'][^"']*["'])*)(.*)""")
_BLOCK = regex(r"\bdo\b(?:\s*\|[^|]*\|)?\s*\Z|^\s*(?:if|unless|case|begin|def)\b")
_GEMSPEC = regex(
    r"""\.add_((?:runtime_|development_)?)dependency[ (]\s*["']([\w.-]+)["'](?:\s*,\s*["']([^"']*)["'])?"""
)
_PLACE = regex(
    r"""(?:\b(?:git|github|path|source):\s*|:(?:git|github|path|source)\s*=>\s*)["']([^"']+)["']"""
)
_DEVELOPMENT = ("development", "test", "dev", "ci", "lint")


def reader(name: str) -> Callable[[str], Content] | None:
    """The function that reads files called `name`."""
    known = {
        "Gemfile": _gemfile,
        "gems.rb": _gemfile,
        "Gemfile.lock": _gemfile_lock,
        "gems.locked": _gemfile_lock,
        "go.mod": _go_mod,
        "go.sum": _names_unread,
        "Cargo.toml": _cargo,
        "Cargo.lock": _names_unread,
        "composer.json": _composer,
        "composer.lock": _names_unread,
        "packages.lock.json": _names_unread,
    }
    return _gemspec if name.endswith(".gemspec") else known.get(name)


def _names_unread(_text: str) -> Content:
    """A lock file whose presence is all we need."""
    return [], []


def _gemfile(text: str) -> Content:
    found: list[Dependency] = []
    blocks: list[bool] = []
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.partition(" #")[0].strip()
        if len(line) > 2_000 or line.startswith("#"):
            continue
        if line.startswith(("group ", "group(")) and _BLOCK.search(line):
            blocks.append(_is_development(line))
        elif _BLOCK.search(line):
            blocks.append(False)
        elif line == "end" and blocks:
            blocks.pop()
        gem = _GEM.match(line)
        if gem is None:
            continue
        versions = re.findall(r"""["']([^"']*)["']""", gem[2])
        place = _PLACE.search(gem[3])
        inline = re.search(r"(?:\bgroups?:|:groups?\s*=>)\s*(.*)", gem[3])
        development = any(blocks) or (inline is not None and _is_development(inline[1]))
        found.append(
            Dependency(
                "gem", gem[1], ", ".join(versions) or None, number, development, place[1] if place else None
            )
        )
    return found, []


def _is_development(groups: str) -> bool:
    names = re.findall(r":(\w+)|[\"'](\w+)[\"']", groups)
    return bool(names) and all((symbol or text) in _DEVELOPMENT for symbol, text in names)


def _gemspec(text: str) -> Content:
    found: list[Dependency] = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = _GEMSPEC.search(line) if len(line) <= 2_000 else None
        if entry is not None:
            found.append(Dependency("gem", entry[2], entry[3], number, entry[1] == "development_", None))
    return found, []


def _gemfile_lock(text: str) -> Content:
    """The resolved gems: lines of four blanks under `specs:`."""
    found: list[Dependency] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] not in ("", " "):
            inside = False
        elif line.strip() == "specs:":
            inside = True
        elif inside and line.startswith("    ") and line[4:5] not in ("", " "):
            name, _, version = line.strip().partition(" ")
            found.append(Dependency("gem", name, version.strip("()") or None, number, False, None))
    return found, []


def _go_mod(text: str) -> Content:
    found: list[Dependency] = []
    places: dict[str, str] = {}
    block = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("//")[0].split()
        if not words:
            continue
        if words[-1] == "(" and len(words) == 2:
            block = words[0]
            continue
        if words[0] == ")":
            block = ""
            continue
        verb, rest = (block, words) if block else (words[0], words[1:])
        if verb == "require" and len(rest) >= 2:
            found.append(Dependency("go", rest[0], rest[1], number, False, None))
        elif verb == "replace" and "=>" in rest[1:]:
            places[rest[0]] = " ".join(rest[rest.index("=>") + 1 :])
    return [entry._replace(source=places.get(entry.name)) for entry in found], []


def _cargo(text: str) -> Content:
    document = read_toml(text[:256_000])
    lines = Lines(text)
    found: list[Dependency] = []
    tables = [document, mapping(document.get("workspace"))]
    tables += [mapping(table) for table in mapping(document.get("target")).values()]
    for table in tables:
        for section in ("dependencies", "dev-dependencies", "build-dependencies"):
            for name, value in mapping(table.get(section)).items():
                entry = mapping(value)
                found.append(
                    Dependency(
                        "cargo",
                        text_or_none(entry.get("package")) or name,
                        text_or_none(value) or text_or_none(entry.get("version")),
                        lines.find_key(name),
                        section != "dependencies",
                        next((str(entry[key]) for key in ("git", "path", "registry") if key in entry), None),
                    )
                )
    return found, []


def _composer(text: str) -> Content:
    document = read_json(text)
    lines = Lines(text)
    found: list[Dependency] = []
    for section in ("require", "require-dev"):
        for name, value in mapping(document.get(section)).items():
            if "/" in name:
                line = lines.find(f'"{name}"')
                found.append(
                    Dependency(
                        "composer", name.lower(), text_or_none(value), line, section == "require-dev", None
                    )
                )
    return found, []
