"""A word to a waiting person on standard error: how many files are done, how many bytes have come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

from lintimg.text import size_text

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


@contextmanager
def bytes_shown(*, quiet: bool = False) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """A function that shows what is done, how many bytes have come and of how many; None where no one looks."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    begin = monotonic()
    due = begin + _PATIENCE
    shown = False

    def show(what: str, came: int, whole: int | None) -> None:
        nonlocal due, shown
        now = monotonic()
        # What begins with nothing begins with a long wait.
        if came and now < due:
            return
        due, shown = now + _PACE, True
        if not came:
            sys.stderr.write(f"\r\033[K{what} …")
            sys.stderr.flush()
            return
        of = "" if whole is None else f" of {size_text(whole)}"
        rate = f", {size_text(int(came / (now - begin)))}/s"
        sys.stderr.write(f"\r\033[K{what}: {size_text(came)}{of}{rate}")
        sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
