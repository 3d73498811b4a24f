"""Words as BuildKit's messages show them."""

from __future__ import annotations

from lintimg.lazy import regex

_SURROGATE = regex("[\ud800-\udfff]")
_SHOWN = 80


def without_surrogates(text: str) -> str:
    """`text` with U+FFFD for what is no character: undecodable bytes and halves of surrogate pairs."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def shortened(text: str) -> str:
    """The beginning of `text`, as much as a message should show."""
    return text[:_SHOWN]


def quoted(text: str) -> str:
    """The beginning of `text` in double quotes as Go's %q shows it."""
    text = without_surrogates(shortened(text).replace("\\", "\\\\").replace('"', '\\"'))
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    return f'"{text}"'


def _escape(character: str) -> str:
    code = ord(character)
    if 0x80 <= code <= 0xFF:
        return f"\\u{code:04x}"
    return character.encode("unicode_escape").decode()
