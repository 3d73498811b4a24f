"""The values of a configuration, and the checking of each key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from lintimg.lazy import NamedTuple
from lintimg.model.finding import KINDS, SEVERITIES, Kind, Severity
from lintimg.settings.units import read_size

LABEL_TYPES = ("text", "url", "rfc3339", "semver", "hash", "spdx", "email")
"""What the value of a label can have to be; hadolint's `rawtext` is our text."""

_LONGEST = 60
"""So many characters of a wrong value are quoted."""


class Configuration(NamedTuple):
    """What a configuration file says; None where it says nothing."""

    target: Kind | None = None
    context: str | None = None
    build_args: Mapping[str, str] = {}
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    per_path_ignores: Mapping[str, tuple[str, ...]] = {}
    exclude: tuple[str, ...] = ()
    trusted_bases: tuple[str, ...] = ()
    label_schema: Mapping[str, str] = {}
    strict_labels: bool = False
    max_size: int | None = None
    fail_on: Severity | None = None
    fail_deprecated: bool = False
    extend_rules: tuple[str, ...] = ()
    baseline: str | None = None
    paths: Mapping[str, Mapping[str, Any]] = {}


class ValueMistakeError(ValueError):
    """A wrong key or value; `keys` lead to the place."""

    def __init__(self, message: str, *keys: Hashable) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys


def _quoted(value: object) -> str:
    """`value` for a message. Lists and mappings are not spelled out: their aliases can make them endless."""
    if not isinstance(value, (str, int, float)):
        return (
            "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else "this value"
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = str(value)
    except ValueError:
        return "this number"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _nearest(text: str, known: Iterable[str]) -> str:
    """A hint for the end of a sentence, empty when nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(text, list(known), 1)
    return f", did you mean {near[0]}?" if near else ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return str(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (str(value),)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of texts")
    return tuple(str(item) for item in value)


def _choice(*allowed: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            text = _quoted(value)
            raise ValueError(f"{text} is none of {', '.join(allowed)}{_nearest(text, allowed)}")
        return str(value)

    return check


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return int(value)
    if isinstance(value, str):
        return read_size(value)
    raise ValueError(f"{_quoted(value)} is no size; write one such as 500MB, 2GB or 1GiB")


def _map(each: Callable[[object], Any]) -> Callable[[object], Mapping[str, Any]]:
    def check(value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("must be a mapping")
        result = {}
        for key, item in value.items():
            try:
                result[_text(key)] = each(item)
            except ValueMistakeError as error:
                raise ValueMistakeError(f"{_quoted(key)}: {error.message}", key, *error.keys) from error
            except ValueError as error:
                raise ValueMistakeError(f"{_quoted(key)}: {error}", key) from error
        return result

    return check


def _argument(value: object) -> str:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    # An unquoted 3.10 is the number 3.1, and true is no text.
    raise ValueError(f"must be text: put {_quoted(value)} in quotes")


def _path_values(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a mapping")
    return read_values(value, nested=True)


_CHECKS: dict[str, Callable[[object], Any]] = {
    "target": _choice("auto", *KINDS),
    "context": _text,
    "build-args": _map(_argument),
    "select": _texts,
    "extend-select": _texts,
    "ignore": _texts,
    "severity": _map(_choice(*SEVERITIES)),
    "per-path-ignores": _map(_texts),
    "exclude": _texts,
    "trusted-bases": _texts,
    "label-schema": _map(_choice(*LABEL_TYPES)),
    "strict-labels": _flag,
    "max-size": _size,
    "fail-on": _choice(*SEVERITIES),
    "fail-deprecated": _flag,
    "extend-rules": _texts,
    "baseline": _text,
    "paths": _map(_path_values),
}
_NOT_NESTED = frozenset(("paths", "exclude", "per-path-ignores", "fail-on", "extend-rules", "baseline"))


def read_values(data: Mapping[Any, Any], *, nested: bool = False) -> dict[str, Any]:
    """`data` checked, its keys as fields of Configuration. Raises ValueMistakeError."""
    result: dict[str, Any] = {}
    allowed = [name for name in _CHECKS if not (nested and name in _NOT_NESTED)]
    for key, value in data.items():
        if not isinstance(key, str) or key not in allowed:
            text = _quoted(key)
            hint = _nearest(text, allowed) or f"; known are {', '.join(allowed)}"
            raise ValueMistakeError(f"unknown key {text}{hint}", key)
        try:
            read = _CHECKS[key](value)
        except ValueMistakeError as error:
            raise ValueMistakeError(f"{key}: {error.message}", key, *error.keys) from error
        except ValueError as error:
            raise ValueMistakeError(f"{key}: {error}", key) from error
        if not (key == "target" and read == "auto"):
            result[key.replace("-", "_")] = read
    return result
