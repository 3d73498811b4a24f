"""Lambda's limits, in bytes (docs: lambda/latest/dg/images-create.html, gettingstarted-limits.html)."""

from __future__ import annotations

IMAGE_LIMIT = 10_737_418_240
"""10 GiB of uncompressed layers: above it Lambda refuses the image."""

IMAGE_WARNING = 10_000_000_000
"""10 GB as AWS's pages write it."""

ZIP_LIMIT = 262_144_000
"""Unzipped bytes of a zip package with its layers, as the service enforces it."""

STORAGE_LEAST = 512
STORAGE_MOST = 10_240
"""What a function's /tmp may have, in MB (docs: configuration-ephemeral-storage.html)."""
