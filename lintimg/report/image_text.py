"""A built image for a person at a terminal, section by section."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.model.image import (
    ContentCategory,
    ContentItem,
    ImageLayer,
    ImageReport,
    LargeFile,
    Suggestion,
    Waste,
)
from lintimg.report.image_phrases import known_bytes, shown_command, waste_text
from lintimg.report.layout import Paint, cut, cut_front, display_width, wrap
from lintimg.report.phrases import count
from lintimg.text import printable, size_text

_BAR = 12
_MOST_THINGS, _ENOUGH = 5, 0.95
"""Suggestions that are shown, or fewer if they save this share of what all do."""
_MOST, _MOST_ITEMS, _MOST_PATHS = 10, 5, 3
"""Entries that a section shows, items of a category, and paths of a kind of waste."""


def image_lines(image: ImageReport, paint: Paint, width: int) -> Iterator[str]:
    """The report on `image` in lines of `width` columns."""
    if image.why is not None or image.tree is not None:
        yield from path_views(image, paint, width)
        return
    for section in (
        heading(image, paint, width),
        contents(image, paint, width),
        suggestions(image, paint, width),
        layers(image, width),
        waste(image.waste, paint, width),
        largest(image.largest, paint, width),
    ):
        lines = list(section)
        if lines:
            yield from lines
            yield ""


def path_views(image: ImageReport, paint: Paint, width: int) -> Iterator[str]:
    """What was asked for about a path, in place of the whole report."""
    from lintimg.report.path_text import history_lines, tree_lines

    if image.why is not None:
        yield from history_lines(image.why, paint, width)
        yield ""
    if image.tree is not None:
        yield from tree_lines(image.tree, paint)
        yield ""


def heading(image: ImageReport, paint: Paint, width: int) -> Iterator[str]:
    """The name, the verdict, the sizes."""
    platform = "/".join(part for part in (image.os, image.architecture) if part)
    facts = ", ".join(part for part in (image.source, platform, f"{len(image.layers)} layers") if part)
    yield f"{paint('path', printable(image.reference))}  {paint('dim', facts)}"
    verdict = image.verdict
    if verdict.lambda_accepts is not None or verdict.reasons:
        label, style = {True: ("yes", "good"), False: ("no", "error"), None: ("not known", "dim")}[
            verdict.lambda_accepts
        ]
        yield f"  Lambda takes it: {paint(style, label)}"
    for reason in verdict.reasons:
        for line in wrap(printable(reason), width - 4):
            yield f"    {line}"
    total = image.size.uncompressed
    if total is not None:
        share = (image.size.share_of_limit or 0) * 100
        yield f"  Size:     {size_text(total)}, {share:.1f}% of Lambda's limit of {size_text(image.size.limit)}"
    if image.size.compressed is not None:
        how = " (a guess from samples)" if image.size.compressed_basis == "sampled" else ""
        yield f"  Transfer: {size_text(image.size.compressed)} compressed{how}"
    wasted = image.size.wasted
    if wasted is not None and total:
        style = "warning" if wasted * 20 > total else "good"
        yield f"  Wasted:   {paint(style, f'{size_text(wasted)} ({wasted * 100 / total:.1f}%)')} that later layers hide"
    if image.zip is not None and image.zip.bytes:
        size, most = size_text(image.zip.bytes), size_text(image.zip.limit)
        answer = "yes" if image.zip.fits else "no"
        yield f"  As a zip: {answer}, {size} of code and dependencies, {most} are allowed"


def layers(image: ImageReport, width: int) -> Iterator[str]:
    """The table of layers, lowest first."""
    from tabulate import tabulate

    largest = max((_bytes(layer) for layer in image.layers), default=0)
    total = sum(_bytes(layer) for layer in image.layers)
    lines = any(layer.dockerfile_line or layer.from_base for layer in image.layers)
    rows = []
    for layer in image.layers:
        size = _bytes(layer)
        row = [
            str(layer.number),
            "?" if known_bytes(layer) is None else size_text(size),
            "█" * round(_BAR * size / largest) if largest else "",
            f"{size * 100 / total:.0f}%" if total else "",
            size_text(layer.wasted_bytes) if layer.wasted_bytes else "",
        ]
        if lines:
            row.append(_line(layer))
        rows.append(row)
    headers = ["layer", "size", "", "share", "wasted", *(["line"] if lines else [])]
    align = ("right", "right", "left", "right", "right", *(["left"] if lines else []))
    table = tabulate(rows, headers, tablefmt="plain", colalign=align if rows else None, disable_numparse=True)
    shown = table.splitlines()
    widest = max((display_width(line) for line in shown), default=0)
    room = max(width - widest - 4, 20)
    yield f"  {shown[0]:<{widest}}  command"
    for line, layer in zip(shown[1:], image.layers, strict=True):
        yield f"  {line:<{widest}}  {cut(shown_command(layer.command), room)}".rstrip()


def waste(found: tuple[Waste, ...], paint: Paint, width: int) -> Iterator[str]:
    """What is there for nothing, the largest first: what nobody sees, then what is there more than once."""
    hidden = [entry for entry in found if entry.counted_in_wasted]
    if found:
        yield paint("label", "Waste")
    for entry in hidden[:_MOST]:
        first, *rest = wrap(waste_text(entry), width - 12)
        yield f"  {size_text(entry.bytes):>8}  {first}"
        yield from (f"            {line}" for line in rest)
        yield from _paths(entry.paths, width)
    if hidden[_MOST:]:
        yield f"  {size_text(sum(entry.bytes for entry in hidden[_MOST:])):>8}  in {len(hidden) - _MOST} more"
    twice = [entry for entry in found if entry.kind == "duplicate"]
    if twice:
        total, files = sum(entry.bytes for entry in twice), sum(entry.files for entry in twice)
        yield f"  {size_text(total):>8}  {count(files, 'file')} with the content of another that is visible, too"
        yield from _paths(tuple(f"{' = '.join(entry.paths[:2])}" for entry in twice), width)


def _paths(paths: tuple[str, ...], width: int) -> Iterator[str]:
    for path in paths[:_MOST_PATHS]:
        yield f"            {cut_front(printable(path), width - 12)}"


def contents(image: ImageReport, paint: Paint, width: int) -> Iterator[str]:
    """What the visible bytes are."""
    found = image.contents
    if not found:
        return
    from tabulate import tabulate

    yield paint("label", "What fills it")
    total = sum(category.bytes for category in found) or 1
    shown = [category for category in found if category.bytes * 100 >= total]
    rest = [category for category in found if category.bytes * 100 < total]
    if rest:
        items = tuple(ContentItem(category.category, None, category.bytes) for category in rest)
        shown.append(ContentCategory("the rest", sum(item.bytes for item in items), items))
    rows = [
        [
            size_text(category.bytes),
            f"{category.bytes * 100 / total:.0f}%",
            "█" * round(_BAR * category.bytes / total),
            category.category,
        ]
        for category in shown
    ]
    table = tabulate(
        rows, tablefmt="plain", colalign=("right", "right", "left", "left"), disable_numparse=True
    )
    widest = max((display_width(line) for line in table.splitlines()), default=0)
    for line, category in zip(table.splitlines(), shown, strict=True):
        yield f"  {line:<{widest}}  {cut(_items(category), width - widest - 4)}".rstrip()


def largest(found: tuple[LargeFile, ...], paint: Paint, width: int) -> Iterator[str]:
    """The largest files and where they come from."""
    if len(found) > 1:
        yield paint("label", "Largest files")
    for file in found[:_MOST_ITEMS] if len(found) > 1 else ():
        line = file.dockerfile_line
        place = f"  layer {file.layer}" + ("" if line is None else f", line {line.line}")
        path = cut_front(printable(file.path), width - 12 - len(place))
        yield f"  {size_text(file.bytes):>8}  {path}{paint('dim', place)}"


def _items(category: ContentCategory) -> str:
    items = [f"{item.name} {size_text(item.bytes)}" for item in category.items[:_MOST_ITEMS]]
    return printable(", ".join(items))


def suggestions(image: ImageReport, paint: Paint, width: int) -> Iterator[str]:
    """What to do, the largest saving first, and what is left then."""
    found, others = _worth_reading(image.suggestions)
    if not found:
        return
    total = image.size.uncompressed
    heading = "Do this" if len(found) == 1 else f"Do these {len(found)} things"
    if total is not None:
        heading += f": {size_text(total)} → {size_text(total - _saved(found))}"
    yield paint("label", heading)
    for number, suggestion in enumerate(found, 1):
        saving = "" if suggestion.saving is None else f"-{size_text(suggestion.saving.bytes)}"
        lead = f"  {number:>2}. {saving:>8}  "
        title = suggestion.title + _example(suggestion) + _place(suggestion)
        first, *rest = wrap(printable(title), width - len(lead))
        yield lead + first
        yield from (" " * len(lead) + line for line in rest)
        yield from (
            " " * len(lead) + paint("dim", line)
            for line in wrap(printable(_what_to_do(suggestion)), width - len(lead))
        )

    if all(layer.dockerfile_line is None for layer in image.layers):
        yield paint("dim", "      --dockerfile FILE names the lines that made the layers")
    if others:
        what = "One thing more saves" if len(others) == 1 else f"{len(others)} things more save"
        yield paint("dim", f"      {what} {size_text(_saved(others))}: --format json")


def _example(suggestion: Suggestion) -> str:
    """The largest file of a suggestion that speaks of layers alone."""
    if not suggestion.paths or not suggestion.title.startswith("Layer"):
        return ""
    return f": {suggestion.paths[0]}{' and others' if len(suggestion.paths) > 1 else ''}"


def _what_to_do(suggestion: Suggestion) -> str:
    line = suggestion.dockerfile_line
    if suggestion.fix is None or suggestion.fix.applicability != "safe" or line is None:
        return suggestion.help
    return f"{suggestion.help.rstrip('.')}; lintimg check --fix {line.path} does it"


def _worth_reading(
    found: tuple[Suggestion, ...],
) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    """The few suggestions that save most of what can be saved, and the others."""
    most = _saved(found) * _ENOUGH
    for number in range(1, _MOST_THINGS):
        if _saved(found[:number]) >= most:
            return found[:number], found[number:]
    return found[:_MOST_THINGS], found[_MOST_THINGS:]


def _saved(found: tuple[Suggestion, ...]) -> int:
    return sum(suggestion.saving.bytes for suggestion in found if suggestion.saving is not None)


def _place(suggestion: Suggestion) -> str:
    line = suggestion.dockerfile_line
    if line is not None:
        return f" ({line.path}:{line.line})"
    if not suggestion.layers or "layer " in suggestion.title.lower():
        return ""
    numbers = ", ".join(map(str, suggestion.layers))
    return f" (layer{'s' * (len(suggestion.layers) > 1)} {numbers})"


def _bytes(layer: ImageLayer) -> int:
    return known_bytes(layer) or 0


def _line(layer: ImageLayer) -> str:
    if layer.dockerfile_line is not None:
        return str(layer.dockerfile_line.line)
    return "base" if layer.from_base else ""
