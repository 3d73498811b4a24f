"""What the XML formats share: text and attributes that no content breaks out of."""

from __future__ import annotations

from lintimg.text import printable

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;"})
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def escaped(text: str) -> str:
    """One line of `text` for an attribute or between tags; what XML cannot carry shows as an escape."""
    return printable(text).translate(_ESCAPES)


def attributes(**values: object) -> str:
    """`name="value"` for each of `values` that is not None, each after a space."""
    return "".join(f' {name}="{escaped(str(value))}"' for name, value in values.items() if value is not None)
