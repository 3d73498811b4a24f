"""The build context on disk, as the builder would receive it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from lintimg.context.files import ContextFile, CopyMatch


class BuildContext:
    """A folder as build context, its ignore file applied. Reads nothing until asked; symbolic links
    are never followed out of the folder.
    """

    def __init__(self, root: Path, dockerfile: Path | None) -> None:
        """`dockerfile` decides whether `<dockerfile>.dockerignore` takes the place of `.dockerignore`."""
        self.root = root
        self.dockerfile = dockerfile

    @property
    def ignore_file(self) -> Path | None:
        """The ignore file in force, or None."""
        raise NotImplementedError

    @cached_property
    def files(self) -> tuple[ContextFile, ...]:
        """Every file the builder receives, sorted by path. The walk stops at 200,000 entries (`truncated`)."""
        raise NotImplementedError

    @property
    def truncated(self) -> bool:
        """Whether the walk stopped early; then sizes are lower bounds and nothing is `missing`."""
        raise NotImplementedError

    def match(self, source: str) -> CopyMatch:
        """What a COPY of `source` (expanded, globs allowed) brings."""
        raise NotImplementedError

    def read(self, path: str, limit: int = 1_000_000) -> bytes | None:
        """The first `limit` bytes of a file that the builder receives; None when there is none."""
        raise NotImplementedError
