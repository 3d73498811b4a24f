"""A built image as HTML: its sizes against Lambda's limit, its layers, what fills it, its waste, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.model.image import ImageLayer, ImageReport
from lintimg.report.html_parts import Markup, element, joined
from lintimg.report.image_phrases import item_name, known_bytes, shown_command, waste_text
from lintimg.report.phrases import count, cut
from lintimg.text import size_text

_COMMAND, _PATHS, _ROWS = 400, 10, 200


def image_section(image: ImageReport, number: int) -> Markup:
    """The section on the image, the `number`th of its report from 0 on."""
    platform = "/".join(part for part in (image.os, image.architecture) if part)
    facts = ", ".join(filter(None, (image.source, platform, count(len(image.layers), "layer"))))
    return element(
        "section",
        element("h2", element("code", image.reference), " ", element("small", facts)),
        *_verdict(image),
        _numbers(image),
        _limit(image),
        _suggestions(image),
        element("h3", "What fills it"),
        element("div", _contents(image), class_="picture", data_image=number),
        element("h3", "Layers"),
        _layers(image),
        *_waste(image),
        class_="image",
        id=f"image-{number}",
    )


def _verdict(image: ImageReport) -> Iterator[Markup]:
    accepts = image.verdict.lambda_accepts
    if accepts is not None:
        style, text = ("good", "Lambda takes it.") if accepts else ("error", "Lambda does not take it.")
        yield element("p", element("span", text, class_=f"chip {style}"))
    if image.verdict.reasons:
        yield element("ul", *(element("li", reason) for reason in image.verdict.reasons))


def _numbers(image: ImageReport) -> Markup:
    size = image.size
    pairs = []
    if size.uncompressed is not None:
        pairs.append(
            ("uncompressed", size.uncompressed, f"{(size.share_of_limit or 0) * 100:.1f}% of the limit")
        )
    if size.effective is not None:
        pairs.append(("in a container", size.effective, "what is visible at the end"))
    if size.wasted is not None:
        share = f"{size.wasted * 100 / size.uncompressed:.1f}%" if size.uncompressed else "none"
        pairs.append(("wasted", size.wasted, f"{share}, hidden by later layers"))
    if size.compressed is not None:
        pairs.append(("compressed", size.compressed, size.compressed_basis or ""))
    items = [
        joined(
            element("dt", name),
            element("dd", element("strong", size_text(value), data_bytes=value), " ", element("small", note)),
        )
        for name, value, note in pairs
    ]
    return element("dl", *(element("div", item) for item in items), class_="numbers")


def _limit(image: ImageReport) -> Markup:
    """The layers side by side on a bar that is as long as Lambda's limit."""
    limit = image.size.limit
    sizes = [known_bytes(layer) or 0 for layer in image.layers]
    whole = max(limit, sum(sizes))
    if not whole:
        return Markup("")
    pieces = [
        element("span", class_=f"piece hue-{number % 8}", style=f"width:{size * 100 / whole:.4f}%")
        for number, size in enumerate(sizes)
        if size
    ]
    total = size_text(sum(sizes))
    label = f"All layers together are {total} of Lambda's limit of {size_text(limit)}"
    over = " over" if sum(sizes) > limit else ""
    return element(
        "figure",
        element("div", *pieces, class_=f"limit{over}", role="img", aria_label=label),
        element("figcaption", label),
    )


def _suggestions(image: ImageReport) -> Markup:
    items = []
    for suggestion in image.suggestions:
        line = suggestion.dockerfile_line
        place = Markup("") if line is None else joined(" (", element("code", f"{line.path}:{line.line}"), ")")
        saving = suggestion.saving
        saves = (
            Markup("") if saving is None else joined(": saves ", element("strong", size_text(saving.bytes)))
        )
        todo = joined(element("br"), suggestion.help) if suggestion.help else Markup("")
        items.append(element("li", suggestion.title, place, saves, todo))
    return joined(element("h3", "What to do"), element("ol", *items)) if items else Markup("")


def _contents(image: ImageReport) -> Markup:
    """The picture's numbers as lists, which the script replaces."""
    if not image.contents:
        return element("p", "The picture needs the page's script.", class_="fallback")
    items = []
    for category in image.contents:
        inner = [element("li", f"{item_name(item)} {size_text(item.bytes)}") for item in category.items]
        summary = element("summary", f"{category.category}: {size_text(category.bytes)}")
        items.append(element("li", element("details", summary, element("ul", *inner))))
    return element("ul", *items, class_="fallback")


def _layers(image: ImageReport) -> Markup:
    largest = max((known_bytes(layer) or 0 for layer in image.layers), default=0)
    heads = ("layer", "size", "", "of the limit", "wasted", "line", "command")
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", text, scope="col") for text in heads))),
            element("tbody", *(_layer(layer, largest, image.size.limit) for layer in image.layers)),
            class_="layers",
        ),
        class_="wide",
        tabindex=0,
    )


def _layer(layer: ImageLayer, largest: int, limit: int) -> Markup:
    size = known_bytes(layer)
    share = f"{size * 100 / limit:.1f}%" if size is not None and limit else ""
    line = layer.dockerfile_line
    place = f"{line.path}:{line.line}" if line is not None else "base image" if layer.from_base else ""
    return element(
        "tr",
        element("th", str(layer.number), scope="row"),
        element("td", "?" if size is None else size_text(size), class_="size", data_bytes=size),
        element("td", _bar(layer, size or 0, largest)),
        element("td", share, class_="size"),
        element("td", size_text(layer.wasted_bytes) if layer.wasted_bytes else "", class_="size"),
        element("td", element("code", place) if line is not None else place),
        element("td", element("code", cut(shown_command(layer.command), _COMMAND)), class_="command"),
    )


def _bar(layer: ImageLayer, size: int, largest: int) -> Markup:
    if not largest:
        return Markup("")
    wasted = min(layer.wasted_bytes or 0, size)
    return element(
        "span",
        element(
            "span",
            class_=f"piece hue-{layer.number % 8}",
            style=f"width:{(size - wasted) * 100 / largest:.2f}%",
        ),
        element("span", class_="piece wasted", style=f"width:{wasted * 100 / largest:.2f}%"),
        class_="bar",
        aria_hidden="true",
    )


def _waste(image: ImageReport) -> Iterator[Markup]:
    found = [entry for entry in image.waste if entry.bytes]
    if not found:
        return
    yield element("h3", "Waste")
    rows = [
        element(
            "li",
            element("strong", size_text(entry.bytes), data_bytes=entry.bytes),
            f" {waste_text(entry)}",
            _paths(entry.paths),
        )
        for entry in found[:_ROWS]
    ]
    if len(found) > _ROWS:
        rows.append(element("li", f"and {len(found) - _ROWS:,} more"))
    yield element("ul", *rows, class_="waste")


def _paths(paths: Sequence[str]) -> Markup:
    items = [element("li", element("code", path)) for path in paths[:_PATHS]]
    return element("details", element("summary", "paths"), element("ul", *items)) if items else Markup("")
