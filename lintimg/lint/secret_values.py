"""Secrets that give themselves away by their form, wherever they stand in a file."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

_DATA = os.path.join(os.path.dirname(__file__), "data", "secret_values.json")  # noqa: PTH118, PTH120 - see checks/tables


_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]*+\Z", re.ASCII)

_LONG = 20


class SecretValue(NamedTuple):
    """A secret in a text: its kind for bots, what it is for people, and its place. `weak`: a default that nobody
    keeps secret, such as the password of a database on the same machine.
    """

    kind: str
    what: str
    span: Span
    weak: bool


@cache
def _table() -> Mapping[str, Any]:
    with open(_DATA, "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
        content: dict[str, Any] = json.load(file)
    return content


@cache
def _needs() -> tuple[tuple[int, bool, str], ...]:
    """The texts that the patterns need, each with its pattern's number and whether it may stand anywhere."""
    rows = enumerate(_table()["values"])
    return tuple((number, "apart" in row, needed) for number, row in rows for needed in row["needs"])


def _promising(lowered: str, words: str) -> list[int]:
    """The numbers of the patterns that may match."""
    found = [number for number, apart, needed in _needs() if needed in (lowered if apart else words)]
    return sorted(set(found)) if found else found


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def secret_values(text: str) -> Sequence[SecretValue]:
    """The secrets in `text` in order, stand-ins of documentation left out. Linear in the length of the text."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text
    # Most files hold nothing of the kind: what is looked for in them is looked for in their long words.
    words = " ".join([word for word in lowered.split() if len(word) >= _LONG])
    found: list[SecretValue] = []
    for number in _promising(lowered, words):
        row = _table()["values"][number]
        for match in _compiled(row["pattern"]).finditer(text):
            group = "secret" if "secret" in match.re.groupindex else 0
            value = match[group]
            weak = False
            if row["kind"] == "url-password":
                judged = _url(match, text)
                if judged is None:
                    continue
                weak = judged
            elif _is_placeholder(value):
                continue
            span = Span(match.start(group), match.end(group))
            if not any(other.span.start < span.end and span.start < other.span.end for other in found):
                found.append(SecretValue(row["kind"], row["what"], span, weak))
    return sorted(found, key=lambda secret: secret.span)


def _is_placeholder(value: str) -> bool:
    """Whether a value of the right form is one that documentation shows."""
    lowered = value.lower()
    return len(set(lowered)) < 8 or any(part in lowered for part in _table()["placeholder-parts"])


def _url(match: re.Match[str], text: str) -> bool | None:
    """Whether a URL's password is no more than a default; None when it stands for one, or is a variable."""
    names = _table()
    user, value, host = match["user"].lower(), match["secret"].lower(), match["host"].lower()
    if any(character in value for character in "${*[") or len(set(value)) < 3:
        return None
    if "example" in host or any(part in value for part in names["placeholder-parts"]):
        return None
    common = value in names["url-placeholders"] or value == user
    scheme = _SCHEME.search(text, max(match.start() - 30, 0), match.start())
    if scheme is not None and scheme[0].lower() in names["databases"]:
        return common or "." not in host
    return None if common else False
