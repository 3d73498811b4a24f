"""What `lintimg image` tells beyond the layers: the base image's share, contents."""

from __future__ import annotations

from io import BytesIO

from lintimg.aws.limits import ZIP_LIMIT
from lintimg.contents.report import contents, largest
from lintimg.contents.suggest import suggestions
from lintimg.contents.survey import survey
from lintimg.contents.zip_fit import zip_fit
from lintimg.image.bases import base_layers
from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Options
from lintimg.image.open import opened_image
from lintimg.image.stack import LayerStack
from lintimg.model.image import ImageReport


def base_of(image: Image, reference: str | None, options: Options) -> int | None:
    """How many layers are the base image's, `reference` if it is given. Raises ImageError."""
    if reference is None:
        return base_layers(image)
    how = options._replace(deep=False, hashes=False, keep=None)
    try:
        with opened_image(reference, BytesIO(), how) as base:
            return base_layers(image, base)
    except ImageError as error:
        raise ImageError(f"--base {reference}: {error}") from error


def with_contents(
    report: ImageReport, image: Image, stack: LayerStack | None, base: int | None, top: int
) -> ImageReport:
    """`report` with what `image` holds, where its files are known."""
    layers = report.layers
    if base is not None:
        layers = tuple(layer._replace(from_base=layer.number < base) for layer in layers)
    if stack is None:
        return report._replace(layers=layers)
    found = survey(image, stack, base)
    return report._replace(
        layers=layers,
        contents=contents(found, top),
        suggestions=suggestions(found, layers),
        largest=largest(found, layers, top),
        zip=zip_fit(found, ZIP_LIMIT),
    )
