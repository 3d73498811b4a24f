"""The argument forms of Dockerfile instructions, each argument with its place."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left
from collections.abc import Callable

from lintimg.dockerfile.blanks import BLANKS, BYTE_BLANKS
from lintimg.dockerfile.document import LogicalText, Word
from lintimg.dockerfile.flags import character_offsets
from lintimg.dockerfile.lines import part
from lintimg.dockerfile.quoting import quoted, without_surrogates
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

_SPLIT = regex(r"[\t\v\f\r ]+")
_WORD = regex(r"[^\t\v\f\r ]+")
_FIRST_WORD = regex(r"([^\t\n\v\f\r ]+)[\t\n\v\f\r ]*")
_SIMPLE_JSON = regex(
    r'\[[\t\n\r ]*(?:"[^"\\\x00-\x1f]*+"[\t\n\r ]*+(?:,[\t\n\r ]*+"[^"\\\x00-\x1f]*+"[\t\n\r ]*+)*+)?\]\Z'
)
_JSON_STRING = regex(r'"((?:[^"\\]++|\\.)*+)"')


def _shell_like(escape: str) -> re.Pattern[str]:
    """A word that ends at a blank outside quotes. The group holds an escape at the very end, which is dropped."""
    escape = re.escape(escape)
    return re.compile(
        rf"(?:[^{BLANKS}'\"{escape}]++|{escape}.|'[^']*+(?:'|\Z)"
        rf"|\"(?:[^\"{escape}]++|{escape}.)*+(?:\"|({escape})?\Z)|({escape})\Z)++",
        re.DOTALL,
    )


_SHELL_LIKE = {"\\": _shell_like("\\"), "`": _shell_like("`")}


class Arguments(NamedTuple):
    """Arguments in BuildKit's notation and whether they come from the JSON form."""

    words: tuple[Word, ...]
    json: bool


class ArgumentError(ValueError):
    """BuildKit refuses the arguments; `start` and `end` are logical offsets of the culprit, `readable` is what
    can be read all the same.
    """

    def __init__(
        self, message: str, remedy: str, place: tuple[int, int], readable: Arguments | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.start, self.end = place
        self.readable = readable


_NONE = Arguments((), json=False)


def _number(text: str) -> float:
    """A JSON number, which Go refuses when it does not fit; its value does not matter."""
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return value


def _refuse(constant: str) -> object:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_refuse)


def read_json(rest: LogicalText) -> tuple[Word, ...] | None:
    """The elements of a JSON array of strings, None when `rest` is not one.

    Raises ArgumentError for an array with anything but strings.
    """
    text = rest.text
    if not text.startswith("["):
        return None
    found = list(_JSON_STRING.finditer(text))
    values: list[str]
    if _SIMPLE_JSON.match(text):
        values = [match[1] for match in found]
    else:
        try:
            values = _DECODER.decode(text)
        except (ValueError, RecursionError):
            return None
        if not all(isinstance(value, str) for value in values):
            raise ArgumentError(
                "when using JSON array syntax, arrays must be comprised of strings only",
                "Put every element in double quotes.",
                (0, len(text)),
            )
    if not text.isascii() or "\\" in text:
        # As Go decodes it: neither undecodable bytes nor half a surrogate pair survive.
        values = [without_surrogates(value) for value in values]
    span = rest.source_span
    return tuple(
        [Word(value, span(match.start(), match.end())) for value, match in zip(values, found, strict=True)]
    )


def ignored(rest: LogicalText, _escape: str) -> Arguments:
    """An unknown instruction: BuildKit keeps nothing of it."""
    return Arguments((Word("", rest.source_span(0, 0)),), json=False)


def whole(rest: LogicalText, _escape: str) -> Arguments:
    """MAINTAINER, STOPSIGNAL, USER, WORKDIR: one argument, all of the text."""
    text = rest.text
    if not text:
        return _NONE
    return Arguments((Word(text, rest.source_span(0, len(text))),), json=False)


def json_or_whole(rest: LogicalText, escape: str) -> Arguments:
    """CMD, ENTRYPOINT, RUN, SHELL."""
    words = read_json(rest)
    return whole(rest, escape) if words is None else Arguments(words, json=True)


def blank_separated(rest: LogicalText, _escape: str) -> Arguments:
    """EXPOSE, FROM."""
    found = _WORD.finditer(rest.text)
    if len(rest.starts) == 1:
        # Spelled out for speed.
        shift = rest.sources[0]
        words = [Word(match[0], Span(shift + match.start(), shift + match.end())) for match in found]
    else:
        words = [Word(match[0], rest.source_span(*match.span())) for match in found]
    return Arguments(tuple(words), json=False)


