"""What a manifest says, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintimg.lazy import NamedTuple


class Dependency(NamedTuple):
    """One dependency a manifest names. `name` is normalised as its ecosystem does (pip: lower case with
    hyphens; conda, composer and NuGet: lower case; Maven and Gradle: `group:artifact`; others as written), `version` the
    specifier as written or None, `line` 1-based or None, `development` whether a production install leaves it out.
    `source` is an index, URL or path it comes from where the manifest says so; `extras` pip's.
    """

    ecosystem: str
    name: str
    version: str | None
    line: int | None
    development: bool
    source: str | None
    extras: tuple[str, ...] = ()


class ManifestFile(NamedTuple):
    """A manifest read from the context.

    `options` are global ones in pip's spelling, whatever the tool: `--index-url URL`, `--extra-index-url URL`,
    `--find-links URL`, `-r FILE` and `-c FILE` (files it includes), `-e PATH`, and other pip options as written.
    """

    path: str
    ecosystem: str
    dependencies: tuple[Dependency, ...]
    options: tuple[str, ...]


class ManifestError(ValueError):
    """The content is not what the name promises."""


class Lines:
    """Finds the lines of things that a parser returns without places."""

    def __init__(self, text: str) -> None:
        """`text` is the whole file. After many searches that had to begin anew no more are made."""
        self._text = text
        self._at = 0
        self._line = 1
        self._rewinds = 100

    def find(self, needle: str) -> int | None:
        """The 1-based line of the next `needle` after the last one found, else of the first in the file."""
        if self._rewinds < 0:
            return None
        at = self._text.find(needle, self._at)
        if at < 0:
            self._rewinds -= 1
            at = self._text.find(needle)
            if at < 0:
                return None
            return self._text.count("\n", 0, at) + 1
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line

    def find_key(self, name: str) -> int | None:
        """The 1-based line that begins with the TOML key `name`, else the first place of `name`."""
        for needle in (f"\n{name} ", f"\n{name}=", f'\n"{name}"'):
            at = self._text.find(needle, self._at) if self._rewinds >= 0 else -1
            if at >= 0:
                self._line += self._text.count("\n", self._at, at + 1)
                self._at = at + 1
                return self._line
        return self.find(name)


def mapping(value: object) -> Mapping[str, Any]:
    """`value` if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text_or_none(value: object) -> str | None:
    """`value` if it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def read_json(text: str) -> Mapping[str, Any]:
    """A JSON object.

    Raises ManifestError for anything else.
    """
    import json

    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ManifestError("nested too deeply") from error
    if not isinstance(content, dict):
        raise ManifestError("no object")
    return content


def read_toml(text: str) -> Mapping[str, Any]:
    """A TOML document.

    Raises ManifestError or ValueError for anything else.
    """
    import tomllib

    # Dotted keys cost their length squared; nobody writes long ones.
    if any(line.count(".") > 1_000 for line in text.split("\n")):
        raise ManifestError("an absurd key")
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except RecursionError as error:
        raise ManifestError("nested too deeply") from error
