"""Variable expansion in Dockerfile words, as BuildKit's ProcessWord does it."""

from __future__ import annotations

from collections.abc import Mapping


class ExpansionError(ValueError):
    """BuildKit refuses the word."""


def expand(word: str, environment: Mapping[str, str | None], escape: str = "\\") -> str | None:
    """`word` with quotes removed and variables replaced, or None when it depends on a variable that
    `environment` maps to None (not known). A name that is absent is unset, as in BuildKit.

    Raises ExpansionError where BuildKit reports an error.
    """
    raise NotImplementedError
