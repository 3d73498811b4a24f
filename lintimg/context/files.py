"""What a build context holds."""

from __future__ import annotations

from lintimg.lazy import NamedTuple


class ContextFile(NamedTuple):
    """A regular file or link of the context: path relative to its root with forward slashes,
    size in bytes, permission bits, whether it is a symbolic link.
    """

    path: str
    bytes: int
    mode: int
    link: bool


class CopyMatch(NamedTuple):
    """What one COPY/ADD source brings from the context.

    `files` are those that come along after ignore rules, `is_directory` whether the source itself
    is a folder. `missing`: nothing there at all; `ignored`: it is there, but .dockerignore hides it,
    by the pattern `ignored_by`. `roots` are the paths the source stands for (several for a `wildcard`,
    links resolved, "" for the whole context): a folder's files go below the destination relative to it.
    """

    source: str
    files: tuple[ContextFile, ...]
    bytes: int
    is_directory: bool
    missing: bool
    ignored: bool
    ignored_by: str | None
    roots: tuple[str, ...] = ()
    wildcard: bool = False
