"""What keeps lintimg itself from running an image."""

from __future__ import annotations


class InvokeError(Exception):
    """One sentence: no engine, no image, no emulator, a container that the engine will not start."""
