"""Python's manifests: requirements, pyproject.toml, Pipfile, lock files, setup.cfg, conda's environments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lintimg.context.dependency import (
    Dependency,
    Lines,
    ManifestError,
    mapping,
    read_json,
    read_toml,
    sequence,
    text_or_none,
)
from lintimg.context.requirements import normalised, read_requirements, requirement
from lintimg.lazy import regex

Content = tuple[list[Dependency], list[str]]

_TOML_LIMIT = 256_000
_LOCAL = regex(r"source = \{ ?(?:virtual|editable|directory) = ")


def reader(name: str) -> Callable[[str], Content] | None:
    """The function that reads files called `name`."""
    known = {
        "pyproject.toml": _pyproject,
        "Pipfile": _pipfile,
        "Pipfile.lock": _pipfile_lock,
        "poetry.lock": _toml_lock,
        "uv.lock": _toml_lock,
        "pdm.lock": _toml_lock,
        "pylock.toml": _toml_lock,
        "setup.cfg": _setup_cfg,
        "setup.py": _setup_py,
        "environment.yml": _environment,
        "environment.yaml": _environment,
        "conda.yml": _environment,
        "conda.yaml": _environment,
        "pixi.toml": _pixi,
    }
    found = known.get(name)
    if found is None and name.endswith((".txt", ".in")):
        return read_requirements
    return found


def _small(text: str) -> str:
    if len(text) > _TOML_LIMIT:
        raise ManifestError("too long for a manifest written by hand")
    return text


class _Project:
    """Gathers what the sections of a pyproject.toml say."""

    def __init__(self, text: str) -> None:
        self.lines = Lines(text)
        self.found: list[Dependency] = []
        self.options: list[str] = []
        self.indexes: dict[str, str] = {}
        self.sources: dict[str, str] = {}

    def specifiers(self, values: object, *, development: bool = False) -> None:
        """Requirement texts in a list, as PEP 621 has them."""
        for value in sequence(values):
            if not isinstance(value, str):
                continue
            dependency = requirement(value, self.lines.find(value), development=development)
            if dependency is not None:
                self.found.append(self._placed(dependency))

    def keys(self, values: object, *, development: bool = False) -> None:
        """A table from name to version or to a table, as Poetry and Pipenv have them."""
        for name, value in mapping(values).items():
            if normalised(name) == "python":
                continue
            entry = value[0] if isinstance(value, list) and value else value
            options = mapping(entry)
            version = text_or_none(entry) or text_or_none(options.get("version"))
            source = _location(options)
            index = text_or_none(options.get("source")) or text_or_none(options.get("index"))
            if source is None and index is not None:
                source = self.indexes.get(index, index)
            self.found.append(
                Dependency(
                    "pip",
                    normalised(name),
                    None if version == "*" else version,
                    self.lines.find_key(name),
                    development or options.get("optional") is True,
                    source,
                    tuple(extra for extra in sequence(options.get("extras")) if isinstance(extra, str)),
                )
            )

    def index(self, name: object, url: object, *, primary: bool) -> None:
        """A package index declared by the file."""
        if not isinstance(url, str):
            return
        if isinstance(name, str):
            self.indexes[name] = url
        if not url.startswith("https://pypi.org/"):
            self.options.append(f"{'--index-url' if primary else '--extra-index-url'} {url}")

    def _placed(self, dependency: Dependency) -> Dependency:
        source = self.sources.get(dependency.name)
        return dependency if source is None else dependency._replace(source=source)


def _location(options: Mapping[str, Any]) -> str | None:
    for key in ("git", "url", "path", "file"):
        value = text_or_none(options.get(key))
        if value is not None:
            return value
    return "." if options.get("workspace") is True else None


def _pyproject(text: str) -> Content:
    document = read_toml(_small(text))
    project = _Project(text)
    tool = mapping(document.get("tool"))
    uv, poetry, pdm = (mapping(tool.get(name)) for name in ("uv", "poetry", "pdm"))
    for entry in map(mapping, sequence(uv.get("index"))):
        project.index(entry.get("name"), entry.get("url"), primary=entry.get("default") is True)
    project.index(None, uv.get("index-url"), primary=True)
    for url in sequence(uv.get("extra-index-url")):
        project.index(None, url, primary=False)
    for entry in map(mapping, sequence(poetry.get("source")) + sequence(pdm.get("source"))):
        primary = (
            str(entry.get("priority", "")).lower() in ("primary", "default") or entry.get("default") is True
        )
        project.index(entry.get("name"), entry.get("url"), primary=primary)
    for name, value in mapping(uv.get("sources")).items():
        entry = mapping(value[0] if isinstance(value, list) and value else value)
        index = text_or_none(entry.get("index"))
        place = _location(entry) or (project.indexes.get(index, index) if index else None)
        if place is not None:
            project.sources[normalised(name)] = place

    standard = mapping(document.get("project"))
    project.specifiers(standard.get("dependencies"))
    for values in mapping(standard.get("optional-dependencies")).values():
        project.specifiers(values, development=True)
    for values in mapping(document.get("dependency-groups")).values():
        project.specifiers(values, development=True)
    project.specifiers(uv.get("dev-dependencies"), development=True)
    for values in mapping(pdm.get("dev-dependencies")).values():
        project.specifiers(values, development=True)
    project.keys(poetry.get("dependencies"))
    project.keys(poetry.get("dev-dependencies"), development=True)
    for name, group in mapping(poetry.get("group")).items():
        project.keys(mapping(group).get("dependencies"), development=name != "main")

    dynamic = mapping(mapping(mapping(tool.get("setuptools")).get("dynamic")).get("dependencies")).get("file")
    files = [dynamic] if isinstance(dynamic, str) else sequence(dynamic)
    project.options += [f"-r {file}" for file in files if isinstance(file, str)]
    return project.found, project.options


def _pipfile(text: str) -> Content:
    document = read_toml(_small(text))
    project = _Project(text)
    for number, entry in enumerate(map(mapping, sequence(document.get("source")))):
        project.index(entry.get("name"), entry.get("url"), primary=number == 0)
    project.keys(document.get("packages"))
    project.keys(document.get("dev-packages"), development=True)
    return project.found, project.options


def _pipfile_lock(text: str) -> Content:
    document = read_json(text)
    found = [
        Dependency(
            "pip",
            normalised(name),
            text_or_none(mapping(value).get("version")),
            None,
            section == "develop",
            _location(mapping(value)),
        )
        for section in ("default", "develop")
        for name, value in mapping(document.get(section)).items()
    ]
    return found, []


def _toml_lock(text: str) -> Content:
    """The `[[package]]` tables of a lock file, read line by line: they are long, and always laid out alike."""
    found: list[Dependency] = []
    if "[[package" not in text and "lock" not in text[:2_000]:
        raise ManifestError("no lock file")
    for line, values, body in _packages(text):
        name = values.get("name")
        if name is None or _LOCAL.search(body):
            continue
        version = values.get("version")
        groups = values.get("category", "") + values.get("groups", "")
        development = bool(groups) and "main" not in groups and "default" not in groups
        found.append(
            Dependency("pip", normalised(name), f"=={version}" if version else None, line, development, None)
        )
    return found, []


def _packages(text: str) -> Iterator[tuple[int, dict[str, str], str]]:
    """The line, simple values and text of each package table."""
    begin, values, body = 0, dict[str, str](), list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            if begin:
                yield begin, values, "\n".join(body)
            begin, values, body = 0, {}, []
            if line in ("[[package]]", "[[packages]]"):
                begin = number
        elif begin:
            body.append(line)
            key, equals, value = line.partition(" = ")
            if equals and key in ("name", "version", "category", "groups"):
                values[key] = value.strip().strip('"') if key != "groups" else value
    if begin:
        yield begin, values, "\n".join(body)


def _setup_cfg(text: str) -> Content:
    """`install_requires` and the extras of setup.cfg."""
    found: list[Dependency] = []
    section = key = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.partition(" #")[0].strip()
        if stripped.startswith("["):
            section, key = stripped.strip("[]").strip(), ""
            continue
        if not stripped or stripped[0] in "#;":
            continue
        if not line[:1].isspace():
            key, _, stripped = (part.strip() for part in stripped.partition("="))
        wanted = (section == "options" and key == "install_requires") or section == "options.extras_require"
        if wanted and stripped:
            development = section != "options"
            dependency = requirement(stripped, number, development=development)
            if dependency is not None:
                found.append(dependency)
    return found, []


def _setup_py(text: str) -> Content:
    """`install_requires=[…]` of setup.py where it is a plain list of texts; nothing is run."""
    begin = re.search(r"\binstall_requires\s{0,8}=\s{0,8}\[", text)
    if begin is None:
        return [], []
    end = _list_end(text, begin.end())
    found: list[Dependency] = []
    for literal in re.finditer(r"(?m)^[ \t]*#[^\n]*|\"([^\"\n]*)\"|'([^'\n]*)'", text[begin.end() : end]):
        specifier = literal[1] or literal[2]
        if specifier:
            line = text.count("\n", 0, begin.end() + literal.start()) + 1
            dependency = requirement(specifier, line)
            if dependency is not None:
                found.append(dependency)
    return found, []


def _list_end(text: str, at: int) -> int:
    """Where the list that begins before `at` is closed; brackets inside texts (extras) do not count."""
    quote = ""
    for place in range(at, min(len(text), at + 20_000)):
        character = text[place]
        if quote:
            quote = "" if character in (quote, "\n") else quote
        elif character in "\"'":
            quote = character
        elif character == "]":
            return place
    return at


def _environment(text: str) -> Content:
    """A conda environment: the `dependencies` list and the pip list in it."""
    found: list[Dependency] = []
    options: list[str] = []
    inside, pip_indent = False, -1
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition(" #")[0].strip()
        if not content or content.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if indent == 0 and not content.startswith("-"):
            inside, pip_indent = content.replace(" ", "") == "dependencies:", -1
            continue
        if not inside or not content.startswith("- "):
            continue
        item = content[2:].strip().strip("\"'")
        if 0 <= pip_indent < indent:
            dependencies, more = read_requirements(item)
            found += [dependency._replace(line=number) for dependency in dependencies]
            options += more
            continue
        pip_indent = -1
        if item.replace(" ", "") == "pip:":
            pip_indent = indent
            continue
        dependency = _conda(item, number)
        if dependency is not None:
            found.append(dependency)
    return found, options


def _conda(item: str, line: int) -> Dependency | None:
    channel, _, specifier = item.rpartition("::")
    parts = re.match(r"([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(.*)", specifier, re.DOTALL)
    if parts is None:
        return None
    return Dependency("conda", parts[1].lower(), parts[2].strip() or None, line, False, channel or None)


def _pixi(text: str) -> Content:
    document = read_toml(_small(text))
    lines = Lines(text)
    found = [
        Dependency("conda", name.lower(), text_or_none(value), lines.find_key(name), False, None)
        for name, value in mapping(document.get("dependencies")).items()
    ]
    project = _Project(text)
    project.keys(document.get("pypi-dependencies"))
    return found + project.found, []