def json_or_separated(rest: LogicalText, escape: str) -> Arguments:
    """ADD, COPY, VOLUME."""
    words = read_json(rest)
    return blank_separated(rest, escape) if words is None else Arguments(words, json=True)


def _shell_like_words(text: str, escape: str) -> list[tuple[str, int, int]]:
    """Words separated by blanks outside quotes, quotes and escapes kept, with their offsets."""
    words = []
    for found in _SHELL_LIKE[escape].finditer(text):
        start, end = found.span()
        word = text[start : end - 1] if found[1] or found[2] else found[0]
        if word:
            words.append((word, start, end))
    return words


def names(rest: LogicalText, escape: str) -> Arguments:
    """ARG."""
    span = rest.source_span
    words = [Word(word, span(start, end)) for word, start, end in _shell_like_words(rest.text, escape)]
    return Arguments(tuple(words), json=False)


def environment(rest: LogicalText, escape: str) -> Arguments:
    """ENV: name, value and separator for each pair, or the old form `name value`."""
    return _name_values(rest, escape, "ENV")


def labels(rest: LogicalText, escape: str) -> Arguments:
    """LABEL: as ENV."""
    return _name_values(rest, escape, "LABEL")


def _name_values(rest: LogicalText, escape: str, keyword: str) -> Arguments:
    first = _SHELL_LIKE[escape].match(rest.text)
    if first is None:
        return _NONE
    if first[0] == escape:
        return _NONE
    if "=" not in first[0]:
        return _old_form(rest, keyword)
    words = _shell_like_words(rest.text, escape)
    span = rest.source_span
    result: list[Word] = []
    refused: tuple[str, int, int] | None = None
    for word, start, end in words:
        name, equals, value = word.partition("=")
        if not equals:
            refused = refused or (word, start, end)
            continue
        at = start + len(name)
        result += (
            Word(name, span(start, at)),
            Word(value, span(at + 1, end)),
            Word("=", span(at, at + 1)),
        )
    found = Arguments(tuple(result), json=False)
    if refused is not None:
        raise ArgumentError(
            f"Syntax error - can't find = in {quoted(refused[0])}. Must be of the form: name=value",
            "Quote the value if it has blanks in it, or write name=value.",
            refused[1:],
            found,
        )
    return found


def _old_form(rest: LogicalText, keyword: str) -> Arguments:
    text = rest.text
    found = _SPLIT.search(text)
    if found is None:
        raise ArgumentError(
            f"{keyword} must have two arguments", f"Write {keyword} name=value.", (0, len(text)), _NONE
        )
    at = rest.source_offset(found.end())
    return Arguments(
        (
            Word(text[: found.start()], rest.source_span(0, found.start())),
            Word(text[found.end() :], rest.source_span(found.end(), len(text))),
            Word("", Span(at, at)),
        ),
        json=False,
    )


def health_check(rest: LogicalText, escape: str) -> Arguments:
    """HEALTHCHECK: its type, then for CMD a command."""
    text = rest.text
    if not text.isascii():
        kind, end, following = _first_word(text)
    else:
        found = _FIRST_WORD.match(text)
        if found is None:
            return _NONE
        kind, end, following = found[1], found.end(1), found.end()
    command = json_or_whole(part(rest, following), escape)
    return Arguments((Word(kind, rest.source_span(0, end)), *command.words), command.json)


def _first_word(text: str) -> tuple[str, int, int]:
    """The first word, where it ends and the next begins; blanks are bytes here as in flags."""
    data = text.encode("utf-8", "surrogateescape")
    characters = data.decode("latin-1")
    offsets = character_offsets(text)
    end = 0
    while end < len(characters) and characters[end] not in BYTE_BLANKS:
        end += 1
    following = end
    while following < len(characters) and characters[following] in BYTE_BLANKS:
        following += 1
    kind = data[:end].decode("utf-8", "surrogateescape")
    return kind, bisect_left(offsets, end), bisect_left(offsets, following)


FORMS: dict[str, Callable[[LogicalText, str], Arguments]] = {
    "ADD": json_or_separated,
    "ARG": names,
    "CMD": json_or_whole,
    "COPY": json_or_separated,
    "ENTRYPOINT": json_or_whole,
    "ENV": environment,
    "EXPOSE": blank_separated,
    "FROM": blank_separated,
    "HEALTHCHECK": health_check,
    "LABEL": labels,
    "MAINTAINER": whole,
    "RUN": json_or_whole,
    "SHELL": json_or_whole,
    "STOPSIGNAL": whole,
    "USER": whole,
    "VOLUME": json_or_separated,
    "WORKDIR": whole,
}
"""How each instruction but ONBUILD takes its arguments."""
