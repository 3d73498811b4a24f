"""The text of a Python module as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast


def python_tree(text: str) -> ast.Module | None:
    """The module with this text; None for what the running Python cannot parse."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            # About escapes in strings, mostly.
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
