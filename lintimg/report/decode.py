"""The model's values from plain data: `decode(data, FileReport, "files[0]")`, guided by their type hints.

What a later minor version adds is ignored, what an earlier one did not have takes its default, and a word that is
none of a choice's is kept, except where a format must know it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lintimg.model import finding, image, invoke, report, span

_LARGEST = 2**53
_FALLBACKS: Mapping[object, str] = {finding.Severity: "warning", finding.Applicability: "unsafe"}
_KEYS: Mapping[tuple[type, str], str] = {
    (report.StageInfo, "number"): "index",
    (image.ImageLayer, "number"): "index",
    (finding.LayerReference, "number"): "index",
    (finding.SourceLine, "number"): "line",
    (finding.FileLocation, "region"): "span",
    (finding.Related, "region"): "span",
    (finding.Edit, "region"): "span",
    (invoke.InvokeReport, "init"): "init_ms",
    (invoke.InvokeReport, "first"): "first_ms",
    (invoke.InvokeReport, "following"): "following_ms",
    (invoke.InvokeReport, "peak_memory"): "peak_memory_bytes",
    (invoke.Invocation, "duration"): "duration_ms",
    (invoke.Invocation, "wall"): "wall_ms",
}
"""Where JSON's key is not the field's name."""


class DecodeError(ValueError):
    """The data is not what it should be; the message names the place."""


def decode(data: object, wanted: Any, where: str) -> Any:
    """`data` as a value of the type `wanted`. Raises DecodeError, which names a place below `where`."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _union(data, get_args(wanted), where)
    if origin is Literal:
        return _choice(data, wanted, where)
    if origin is tuple:
        (item, _) = get_args(wanted)
        return tuple(
            decode(each, item, f"{where}[{number}]") for number, each in enumerate(_list(data, where))
        )
    if origin is not None and issubclass(origin, Mapping):
        _, item = get_args(wanted)
        return {
            _text(key): decode(each, item, f"{where}.{key}") for key, each in _object(data, where).items()
        }
    if isinstance(wanted, type) and issubclass(wanted, tuple):
        return _tuple(data, wanted, where)
    return _scalar(data, wanted, where)


def _tuple(data: object, wanted: type, where: str) -> Any:
    given = _object(data, where)
    defaults = getattr(wanted, "_field_defaults")  # noqa: B009 - mypy knows no fields of a type
    values = {}
    for field, hint in _hints(wanted).items():
        key = _KEYS.get((wanted, field), field)
        if key in given:
            values[field] = decode(given[key], hint, f"{where}.{key}".lstrip("."))
        elif field not in defaults:
            raise DecodeError(f"{where}.{key}".lstrip(".") + " is missing")
    value = wanted(**values)
    if isinstance(value, span.Region) and not span.Position(1, 1) <= value.start <= value.end:
        raise DecodeError(f"{where} ends before it starts")
    if isinstance(value, span.Position) and min(value) < 1:
        raise DecodeError(f"{where} is not 1 or more")
    return value


@cache
def _hints(wanted: type) -> Mapping[str, Any]:
    return get_type_hints(wanted, localns={"ImageReport": image.ImageReport})


def _union(data: object, choices: Sequence[Any], where: str) -> Any:
    rest = [choice for choice in choices if choice is not type(None)]
    if data is None and len(rest) < len(choices):
        return None
    if set(rest) == {finding.FileLocation, finding.ImageLocation}:
        kind = _object(data, where).get("kind")
        return decode(data, finding.ImageLocation if kind == "image" else finding.FileLocation, where)
    return decode(data, rest[0], where)


def _choice(data: object, wanted: Any, where: str) -> Any:
    text = _scalar(data, str, where)
    return text if text in get_args(wanted) else _FALLBACKS.get(wanted, text)


def _scalar(data: object, wanted: Any, where: str) -> Any:
    if wanted is object:
        return _anything(data)
    if wanted is str and isinstance(data, str):
        return _text(data)
    if wanted is bool and isinstance(data, bool):
        return data
    if wanted in (int, float) and isinstance(data, (int, float)) and not isinstance(data, bool):
        if wanted is int and not isinstance(data, int):
            raise DecodeError(f"{where} is no whole number")
        if not -_LARGEST < data < _LARGEST:
            raise DecodeError(f"{where} is too large")
        return data
    names = {str: "text", bool: "true or false", int: "a number", float: "a number"}
    raise DecodeError(f"{where} is not {names.get(wanted, 'what it should be')}")


def _anything(data: object) -> object:
    if isinstance(data, str):
        return _text(data)
    if isinstance(data, list):
        return tuple(_anything(each) for each in data)
    if isinstance(data, dict):
        return {_text(key): _anything(each) for key, each in data.items()}
    return data


def _text(text: str) -> str:
    """JSON can escape halves of characters, which no output takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _list(data: object, where: str) -> list[object]:
    if isinstance(data, list):
        return data
    raise DecodeError(f"{where} is no list")


def _object(data: object, where: str) -> dict[str, object]:
    if isinstance(data, dict):
        return data
    raise DecodeError(f"{where or 'the whole'} is no object")
