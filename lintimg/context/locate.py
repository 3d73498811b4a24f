"""Which folder is the build context."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lintimg.context.build_context import BuildContext
from lintimg.context.deployment import Deployment
from lintimg.dockerfile.build import Build


def repository_root(path: Path) -> Path:
    """The nearest parent of `path` that holds `.git`, or `path`'s own folder."""
    raise NotImplementedError


def locate_context(
    dockerfile: Path, build: Build, given: Path | None, deployments: Iterable[Deployment]
) -> BuildContext | None:
    """The build context of `dockerfile`, None when it cannot be told (design §2, "The context is known")."""
    raise NotImplementedError
