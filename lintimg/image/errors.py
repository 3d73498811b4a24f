"""What can go wrong with an image that someone else made."""

from __future__ import annotations


class ImageError(Exception):
    """The image cannot be read; the message is one sentence for a person."""


class EngineAbsentError(ImageError):
    """No engine answers."""
