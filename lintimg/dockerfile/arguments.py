"""The argument forms of Dockerfile instructions, each argument with its place."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from lintimg.dockerfile.document import Flag, LogicalText, Word
from lintimg.dockerfile.lines import BLANKS, part
from lintimg.model.span import Span

_SPLIT = re.compile(r"[\t\v\f\r ]+")
_WORD = re.compile(r"[^\t\v\f\r ]+")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"


class ArgumentError(ValueError):
    """BuildKit refuses the arguments; `start` and `end` are logical offsets of the culprit."""

    def __init__(self, message: str, remedy: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.start = start
        self.end = end


class Arguments(NamedTuple):
    """Arguments in BuildKit's notation and whether they come from the JSON form."""

    words: tuple[Word, ...]
    json: bool


_NONE = Arguments((), json=False)


def read_flags(rest: LogicalText) -> tuple[tuple[Flag, ...], int]:
    """The flags at the head of `rest` and the logical offset where the arguments begin.

    BuildKit reads flags byte by byte: quotes and backslashes are taken out, `--` alone ends them.
    """
    text = rest.text
    flags: list[Flag] = []
    at, length = 0, len(text)
    while True:
        while at < length and text[at] in BLANKS:
            at += 1
        if not text.startswith("--", at):
            return tuple(flags), at
        start = at
        value, at = _flag_word(text, at)
        if value == "--":
            while at < length and text[at] in BLANKS:
                at += 1
            return tuple(flags), at
        name, equals, content = value[2:].partition("=")
        value_span = None
        if equals:
            source_equals = text.index("=", start)
            value_span = rest.source_span(source_equals + 1, at)
        flags.append(
            Flag(name.lower(), content if equals else None, value, rest.source_span(start, at), value_span)
        )


def _flag_word(text: str, at: int) -> tuple[str, int]:
    result: list[str] = []
    quote = ""
    length = len(text)
    while at < length:
        character = text[at]
        if not quote and character in BLANKS:
            break
        if character == "\\":
            at += 1
            if at < length:
                result.append(text[at])
        elif not quote and character in "'\"":
            quote = character
        elif quote and character == quote:
            quote = ""
        else:
            result.append(character)
        at += 1
    return "".join(result), at


def read_json(rest: LogicalText) -> tuple[Word, ...] | None:
    """The elements of a JSON array of strings, None when `rest` is not one.

    Raises ArgumentError for an array with anything but strings.
    """
    text = rest.text
    if not text.startswith("["):
        return None
    try:
        values = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in values):
        raise ArgumentError(_NOT_STRINGS, "Put every element in double quotes.", 0, len(text))
    places = [found.span() for found in _JSON_STRING.finditer(text)]
    return tuple(Word(value, rest.source_span(*place)) for value, place in zip(values, places, strict=True))


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def whole(rest: LogicalText) -> Arguments:
    """One argument: all of the text."""
    if not rest.text:
        return _NONE
    return Arguments((Word(rest.text, rest.source_span(0, len(rest.text))),), json=False)


def json_or_whole(rest: LogicalText) -> Arguments:
    """CMD, ENTRYPOINT, RUN, SHELL."""
    words = read_json(rest)
    return whole(rest) if words is None else Arguments(words, json=True)


def blank_separated(rest: LogicalText) -> Arguments:
    """FROM, EXPOSE."""
    return Arguments(
        tuple(Word(found[0], rest.source_span(*found.span())) for found in _WORD.finditer(rest.text)),
        json=False,
    )


def json_or_separated(rest: LogicalText) -> Arguments:
    """ADD, COPY, VOLUME."""
    words = read_json(rest)
    return blank_separated(rest) if words is None else Arguments(words, json=True)


def shell_like_words(text: str, escape: str) -> list[tuple[str, int, int]]:
    """Words separated by blanks outside quotes, quotes and escapes kept."""
    words: list[tuple[str, int, int]] = []
    at, length = 0, len(text)
    while at < length:
        if text[at] in BLANKS:
            at += 1
            continue
        start, pieces, quote = at, [], ""
        while at < length:
            character = text[at]
            if not quote and character in BLANKS:
                break
            if not quote and character in "'\"":
                quote = character
            elif character == quote:
                quote = ""
            elif character == escape and quote != "'":
                at += 1
                if at >= length:
                    break
                pieces.append(character)
                character = text[at]
            pieces.append(character)
            at += 1
        if pieces:
            words.append(("".join(pieces), start, min(at, length)))
    return words


def names(rest: LogicalText, escape: str) -> Arguments:
    """ARG."""
    return Arguments(
        tuple(
            Word(word, rest.source_span(start, end))
            for word, start, end in shell_like_words(rest.text, escape)
        ),
        json=False,
    )


def name_values(rest: LogicalText, escape: str, keyword: str) -> Arguments:
    """ENV and LABEL: name, value and separator for each pair, or the old form `name value`."""
    words = shell_like_words(rest.text, escape)
    if not words:
        return _NONE
    if "=" not in words[0][0]:
        return _old_form(rest, keyword)
    result: list[Word] = []
    for word, start, end in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ArgumentError(
                f'Syntax error - can\'t find = in "{word}". Must be of the form: name=value',
                "Quote the value if it has blanks in it, or write name=value.",
                start,
                end,
            )
        at = rest.text.index("=", start)
        result += (
            Word(name, rest.source_span(start, at)),
            Word(value, rest.source_span(at + 1, end)),
            Word("=", rest.source_span(at, at + 1)),
        )
    return Arguments(tuple(result), json=False)


def _old_form(rest: LogicalText, keyword: str) -> Arguments:
    found = _SPLIT.search(rest.text)
    if found is None:
        raise ArgumentError(
            f"{keyword} must have two arguments",
            f"Write {keyword} name=value.",
            0,
            len(rest.text),
        )
    end = len(rest.text)
    at = rest.source_offset(found.end())
    return Arguments(
        (
            Word(rest.text[: found.start()], rest.source_span(0, found.start())),
            Word(rest.text[found.end() :], rest.source_span(found.end(), end)),
            Word("", Span(at, at)),
        ),
        json=False,
    )


def health_check(rest: LogicalText) -> Arguments:
    """HEALTHCHECK: its type, then for CMD a command."""
    text = rest.text
    end = 0
    while end < len(text) and text[end] not in BLANKS:
        end += 1
    if not end:
        return _NONE
    following = end
    while following < len(text) and text[following] in BLANKS:
        following += 1
    kind = Word(text[:end], rest.source_span(0, end))
    command = json_or_whole(part(rest, following))
    return Arguments((kind, *command.words), command.json)
