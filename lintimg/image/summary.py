"""From an image to what a report says of it."""

from __future__ import annotations

from collections.abc import Sequence

from lintimg.image.configuration import read_config
from lintimg.image.document import text
from lintimg.image.image import Image, Layer
from lintimg.image.stack import LayerStack, stack_layers
from lintimg.image.waste import duplicate_waste, hidden_waste
from lintimg.model.image import ImageLayer, ImageReport, ImageSize, Verdict


def image_stack(image: Image) -> LayerStack | None:
    """The image's layers merged; None where their files are not known."""
    layers = [layer.entries for layer in image.layers if layer.entries is not None]
    return stack_layers(layers) if len(layers) == len(image.layers) else None


def summarize(image: Image, stack: LayerStack | None, *, limit: int, top: int) -> ImageReport:
    """The report on an image; `limit` is Lambda's in bytes, `top` how many paths each kind of waste names."""
    size = _size(image, stack, limit)
    return ImageReport(
        reference=image.reference,
        source=image.source,
        manifest_digest=image.manifest.digest,
        os=text(image.configuration.get("os")) or None,
        architecture=text(image.configuration.get("architecture")) or None,
        verdict=Verdict(None, ()),
        config=read_config(image.configuration),
        size=size,
        layers=tuple(_layer(layer, number, stack) for number, layer in enumerate(image.layers)),
        waste=() if stack is None else (*hidden_waste(stack, top), *duplicate_waste(stack, top)),
    )


def _size(image: Image, stack: LayerStack | None, limit: int) -> ImageSize:
    known = _sum([None if layer.step is None else layer.step.bytes for layer in image.layers])
    total = known if stack is None else stack.uncompressed
    compressed = _sum([layer.compressed_bytes for layer in image.layers])
    return ImageSize(
        uncompressed=total,
        compressed=compressed,
        compressed_basis=None if compressed is None else image.compressed_basis,
        limit=limit,
        share_of_limit=None if total is None else round(total / limit, 4),
        effective=None if stack is None else stack.effective,
        wasted=None if stack is None else sum(stack.losses),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _layer(layer: Layer, number: int, stack: LayerStack | None) -> ImageLayer:
    step = layer.step
    return ImageLayer(
        number=number,
        diff_id=layer.diff_id,
        digest=layer.digest,
        media_type=layer.media_type,
        bytes=(None if step is None else step.bytes) if stack is None else stack.sizes[number],
        compressed_bytes=layer.compressed_bytes,
        files=None if stack is None else stack.files(number),
        command=None if step is None else step.command or step.comment or None,
        from_base=None,
        wasted_bytes=None if stack is None else stack.losses[number],
        dockerfile_line=None,
    )
