"""Advice on the base image: the full variants of Docker Hub's language images bring a build environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintimg.contents.advice import Advice, Choice
from lintimg.contents.places_advice import command_of
from lintimg.contents.survey import Survey
from lintimg.model.image import ImageLayer

_BUILD_ENVIRONMENT = re.compile(r"apt-get install[^;&]*\b(?:autoconf|automake|mercurial|libffi-dev)\b")
"""What only buildpack-deps installs (docker-library/buildpack-deps, Dockerfile.template)."""


def base_choices(found: Survey, layers: Sequence[ImageLayer]) -> Iterator[Choice]:
    """What a slim variant of the base image would save: the layers of buildpack-deps."""
    base = found.base or 0
    build = [layer for layer in range(base) if _BUILD_ENVIRONMENT.search(command_of(layers, layer))]
    if not build:
        return
    advice = Advice(
        "The base image is a full one, with compilers and headers",
        "Take its slim variant: FROM python:3.13-slim, node:24-slim, …; build in a stage from the full one",
        ("LI401",),
    )
    parts = frozenset(part for part, layer in found.bytes if layer in build)
    yield Choice(advice, parts, frozenset(build))
