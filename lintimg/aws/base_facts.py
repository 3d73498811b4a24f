"""What base images bring, in the terms of the Dockerfile reader."""

from __future__ import annotations

from lintimg.dockerfile.build import BaseFacts


def base_facts(reference: str) -> BaseFacts:
    """What the image `reference` brings; unknown images yield unknown facts."""
    raise NotImplementedError
