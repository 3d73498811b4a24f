"""Finds and reads the configuration: `.lintimg.yaml` or `[tool.lintimg]` in pyproject.toml, nearest wins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lintimg.lazy import NamedTuple
from lintimg.settings.globs import glob_matches
from lintimg.settings.values import Configuration, ValueMistakeError, read_values
from lintimg.text import printable

if TYPE_CHECKING:
    from lintimg.settings.documents import Document, Keys

NAMES = (".lintimg.yaml", ".lintimg.yml")
_SIZE_LIMIT = 256_000


class ConfigurationError(Exception):
    """A configuration that cannot be used; the message begins with file, line and column."""


class Loaded(NamedTuple):
    """A configuration and where it comes from; `folder` is what its globs and paths are relative to."""

    configuration: Configuration
    path: Path | None
    folder: Path


def configuration_in(folder: Path) -> Path | None:
    """The configuration file in `folder` itself. Raises ConfigurationError when that cannot be known."""
    # os.path is asked for each folder of a search: pathlib takes three times as long.
    place = os.fspath(folder)
    for name in NAMES:
        if os.path.isfile(os.path.join(place, name)):  # noqa: PTH113, PTH118
            return folder / name
    project = os.path.join(place, "pyproject.toml")  # noqa: PTH118
    if os.path.isfile(project) and b"[tool.lintimg" in _bytes(Path(project)):  # noqa: PTH113
        return Path(project)
    return None


def load_configuration(path: Path) -> Loaded:
    """The configuration in the file `path`. Raises ConfigurationError."""
    document = _document(path)
    try:
        values = read_values(document.data)
        _check_folders(values, path.parent)
    except ValueMistakeError as error:
        raise _mistake(path, *document.place(error.keys), error.message) from error
    return Loaded(Configuration(**values), path, path.parent)


def mistake_at(loaded: Loaded, keys: Keys, message: str) -> ConfigurationError:
    """The error to raise for a value that only its user can know to be wrong, such as a rule's name."""
    if loaded.path is None:
        return ConfigurationError(message)
    return _mistake(loaded.path, *_document(loaded.path).place(keys), message)


def place_of(loaded: Loaded, keys: Keys) -> str:
    """File and line where a configuration says something, empty where there is none."""
    if loaded.path is None:
        return ""
    return f"{shown(loaded.path)}:{_document(loaded.path).place(keys)[0]}"


def shown(path: Path) -> str:
    """`path` as messages name it: relative where it lies inside the working directory."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()


def _document(path: Path) -> Document:
    from lintimg.settings.documents import DocumentError, TomlDocument, YamlDocument

    data = _bytes(path)
    if len(data) > _SIZE_LIMIT:
        raise _mistake(path, 1, 1, f"is larger than {_SIZE_LIMIT // 1000} kB")
    try:
        text = data.decode("utf-8-sig")
        return TomlDocument(text) if path.suffix == ".toml" else YamlDocument(text)
    except UnicodeDecodeError as error:
        raise _mistake(path, data.count(b"\n", 0, error.start) + 1, 1, "is not UTF-8") from error
    except DocumentError as error:
        raise _mistake(path, error.line, error.column, error.message) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{shown(path)}: cannot be read: {error.strerror or error}") from error


def _mistake(path: Path, line: int, column: int, message: str) -> ConfigurationError:
    return ConfigurationError(f"{shown(path)}:{line}:{column}: {printable(message)}")


def _check_folders(values: dict[str, object], folder: Path) -> None:
    """Raises ValueMistakeError where `context` or `extend-rules` names no folder."""
    configuration = Configuration(**values)  # type: ignore[arg-type]
    named: list[tuple[str, tuple[str | int, ...]]] = [
        (name, ("extend-rules", number)) for number, name in enumerate(configuration.extend_rules)
    ]
    if configuration.context is not None:
        named.append((configuration.context, ("context",)))
    for glob, nested in configuration.paths.items():
        if "context" in nested:
            named.append((nested["context"], ("paths", glob, "context")))
    for name, keys in named:
        if not os.path.isdir(folder / name):  # noqa: PTH112 - false also for a name with a NUL
            raise ValueMistakeError(f"{name} is no folder", *keys)


def for_path(loaded: Loaded, path: Path) -> Configuration:
    """The configuration of one Dockerfile: the file's `paths` globs laid over the rest."""
    configuration = loaded.configuration
    if not configuration.paths:
        return configuration
    relative = relative_path(path, loaded.folder)
    for glob, values in configuration.paths.items():
        if glob_matches(glob, relative):
            configuration = configuration._replace(**values)
    return configuration


def relative_path(path: Path, folder: Path) -> str:
    """`path` relative to `folder` with forward slashes, the path itself where it lies outside."""
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return path.as_posix()
