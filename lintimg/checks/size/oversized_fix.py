"""Edits that install a lighter package: another name, or the index of PyTorch's CPU build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintimg.lint.rule import HitEdit
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.text import SourceText

_CHOOSES_INDEX = (
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-index",
    "--require-hashes",
)
_CHOOSES_INDEX_IN_FILE = (
    "--hash=",
    "--index-url",
    "-i ",
    "--extra-index-url",
    "--find-links",
    "--require-hashes",
)


def edits_on_line(
    row: Mapping[str, Any], name: str, span: Span, operation: Operation, source: SourceText
) -> tuple[HitEdit, ...]:
    """What to change in the command that names the package `name` in its word at `span`."""
    if row.get("same_interface"):
        at = source.slice(span).find(name)
        start = span.start + at
        return () if at < 0 else (HitEdit(Span(start, start + len(name)), row["alternative"]),)
    if "index" not in row or operation.has(*_CHOOSES_INDEX) or operation.verb is None:
        return ()
    end = operation.verb.span.end
    if operation.manager == "pip":
        return (HitEdit(Span(end, end), f" --extra-index-url {row['index']}"),)
    if operation.program == "uv" and operation.verb.pieces.startswith("pip"):
        # uv would look for everything in an extra index first.
        return (HitEdit(Span(end, end), " --torch-backend=cpu"),)
    return ()


def edits_in_file(
    row: Mapping[str, Any], span: Span, path: str, data: bytes, operation: Operation
) -> tuple[HitEdit, ...]:
    """What to change in the requirements file at `path` of the context, which names the package at `span`."""
    if operation.manager != "pip" or not path.endswith(".txt"):
        # Other manifests have a lock file that would have to follow.
        return ()
    text = data.decode("utf-8", "surrogateescape")
    if "--hash=" in text:
        return ()
    if row.get("same_interface"):
        return (HitEdit(span, row["alternative"], path),)
    chosen = any(line.lstrip().startswith(_CHOOSES_INDEX_IN_FILE) for line in text.split("\n"))
    if "index" not in row or chosen or operation.has(*_CHOOSES_INDEX):
        return ()
    return (HitEdit(Span(0, 0), f"--extra-index-url {row['index']}\n", path),)
