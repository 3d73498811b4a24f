"""From the words of infrastructure code to paths and values."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from lintimg.context.names import is_dockerfile
from lintimg.lazy import NamedTuple, regex

_VARIABLE = regex(r"\$\{|\$[A-Za-z_(]|<%|\{\{")
_ARCHITECTURES = {
    "x86_64": "x86_64",
    "x86-64": "x86_64",
    "amd64": "x86_64",
    "linux/amd64": "x86_64",
    "linux/x86_64": "x86_64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "linux/arm64": "arm64",
    "linux/arm64/v8": "arm64",
    "linux_amd64": "x86_64",
    "linux_arm64": "arm64",
}


class SourceFile(NamedTuple):
    """A file of infrastructure code: its absolute path, how reports name it, its folder, its text."""

    path: str
    relative: str
    folder: str
    text: str


def resolve(folder: str, path: object) -> str | None:
    """`path` as an absolute one, relative to `folder`; None when it is no text or holds a variable."""
    if not isinstance(path, str) or not path or "\0" in path or _VARIABLE.search(path) or "://" in path:
        return None
    return os.path.normpath(os.path.join(folder, path.replace("\\", "/")))  # noqa: PTH118


def placed(context: str | None, dockerfile: object, base: str | None = None) -> str | None:
    """The absolute path of a Dockerfile named (or, with None, not named) beside `context`.

    `base` is the folder it is relative to, the context by default.
    """
    if dockerfile is not None:
        folder = base or context
        return None if folder is None else resolve(folder, dockerfile)
    return None if context is None else only_dockerfile(context)


def only_dockerfile(folder: str) -> str | None:
    """`Dockerfile` in `folder`, or the only file there that is one by its name."""
    try:
        with os.scandir(folder) as entries:
            found = [
                entry.name
                for entry in entries
                if is_dockerfile(entry.name) and not entry.name.endswith(".dockerignore") and entry.is_file()
            ]
    except OSError:
        return None
    if "Dockerfile" in found:
        return f"{folder}/Dockerfile"
    return f"{folder}/{found[0]}" if len(found) == 1 else None


def architecture(value: object) -> str | None:
    """x86_64 or arm64 from a name, a platform, or a list with one of them."""
    if isinstance(value, list | tuple):
        return architecture(value[0]) if len(value) == 1 else None
    return _ARCHITECTURES.get(value.lower()) if isinstance(value, str) else None


def words(value: object) -> tuple[str, ...] | None:
    """A command as its words: a list of texts, or one text; None when a part is not known."""
    if isinstance(value, str):
        return None if _VARIABLE.search(value) else (value,)
    if isinstance(value, list | tuple) and all(
        isinstance(part, str) and not _VARIABLE.search(part) for part in value
    ):
        return tuple(value)
    return None


def number(value: object) -> int | None:
    """A whole number, also as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 10 else None


def arguments(values: object) -> tuple[tuple[str, str | None], ...]:
    """Build arguments from a mapping, or from `NAME=value` texts."""
    pairs: Iterable[tuple[object, object]]
    if isinstance(values, Mapping):
        pairs = values.items()
    elif isinstance(values, list | tuple):
        texts = [value for value in values if isinstance(value, str)]
        pairs = [
            (name, value if equals else None) for name, equals, value in (t.partition("=") for t in texts)
        ]
    else:
        return ()
    return tuple((str(name), _argument(value)) for name, value in pairs)


def _argument(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) and not _VARIABLE.search(value) else None
