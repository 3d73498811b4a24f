"""The text of a CMD or ENTRYPOINT that is no JSON array."""

from __future__ import annotations

from lintimg.lazy import NamedTuple, regex

_PLAIN = regex(r"[\w@%+=:,./ \t\"'-]+\Z")
_ITEM = r"""(?:'[^']*'|"(?:[^"\\]|\\.)*"|[\u2018\u2019\u201c\u201d][^\u2018\u2019\u201c\u201d]*[\u2018\u2019\u201c\u201d]|[^\s'",\[\]]+)"""
_ARRAY = regex(
    rf"\[\s*{_ITEM}(?:(?:\s*,\s*|(?<=['\"])\s+(?=['\"])){_ITEM})*\s*,?\s*\](?P<comment>\s+#.*)?\s*\Z"
)
_ITEMS = regex(_ITEM)
_QUOTES = "'\"\u2018\u2019\u201c\u201d"
_LIMIT = 10_000


class ArrayLike(NamedTuple):
    """What an array that is no JSON was meant to say; `comment` is a comment behind it, or ""."""

    elements: tuple[str, ...]
    comment: str


def plain_words(text: str) -> tuple[str, ...] | None:
    """The words of a shell command that no shell is needed for; None when it has expansions, operators or globs."""
    import shlex

    if len(text) > _LIMIT or not _PLAIN.match(text):
        return None
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        return None
    return None if not words or "=" in words[0] else words


def array_like(text: str) -> ArrayLike | None:
    """What a text was meant to say that looks like a JSON array (single or typographic quotes, no quotes, a
    comma too many or too few, no closing bracket, a comment behind it); None when it is something else, such as a shell test.
    """
    text = text.strip()
    if not text.startswith("[") or len(text) > _LIMIT:
        return None
    if text[1:].lstrip()[:1] in _QUOTES and text[-1] in _QUOTES:
        text += "]"
    found = _ARRAY.match(text)
    if found is None:
        return None
    elements = []
    comment = found["comment"] or ""
    for item in _ITEMS.findall(text[1 : len(text) - len(comment)].rpartition("]")[0]):
        element = item[1:-1] if item[0] in _QUOTES else item
        elements.append(element.replace('\\"', '"') if item[0] == '"' else element)
    return ArrayLike(tuple(elements), comment.strip())


def shown(text: str, length: int) -> str:
    """`text` cut to what a message has room for."""
    return text if len(text) <= length else text[: length - 1] + "…"
