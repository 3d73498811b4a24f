"""One path of an image for a person: its history through the layers, or what lies below it."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.model.image import PathHistory, PathStep, TreeNode
from lintimg.report.image_phrases import shown_command
from lintimg.report.layout import Paint, cut
from lintimg.report.phrases import count
from lintimg.text import printable, size_text

_NARROWEST_COMMAND = 20


def history_lines(history: PathHistory, paint: Paint, width: int) -> Iterator[str]:
    """What each layer did to a path."""
    path = paint("path", printable(history.path))
    if history.visible:
        yield f"{path}  {size_text(history.bytes)} in the container, {size_text(history.all_bytes)} in all layers"
    else:
        yield f"{path}  not in the container, {size_text(history.all_bytes)} in all layers"
    for step in history.steps:
        line = step.dockerfile_line
        place = (
            f"layer {step.layer:>2}" if line is None else f"layer {step.layer:>2}, {line.path}:{line.line}"
        )
        did = f"  {place}  {'; '.join(_deeds(step)) or 'only attributes'}"
        room = width - len(did) - 2
        command = shown_command(step.command)
        if room < _NARROWEST_COMMAND:
            yield did
            did, room = " " * 12, width - 14
        yield f"{did}  {paint('dim', cut(command, room))}".rstrip()


def _deeds(step: PathStep) -> Iterator[str]:
    if step.added_files:
        yield f"brings {count(step.added_files, 'file')}, {size_text(step.added_bytes)}"
    if step.overwritten_files:
        yield f"writes {count(step.overwritten_files, 'file')} again"
    if step.deleted_files:
        yield f"deletes {count(step.deleted_files, 'file')}"
    if step.hidden_bytes:
        yield f"{size_text(step.hidden_bytes)} are wasted by that"


def tree_lines(node: TreeNode, paint: Paint) -> Iterator[str]:
    """The largest files and folders, each level indented."""
    yield f"{paint('path', printable(node.path))}  {size_text(node.bytes)} in {count(node.files, 'file')}"
    yield from _below(node, node.bytes, 0)


def _below(node: TreeNode, whole: int, depth: int) -> Iterator[str]:
    for child in node.children:
        share = f"{child.bytes * 100 / whole:.0f}%" if whole else ""
        layers = ", ".join(map(str, child.layers[:4])) + (", …" if len(child.layers) > 4 else "")
        name = child.path.rpartition("/")[2] + ("/" if child.children or child.files > 1 else "")
        yield f"  {size_text(child.bytes):>8} {share:>4}  {'  ' * depth}{printable(name)}  (layer {layers})"
        yield from _below(child, whole, depth + 1)
    if node.more and node.children:
        yield f"  {'':>8} {'':>4}  {'  ' * depth}and {node.more} more"
