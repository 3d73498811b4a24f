"""What --format says: names of formats, and the files they go to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lintimg.cli.options import UsageError, unknown

Wanted = tuple[str, str | None]
"""A format, and the file it is written to or None for standard output."""


def wanted_formats(texts: Sequence[str], known: Iterable[str]) -> list[Wanted]:
    """The formats of NAME and NAME=FILE. Raises UsageError."""
    names = tuple(known)
    wanted = [_format(text, names) for text in texts]
    printed = [name for name, file in wanted if file is None]
    if len(printed) > 1:
        raise UsageError(
            f"--format {printed[0]} and --format {printed[1]} cannot both go to standard output:"
            f" write --format {printed[1]}=FILE"
        )
    return wanted


def _format(text: str, known: Sequence[str]) -> Wanted:
    name, equals, file = text.partition("=")
    if name not in known:
        raise UsageError(unknown("--format", name, known))
    if equals and not file:
        raise UsageError(f"--format {name}= names no file")
    return name, file or None
