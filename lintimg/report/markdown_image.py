"""A built image in Markdown: its size, what to do, and the layers and waste, folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.model.image import ImageLayer, ImageReport, Waste
from lintimg.report.image_phrases import known_bytes, shown_command, waste_text
from lintimg.report.markdown_text import cell, prose, span
from lintimg.report.phrases import cut
from lintimg.text import size_text

_ROWS, _PATHS = 40, 3
_NAME, _COMMAND = 200, 100


def image_parts(image: ImageReport) -> Iterator[str]:
    """The lines on one image."""
    yield from _sizes(image)
    yield from _suggestions(image)
    yield from _folded("Layers", _layers(image.layers))
    yield from _folded("Contents", _contents(image))
    yield from _folded("Waste", [_waste(entry) for entry in image.waste if entry.bytes])


def _sizes(image: ImageReport) -> Iterator[str]:
    size, verdict = image.size, image.verdict
    yield "| image | size | of Lambda's 10 GB | wasted | Lambda takes it |"
    yield "|:---|---:|---:|---:|:---|"
    share = "" if size.share_of_limit is None else f"{size.share_of_limit * 100:.1f}%"
    takes = {True: "yes", False: "**no**", None: "?"}[verdict.lambda_accepts]
    total = "?" if size.uncompressed is None else size_text(size.uncompressed)
    if size.uncompressed is None and size.compressed is not None:
        total = f"{size_text(size.compressed)} compressed"
    wasted = "" if size.wasted is None else size_text(size.wasted)
    yield f"| {cell(cut(image.reference, _NAME))} | {total} | {share} | {wasted} | {takes} |"
    yield ""
    for reason in verdict.reasons:
        yield f"- {prose(cut(reason, _NAME * 2))}"
    if verdict.reasons:
        yield ""


def _suggestions(image: ImageReport) -> Iterator[str]:
    for number, suggestion in enumerate(image.suggestions[:_ROWS], 1):
        saving = "" if suggestion.saving is None else f": saves **{size_text(suggestion.saving.bytes)}**"
        line = suggestion.dockerfile_line
        place = "" if line is None else f" ({span(cut(line.path, _NAME))} line {line.line})"
        yield f"{number}. {prose(cut(suggestion.title, _NAME * 2))}{place}{saving}"
        if suggestion.help:
            yield f"   {prose(cut(suggestion.help, _NAME * 2))}"
    if image.suggestions:
        yield ""


def _layers(layers: Sequence[ImageLayer]) -> list[str]:
    rows = ["| layer | size | wasted | line | command |", "|---:|---:|---:|---:|:---|"]
    for layer in layers:
        size = known_bytes(layer)
        wasted = size_text(layer.wasted_bytes) if layer.wasted_bytes else ""
        line = layer.dockerfile_line
        place = str(line.line) if line is not None else "base" if layer.from_base else ""
        command = cell(cut(shown_command(layer.command), _COMMAND))
        rows.append(
            f"| {layer.number} | {'?' if size is None else size_text(size)} | {wasted} | {place} | {command} |"
        )
    return rows if layers else []


def _contents(image: ImageReport) -> list[str]:
    rows = ["| size | what | the largest |", "|---:|:---|:---|"]
    for category in image.contents:
        items = ", ".join(f"{item.name} {size_text(item.bytes)}" for item in category.items[:5])
        rows.append(
            f"| {size_text(category.bytes)} | {cell(category.category)} | {cell(cut(items, _NAME))} |"
        )
    return rows if image.contents else []


def _waste(entry: Waste) -> str:
    paths = ", ".join(span(cut(path, _NAME)) for path in entry.paths[:_PATHS])
    return f"- {size_text(entry.bytes)}: {prose(waste_text(entry))}: {paths}"


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"<details><summary>{title}</summary>"
        yield ""
        yield from lines[:_ROWS]
        if len(lines) > _ROWS:
            yield ""
            yield f"and {len(lines) - _ROWS} more"
        yield ""
        yield "</details>"
        yield ""
