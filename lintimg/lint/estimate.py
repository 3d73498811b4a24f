"""Size of an image before it is built."""

from __future__ import annotations

from lintimg.lint.subject import Subject
from lintimg.model.report import Estimate, ZipFit


def estimate_image(subject: Subject) -> Estimate | None:
    """Base, packages and what COPY brings, as low, likely and high bytes with their parts."""
    raise NotImplementedError


def zip_fit(subject: Subject) -> ZipFit | None:
    """Code and dependencies against the zip limit."""
    raise NotImplementedError
