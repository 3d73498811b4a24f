"""Variables whose names say that they hold a secret."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

from lintimg.dockerfile.document import Dockerfile, Instruction, Word
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

_DATA = os.path.join(os.path.dirname(__file__), "data", "secret_names.json")  # noqa: PTH118, PTH120 - see checks/tables
_PARTS = regex(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")

_HARMLESS = regex(
    r"(?:true|false|yes|no|on|off|enabled|disabled|required|optional"  # a switch
    r"|(?:\.{0,2}|~|[\w.-]+)/[\w./@~+-]*|[\w-]+\.(?:pem|key|crt|json|ya?ml|txt|env|conf|cfg|gpg|asc|jks|p12)"  # a file
    r"|[a-z][a-z0-9+.-]*://[^@\s]*)\Z",  # an address
    re.IGNORECASE | re.ASCII,
)
_NUMBER = regex(r"-?\d+[smhd]?\Z", re.ASCII)
_FINGERPRINTS = regex(r"(?:0x)?[0-9A-F]{8,40}(?:[\s,]+(?:0x)?[0-9A-F]{8,40})*\Z", re.IGNORECASE)
_PASSWORDS = ("pass", "pwd", "pword")
_ANY = ("pass", "pwd", "pword", "secret", "token", "key", "cred", "auth")

_SET_PASSWORD = regex(
    r"(?:echo|printf)\s+(?:-\w+\s+)*[\"']?(?:[\w.-]+:)?([^\s\"'|$]+)[\"']?\s*\|\s*(?:\S*/)?(?:chpasswd|passwd\s+--stdin)"
    r"|chpasswd\s*<<<\s*[\"']?[\w.-]+:([^\s\"'$]+)"
)
"""A password before the command that gives it to a user."""

Strength = Literal["cloud", "strong", "weak"]


class NamedSecret(NamedTuple):
    """A pair of an ENV or ARG whose name speaks of a secret; `value` None for an ARG without one. `instruction` is
    the inner one where ONBUILD keeps it.
    """

    instruction: Instruction
    number: int
    name: str
    strength: Strength
    name_word: Word
    value: Word | None


@cache
def secret_words() -> Mapping[str, Any]:
    """The words that make a name a secret's."""
    with open(_DATA, "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
        content: dict[str, Any] = json.load(file)
    return content


def named_secrets(document: Dockerfile) -> Iterator[NamedSecret]:
    """The pairs of ENV and ARG in `document` whose names speak of a secret, in order."""
    for outer in document.instructions:
        instruction = outer.trigger or outer
        if instruction.keyword not in ("ENV", "ARG"):
            continue
        for name_word, value in _pairs(instruction):
            name = name_word.text.partition("=")[0] if instruction.keyword == "ARG" else name_word.text
            strength = strength_of(name)
            if strength is not None:
                yield NamedSecret(instruction, outer.number, name, strength, name_word, value)


def _pairs(instruction: Instruction) -> Iterator[tuple[Word, Word | None]]:
    words = instruction.arguments
    if instruction.keyword == "ENV":
        yield from zip(words[0::3], words[1::3], strict=False)
        return
    for word in words:
        name, equals, text = word.text.partition("=")
        if not equals:
            yield word, None
            continue
        at = word.span.start + len(name) + 1
        # A name in quotes has its value where the word ends all the same.
        span = word.span._replace(start=min(at, word.span.end))
        yield word, Word(text, span)


@cache
def strength_of(name: str) -> Strength | None:
    """How surely a variable called `name` holds a secret, None when it holds none."""
    words = secret_words()
    if name.upper() in words["cloud"]:
        return "cloud"
    parts = [part.lower() for part in _PARTS.findall(name)]
    while len(parts) > 1 and (parts[-1] in words["qualifiers"] or parts[-1].isdigit()):
        if parts[-1] in words["strong"]:
            break
        parts.pop()
    if not parts:
        return None
    last = parts[-1]
    if any(part in words["public"] for part in parts) and "private" not in parts:
        return None
    if last in words["strong"]:
        return "weak" if last in words["cautious"] and len(parts) == 1 else "strong"
    if last in ("key", "keys") and len(parts) > 1 and parts[-2] in words["keys"]:
        return "strong"
    return "weak" if last in words["weak"] else None


def is_placeholder(value: str) -> bool:
    """Whether `value` stands in for a secret that is given elsewhere."""
    words = secret_words()
    text = value.strip("\"'").lower()
    if text in words["placeholders"] or len(set(text) - set("-_ ")) <= len(text) // 16 + 1:
        return True
    return any(part in text for part in words["placeholder-parts"])


def is_harmless(name: str, strength: Strength, value: str) -> bool:
    """Whether `value` is no secret whatever its variable's name says: a switch, a file, an address, a number."""
    if _HARMLESS.match(value) or (strength == "weak" and _FINGERPRINTS.match(value)):
        return True
    return bool(_NUMBER.match(value)) and not any(part in name.lower() for part in _PASSWORDS)


def set_passwords(text: str) -> list[Span]:
    """Where passwords stand that commands in `text` give to users."""
    if "passwd" not in text:
        return []
    return [Span(*match.span(match.lastindex or 0)) for match in _SET_PASSWORD.finditer(text)]


def secret_places(document: Dockerfile) -> Iterator[Span]:
    """Where in the source the values of secret variables stand that no report may show."""
    lowered = document.source.text.lower()
    if not any(word in lowered for word in _ANY):
        return
    yield from set_passwords(document.source.text)
    for secret in named_secrets(document):
        if secret.strength == "weak" or secret.value is None:
            continue
        value = secret.value.text
        if not value or "$" in value or is_harmless(secret.name, secret.strength, value):
            continue
        if not is_placeholder(value):
            yield secret.value.span
