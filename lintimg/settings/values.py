"""The values of a configuration, and the checking of each key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from lintimg.model.finding import KINDS, SEVERITIES, Kind, Severity
from lintimg.settings.units import read_size


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
    max_size: int | None = None
    fail_on: Severity | None = None
    fail_deprecated: bool = False
    extend_rules: tuple[str, ...] = ()
    paths: Mapping[str, Mapping[str, Any]] = {}


class ValueMistakeError(ValueError):
    """A wrong key or value; `keys` lead to the place."""

    def __init__(self, message: str, *keys: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys


def _nearest(text: str, allowed: Iterable[str]) -> str | None:
    from difflib import get_close_matches  # imported here: a mistake is rare, a cold start is not

    found = get_close_matches(text, tuple(allowed), 1)
    return found[0] if found else None


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
        if value not in allowed:
            near = _nearest(str(value), allowed)
            hint = f", did you mean {near}?" if near else ""
            raise ValueError(f"{value} is none of {', '.join(allowed)}{hint}")
        return str(value)

    return check


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return read_size(_text(value))


def _map(each: Callable[[object], Any]) -> Callable[[object], Mapping[str, Any]]:
    def check(value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise ValueError("must be a mapping")
        result = {}
        for key, item in value.items():
            try:
                result[str(key)] = each(item)
            except ValueMistakeError as error:
                raise ValueMistakeError(error.message, str(key), *error.keys) from error
            except ValueError as error:
                raise ValueMistakeError(str(error), str(key)) from error
        return result

    return check


def _argument(value: object) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError("must be text")


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
    "max-size": _size,
    "fail-on": _choice(*SEVERITIES),
    "fail-deprecated": _flag,
    "extend-rules": _texts,
    "paths": _map(_path_values),
}
_NOT_NESTED = frozenset(("paths", "exclude", "per-path-ignores", "fail-on", "extend-rules"))


def read_values(data: Mapping[Any, Any], *, nested: bool = False) -> Mapping[str, Any]:
    """`data` checked, its keys as fields of Configuration. Raises ValueMistakeError."""
    result: dict[str, Any] = {}
    for key, value in data.items():
        allowed = [name for name in _CHECKS if not (nested and name in _NOT_NESTED)]
        if key not in allowed:
            near = _nearest(str(key), allowed)
            hint = f", did you mean {near}?" if near else f"; known are {', '.join(allowed)}"
            raise ValueMistakeError(f"unknown key {key}{hint}", str(key))
        try:
            read = _CHECKS[key](value)
        except ValueMistakeError as error:
            raise ValueMistakeError(f"{key}: {error.message}", key, *error.keys) from error
        except ValueError as error:
            raise ValueMistakeError(f"{key}: {error}", key) from error
        if not (key == "target" and read == "auto"):
            result[key.replace("-", "_")] = read
    return result
