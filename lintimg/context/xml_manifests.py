"""Maven's, Gradle's and NuGet's manifests, read as text: no XML parser, so no entities to expand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lintimg.context.dependency import Dependency, Lines, mapping, read_toml, text_or_none
from lintimg.lazy import regex

Content = tuple[list[Dependency], list[str]]

_ELEMENT = regex(r"<([A-Za-z][\w.-]*)>([^<>]*)</\1>")
_PACKAGE = regex(r"<(PackageReference|PackageVersion|ProjectReference|package)\b([^<>]*)>")
_ATTRIBUTE = regex(r"""([A-Za-z]+)\s{0,20}=\s{0,20}(?:"([^"<>]*)"|'([^'<>]*)')""")
_VARIABLE = regex(r"\$\{([^{}]+)\}")
_CONFIGURATION = regex(
    r"(?m)^[ \t]*([A-Za-z]*(?:[iI]mplementation|[aA]pi|[cC]ompile|[rR]untime|[cC]ompileOnly|[rR]untimeOnly"
    r"|[dD]evelopmentOnly|[aA]nnotationProcessor|kapt|ksp))\b[ \t]*\(?[ \t]*([^\n]*)$"
)
_COORDINATES = regex(r"""["']([A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+)(?::([^"'@:]+))?""")
_NAMED = regex(r"""\b(group|name|version)\s{0,8}[:=]\s{0,8}["']([^"']*)["']""")
_NOT_SHIPPED = ("test", "compileonly", "annotationprocessor", "kapt", "ksp", "developmentonly", "androidtest")


def reader(name: str) -> Callable[[str], Content] | None:
    """The function that reads files called `name`."""
    known = {
        "pom.xml": _pom,
        "build.gradle": _gradle,
        "build.gradle.kts": _gradle,
        "libs.versions.toml": _catalog,
        "packages.config": _nuget,
        "Directory.Packages.props": _nuget,
    }
    if name.endswith((".csproj", ".fsproj", ".vbproj")):
        return _nuget
    return known.get(name)


def _blank(text: str, begin: str, end: str) -> str:
    """`text` with each part from `begin` to `end` taken out, its line ends kept."""
    pieces: list[str] = []
    at = 0
    while True:
        start = text.find(begin, at)
        stop = text.find(end, start + len(begin)) if start >= 0 else -1
        if stop < 0:
            pieces.append(text[at:])
            return "".join(pieces)
        pieces.append(text[at:start])
        pieces.append("\n" * text.count("\n", start, stop))
        at = stop + len(end)


def _between(text: str, begin: str, end: str) -> Iterator[tuple[int, str]]:
    """The parts of `text` between `begin` and `end`, each with its 1-based line."""
    at, line = 0, 1
    while True:
        start = text.find(begin, at)
        stop = text.find(end, start + len(begin)) if start >= 0 else -1
        if stop < 0:
            return
        line += text.count("\n", at, start)
        yield line, text[start + len(begin) : stop]
        line += text.count("\n", start, stop)
        at = stop


def _children(text: str) -> dict[str, str]:
    """The elements in `text` that hold only text."""
    return {name: value.strip() for name, value in _ELEMENT.findall(text)}


def _pom(text: str) -> Content:
    text = _blank(text, "<!--", "-->")
    properties: dict[str, str] = {}
    for _, part in _between(text, "<properties>", "</properties>"):
        properties.update(_children(part))
    # What is managed, or belongs to a plugin, is not asked for by that alone.
    for element in ("dependencyManagement", "plugins", "exclusions"):
        text = _blank(text, f"<{element}>", f"</{element}>")
    found: list[Dependency] = []
    for line, part in _between(text, "<dependency>", "</dependency>"):
        values = {name: _expanded(value, properties) for name, value in _children(part).items()}
        if "artifactId" not in values:
            continue
        scope = values.get("scope", "compile")
        found.append(
            Dependency(
                "maven",
                f"{values.get('groupId', '')}:{values['artifactId']}",
                values.get("version") or None,
                line,
                scope in ("test", "provided"),
                values.get("systemPath"),
            )
        )
    return found, []


def _expanded(value: str, properties: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda found: properties.get(found[1], found[0]), value)


def _gradle(text: str) -> Content:
    text = re.sub(r"(?m)(^|\s)//[^\n]*", r"\1", _blank(text, "/*", "*/"))
    found: list[Dependency] = []
    line, at = 1, 0
    for declaration in _CONFIGURATION.finditer(text):
        line += text.count("\n", at, declaration.start())
        at = declaration.start()
        configuration, rest = declaration.groups()
        dependency = _gradle_dependency(rest, line)
        if dependency is not None:
            lower = configuration.lower()
            found.append(dependency._replace(development=lower.startswith(_NOT_SHIPPED)))
    return found, []


def _gradle_dependency(rest: str, line: int) -> Dependency | None:
    if rest.startswith(("platform", "enforcedPlatform")):
        return None
    coordinates = _COORDINATES.search(rest)
    if coordinates is not None:
        name, version = f"{coordinates[1]}:{coordinates[2]}", coordinates[3]
        return Dependency("maven", name, version, line, False, None)
    named = dict(_NAMED.findall(rest))
    if "group" in named and "name" in named:
        name = f"{named['group']}:{named['name']}"
        return Dependency("maven", name, named.get("version"), line, False, None)
    kotlin = re.match(r"""kotlin\(["']([\w-]+)["']""", rest)
    if kotlin is not None:
        return Dependency("maven", f"org.jetbrains.kotlin:kotlin-{kotlin[1]}", None, line, False, None)
    return None


def _catalog(text: str) -> Content:
    """A version catalogue: the libraries it offers (which of them are used stands elsewhere)."""
    document = read_toml(text[:256_000])
    lines = Lines(text)
    versions = mapping(document.get("versions"))
    found: list[Dependency] = []
    for alias, value in mapping(document.get("libraries")).items():
        entry = mapping(value)
        module = text_or_none(value) or text_or_none(entry.get("module"))
        if module is None:
            module = f"{entry.get('group', '')}:{entry.get('name', '')}"
        name = ":".join(module.split(":")[:2])
        version = entry.get("version", module.partition(":")[2].partition(":")[2])
        if isinstance(version, dict):
            version = versions.get(str(version.get("ref")))
        found.append(Dependency("maven", name, text_or_none(version), lines.find_key(alias), False, None))
    return found, []


def _nuget(text: str) -> Content:
    text = _blank(text, "<!--", "-->")
    found: list[Dependency] = []
    line, at = 1, 0
    for tag in _PACKAGE.finditer(text):
        line += text.count("\n", at, tag.start())
        at = tag.start()
        values = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(tag[2])}
        name = values.get("include") or values.get("update") or values.get("id")
        if not name:
            continue
        place = None
        if tag[1] == "ProjectReference":
            place = name.replace("\\", "/")
            name = place.rpartition("/")[2].rpartition(".")[0]
        below = ""
        if not tag[2].rstrip().endswith("/"):
            end = text.find(f"</{tag[1]}>", tag.end(), tag.end() + 2_000)
            below = text[tag.end() : end] if end >= 0 else ""
        children = {key.lower(): value for key, value in _children(below).items()}
        private = values.get("privateassets") or children.get("privateassets") or ""
        found.append(
            Dependency(
                "nuget",
                name.lower(),
                values.get("version") or children.get("version") or None,
                line,
                private.lower() == "all" or values.get("developmentdependency", "").lower() == "true",
                place,
            )
        )
    return found, []
