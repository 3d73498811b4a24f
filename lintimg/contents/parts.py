"""The parts of an image: each of its bytes belongs to one."""

from __future__ import annotations

from lintimg.lazy import NamedTuple

PYTHON = "python packages"
NODE = "node packages"
JARS = "java archives"
GEMS = "ruby gems"
DOTNET = ".net assemblies"
PROGRAMS = "compiled programs"
SYSTEM = "system packages"
CONDA = "conda packages"
RUNTIME = "language runtimes"
CODE = "function code"
MODELS = "models and data"
ARCHIVES = "archives"
CACHES = "package caches"
VERSION_CONTROL = "version control"
HEADERS = "headers and static libraries"
DOCUMENTATION = "documentation and locales"
OTHER = "other files"
BASE = "base image"


class Part(NamedTuple):
    """Something that is in an image as a whole, such as a package; `path` is where it lies, from the root."""

    category: str
    name: str
    path: bytes = b""
    version: str | None = None


class Parts:
    """Numbers for parts, the same for equal ones."""

    def __init__(self) -> None:
        """Number 0 is no part."""
        self._numbers: dict[Part, int] = {}
        self.all: list[Part] = [Part("", "")]

    def number(self, part: Part) -> int:
        """The number of `part`, a new one where it is new."""
        number = self._numbers.get(part)
        if number is None:
            number = self._numbers[part] = len(self.all)
            self.all.append(part)
        return number
