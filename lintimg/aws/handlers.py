"""Handler grammars: how each runtime reads the CMD's one word."""

from __future__ import annotations

from typing import NamedTuple


class HandlerProblem(NamedTuple):
    """Why a runtime refuses a handler: `kind` is a short slug, `reason` a sentence, `error` the
    text the user meets, `suggestion` a handler that would work, or None.
    """

    kind: str
    reason: str
    error: str
    suggestion: str | None


def handler_problem(language: str, handler: str) -> HandlerProblem | None:
    """What is wrong with `handler` for the runtime of `language`, None when it is well formed or the
    language takes any word (provided, go).
    """
    raise NotImplementedError
