"""What the shipped image starts: ENTRYPOINT and CMD."""

from __future__ import annotations

from lintimg.dockerfile.build import Build, Process


def process(build: Build) -> Process:
    """ENTRYPOINT and CMD in force at the end of the shipped chain, by Docker's inheritance rules."""
    raise NotImplementedError
