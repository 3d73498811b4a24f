"""A word to a waiting person: how many files are done, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

_T = TypeVar("_T")
_PATIENCE, _PACE = 1.0, 0.2
"""Seconds until the first word, and between words."""


def counted(things: Iterable[_T], *, quiet: bool = False) -> Iterator[_T]:
    """`things`, and where standard error is a terminal and they take over a second, how many there were."""
    if quiet or not sys.stderr.isatty():
        yield from things
        return
    due = monotonic() + _PATIENCE
    shown = False
    try:
        for number, thing in enumerate(things, 1):
            yield thing
            if monotonic() >= due:
                sys.stderr.write(f"\r{number} files checked")
                sys.stderr.flush()
                shown = True
                due = monotonic() + _PACE
    finally:
        if shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
