"""Handler grammars: how each runtime reads the CMD's one word."""

from __future__ import annotations

import re
from functools import cache

from lintimg.aws.tables import table
from lintimg.lazy import NamedTuple, regex

_HANDLER = regex(r"[A-Za-z_@][\w@/-]*(\.[A-Za-z_$][\w$-]*)+(::[\w.]+)*\Z|[\w.+]+::[\w.:+`<>]+\Z")
_FILE_ENDINGS = frozenset(
    "a amd64 app arm64 bash bat bin cfg cjs class cmd cnf com conf cts db dev dll elf env exe go gz html ini io ipynb jar js json jsx linux log lua md mjs mts net nf org out pex php pid pl properties ps1 py pyz r R rackup rb rs ru run service sh so socket sql tar toml ts tsx txt war wsgi x86 xml yaml yml zip".split()  # noqa: SIM905 - readable as one line of words
)


class HandlerProblem(NamedTuple):
    """Why a runtime refuses a handler: `kind` is a short slug, `reason` a sentence, `error` the
    text the user meets, `suggestion` a handler that would work, or None.
    """

    kind: str
    reason: str
    error: str
    suggestion: str | None


class HandlerForm(NamedTuple):
    """How a language's handlers look: `form` in words (`module.function`), `example` a handler."""

    form: str
    example: str


_MAX_LENGTH = 4096
"""Handlers are matched up to this length, so that no text takes long."""


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], dict[str, str]], ...]:
    grammar = table("handlers")["languages"].get(language)
    if grammar is None:
        return ()
    return tuple((re.compile(row["pattern"]), row) for row in grammar["problems"])


def handler_problem(language: str, handler: str) -> HandlerProblem | None:
    """What is wrong with `handler` for the runtime of `language`, None when it is well formed or the
    language takes any word (provided, go).
    """
    handler = handler[:_MAX_LENGTH]
    for pattern, row in _patterns(language):
        found = pattern.search(handler)
        if found is not None:
            groups = {name: value or "" for name, value in found.groupdict().items()}
            suggestion = row.get("suggestion")
            return HandlerProblem(
                kind=row["kind"],
                reason=row["reason"],
                error=row["error"].format(handler=handler, **groups),
                suggestion=None if suggestion is None else _checked(language, suggestion.format(**groups)),
            )
    return None


def _checked(language: str, suggestion: str) -> str | None:
    """`suggestion` unless the runtime would refuse it too."""
    return None if any(pattern.search(suggestion) for pattern, _ in _patterns(language)) else suggestion


def handler_form(language: str) -> HandlerForm | None:
    """The shape of a handler of `language`, None for a language without an AWS base image."""
    grammar = table("handlers")["languages"].get(language)
    return None if grammar is None else HandlerForm(grammar["form"], grammar["example"])


def wrapped_by(handler: str) -> str | None:
    """The variable that names the real handler when `handler` is a monitoring product's wrapper
    (`DD_LAMBDA_HANDLER` for Datadog's), else None.
    """
    for row in table("handlers")["wrappers"]:
        if row["handler"] == handler:
            variable: str = row["variable"]
            return variable
    return None


def looks_like_handler(word: str) -> bool:
    """Whether `word` has the shape of a handler: dotted, no path in front, no file ending behind."""
    if not _HANDLER.match(word):
        return False
    if "::" in word:
        return True
    return word.rpartition(".")[2] not in _FILE_ENDINGS
