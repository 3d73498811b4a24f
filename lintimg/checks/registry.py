"""Finds a rule's Python check by its name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from lintimg.lint.rule import Check


@cache
def find_check(name: str) -> Check:
    """The function a rule calls "package.module.function", from lintimg.checks; those in `built` look at images.

    Raises LookupError when there is none, which only a broken rule table can cause.
    """
    module, _, function = name.rpartition(".")
    found = getattr(import_module(f"lintimg.checks.{module}"), function, None)
    if found is None:
        raise LookupError(f"lintimg.checks.{module} has no check {function}")
    return cast("Check", found)
