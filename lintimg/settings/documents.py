"""YAML and TOML files as plain data that remembers where each key stands."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, Protocol

Keys = tuple[Hashable, ...]
"""The way to a place: keys of mappings and indexes of lists."""


class DocumentError(Exception):
    """A file that cannot be read as YAML or TOML; `line` and `column` are 1-based."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


class Document(Protocol):
    """The settings in a file."""

    data: Mapping[Any, Any]

    def place(self, keys: Keys) -> tuple[int, int]:
        """The 1-based line and column of the place that `keys` lead to, or of the last part that is there."""


class YamlDocument:
    """A YAML file whose whole is the settings."""

    def __init__(self, text: str) -> None:
        """Raises DocumentError."""
        self.data = _yaml(text)

    def place(self, keys: Keys) -> tuple[int, int]:
        """See Document."""
        node: Any = self.data
        line, column = 0, 0
        for key in keys:
            try:
                lines = node.lc
                line, column = lines.key(key) if isinstance(node, dict) else lines.item(key)
                node = node[key]
            except (AttributeError, KeyError, TypeError, IndexError):
                break
        return line + 1, column + 1


def _yaml(text: str) -> Mapping[Any, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise DocumentError(line, column, error.problem or error.context or "is not YAML") from error
    except (YAMLError, RecursionError, ValueError, TypeError, LookupError, AttributeError) as error:
        # ruamel.yaml lets several of Python's own exceptions through on broken tags and numbers.
        raise DocumentError(1, 1, "is not readable YAML") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise DocumentError(1, 1, "must be a mapping such as ignore: [LI402]")
    return data


class TomlDocument:
    """A pyproject.toml whose table `tool.lintimg` is the settings."""

    def __init__(self, text: str) -> None:
        """Raises DocumentError."""
        self._lines = text.split("\n")
        self.data = self._table(text)

    def _table(self, text: str) -> Mapping[Any, Any]:
        import tomllib

        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            found = re.search(r"line (\d+), column (\d+)", str(error))
            line, column = (int(found[1]), int(found[2])) if found else (1, 1)
            raise DocumentError(line, column, f"is no valid TOML: {str(error).partition(' (')[0]}") from error
        tool = data.get("tool")
        table = tool.get("lintimg", {}) if isinstance(tool, dict) else {}
        if not isinstance(table, dict):
            raise DocumentError(*self.place(()), "tool.lintimg must be a table")
        return table

    def place(self, keys: Keys) -> tuple[int, int]:
        """See Document. TOML's reader keeps no places: this is where the last key found is first written."""
        lines = self._lines
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
