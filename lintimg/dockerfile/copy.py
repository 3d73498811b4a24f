"""COPY and ADD taken apart."""

from __future__ import annotations

from typing import NamedTuple

from lintimg.dockerfile.document import Heredoc, Instruction, Word


class Copy(NamedTuple):
    """A COPY or ADD. `sources` leaves heredocs out (`heredocs` has them). `from_` is --from's value.
    Words are as written (unexpanded; JSON elements decoded).
    """

    keyword: str
    sources: tuple[Word, ...]
    heredocs: tuple[Heredoc, ...]
    destination: Word
    from_: str | None
    chown: str | None
    chmod: str | None
    link: bool
    parents: bool
    exclude: tuple[str, ...]


def read_copy(instruction: Instruction) -> Copy | None:
    """The parts of a COPY or ADD, None for other or incomplete instructions."""
    raise NotImplementedError
