"""HTML that cannot be broken out of: text becomes markup in one place only, which escapes it."""

from __future__ import annotations

from html import escape

from lintimg.text import printable

_EMPTY = frozenset(("meta", "br", "input", "link"))


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str | int | bool | None) -> Markup:
    """An element; text in it and in its attributes is escaped, control characters are shown.

    An attribute of True has no value, one of None or False is left out; `class_` is `class`, `aria_label` is `aria-label`.
    """
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _EMPTY:
        return Markup(f"<{tag}{head}>")
    return Markup(f"<{tag}{head}>{joined(*children)}</{tag}>")


def joined(*children: str) -> Markup:
    """The children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else shown(child) for child in children))


def shown(text: str) -> Markup:
    """Text as markup."""
    lines = text.split("\n")
    return Markup("\n".join(escape(printable(line)) for line in lines))


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(printable(str(value)))}"'


def link(address: str, text: str) -> Markup:
    """A link to a web page; text where the address is none."""
    if not address.startswith(("https://", "http://")):
        return shown(text)
    return element("a", text, href=address, rel="noreferrer")
