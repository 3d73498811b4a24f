"""Finds and reads the configuration: `.lintimg.yaml` or `[tool.lintimg]` in pyproject.toml, nearest wins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from lintimg.settings.discovery import is_excluded
from lintimg.settings.values import Configuration, ValueMistakeError, read_values

NAMES = (".lintimg.yaml", ".lintimg.yml")
_SIZE_LIMIT = 256_000


class ConfigurationError(Exception):
    """A configuration that cannot be used; the message begins with file, line and column."""


class Loaded(NamedTuple):
    """A configuration and where it comes from; `folder` is what its globs and paths are relative to."""

    configuration: Configuration
    path: Path | None
    folder: Path


def find_configuration(start: Path, root: Path) -> Path | None:
    """The nearest configuration file from the folder `start` up to `root`."""
    for folder in (start, *start.parents):
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
        project = folder / "pyproject.toml"
        if project.is_file() and b"[tool.lintimg" in project.read_bytes():
            return project
        if folder == root:
            return None
    return None


def load_configuration(path: Path) -> Loaded:
    """The configuration in the file `path`. Raises ConfigurationError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > _SIZE_LIMIT:
        raise ConfigurationError(f"{path}:1:1: is larger than {_SIZE_LIMIT // 1000} kB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}:1:1: is not UTF-8") from error
    values = _from_toml(path, text) if path.suffix == ".toml" else _from_yaml(path, text)
    return Loaded(Configuration(**values), path, path.parent)


def _from_yaml(path: Path, text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ConfigurationError(f"{path}:{line}:{column}: {error.problem or error.context}") from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise ConfigurationError(f"{path}:1:1: is not readable YAML") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path}:1:1: must be a mapping such as ignore: [LI402]")
    try:
        return read_values(data)
    except ValueMistakeError as error:
        line, column = _yaml_place(data, error.keys)
        raise ConfigurationError(f"{path}:{line}:{column}: {error.message}") from error


def _yaml_place(node: Any, keys: tuple[str | int, ...]) -> tuple[int, int]:
    line, column = 0, 0
    for key in keys:
        try:
            line, column = node.lc.key(key)
            node = node[key]
        except (AttributeError, KeyError, TypeError):
            break
    return line + 1, column + 1


def _from_toml(path: Path, text: str) -> Any:
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        place = f"{found[1]}:{found[2]}" if found else "1:1"
        raise ConfigurationError(
            f"{path}:{place}: is no valid TOML: {str(error).partition(' (')[0]}"
        ) from error
    table = data.get("tool", {}).get("lintimg", {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}:1:1: tool.lintimg must be a table")
    try:
        return read_values(table)
    except ValueMistakeError as error:
        line, column = _toml_place(text, error.keys)
        raise ConfigurationError(f"{path}:{line}:{column}: {error.message}") from error


def _toml_place(text: str, keys: tuple[str | int, ...]) -> tuple[int, int]:
    """The line of the last key that can be found below the table's head: TOML's reader keeps no places."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip().startswith("[tool.lintimg")), 0)
    place = (start + 1, 1)
    for key in keys:
        wanted = re.compile(rf"(\s*(?:\[tool\.lintimg\.)?)[\"']?{re.escape(str(key))}[\"']?\s*[=.\]]")
        for number in range(start, len(lines)):
            found = wanted.match(lines[number])
            if found:
                place = (number + 1, found.end(1) + 1)
                start = number
                break
    return place


def for_path(loaded: Loaded, path: Path) -> Configuration:
    """The configuration of one Dockerfile: the file's `paths` globs laid over the rest."""
    configuration = loaded.configuration
    if not configuration.paths:
        return configuration
    relative = relative_path(path, loaded.folder)
    for glob, values in configuration.paths.items():
        if is_excluded(relative, (glob,)):
            configuration = configuration._replace(**values)
    return configuration


def relative_path(path: Path, folder: Path) -> str:
    """`path` relative to `folder` with forward slashes, the path itself where it lies outside."""
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return path.as_posix()
