"""What an image's configuration document says (opencontainers/image-spec config.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lintimg.image.document import mapping, mappings, text, texts
from lintimg.image.image import Step
from lintimg.model.image import ImageConfig


def read_history(configuration: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps the image was made in, first one first."""
    return tuple(
        Step(text(entry.get("created_by")), text(entry.get("comment")), entry.get("empty_layer") is True)
        for entry in mappings(configuration.get("history"))
    )


def steps_of_layers(history: Sequence[Step], layers: int) -> tuple[Step | None, ...]:
    """The step that made each layer; None throughout where there are not as many (squashed, imported)."""
    made = [step for step in history if not step.empty]
    if len(made) != layers:
        return (None,) * layers
    return tuple(made)


def read_config(configuration: Mapping[str, Any]) -> ImageConfig:
    """What the image starts."""
    config = mapping(configuration.get("config"))
    labels = mapping(config.get("Labels"))
    return ImageConfig(
        texts(config.get("Entrypoint")),
        texts(config.get("Cmd")),
        text(config.get("WorkingDir")),
        texts(config.get("Env")),
        text(config.get("User")),
        {name: value for name, value in labels.items() if isinstance(value, str)},
    )
