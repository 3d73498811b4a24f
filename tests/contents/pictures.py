"""Images made of items, opened as the command opens them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from lintimg.contents.metadata import is_metadata
from lintimg.contents.survey import Survey, survey
from lintimg.image.image import Options
from lintimg.image.open import opened_image
from lintimg.image.summary import image_stack
from tests.image.archives import old_save
from tests.image.layers import Item, tar


def surveyed(layers: Sequence[Sequence[Item]], commands: Sequence[str] = (), **config: Any) -> Survey:
    """The survey of an image of `layers`, read from a stream."""
    data = old_save([tar(items) for items in layers], commands=commands, **config)
    with opened_image("-", io.BytesIO(data), Options(keep=is_metadata)) as image:
        stack = image_stack(image)
        assert stack is not None
        return survey(image, stack)


def sizes(found: Survey) -> dict[str, dict[str, int]]:
    """Visible bytes by category and name."""
    result: dict[str, dict[str, int]] = {}
    for (number, _), size in found.bytes.items():
        part = found.parts[number]
        names = result.setdefault(part.category, {})
        names[part.name] = names.get(part.name, 0) + size
    return result
