"""RUN --mount flags."""

from __future__ import annotations

from typing import NamedTuple

from lintimg.dockerfile.document import Instruction


class Mount(NamedTuple):
    """A `--mount=`; `type` defaults to "bind"; missing values are None. Values are as written."""

    type: str
    target: str | None
    source: str | None
    from_: str | None
    id: str | None
    readonly: bool


def read_mounts(instruction: Instruction) -> tuple[Mount, ...]:
    """All mounts of a RUN."""
    raise NotImplementedError
