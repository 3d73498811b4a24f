"""Finds the infrastructure code of a repository and what it says about Dockerfiles."""

from __future__ import annotations

from pathlib import Path

from lintimg.context.deployment import Deployment


def find_deployments(root: Path) -> tuple[Deployment, ...]:
    """Every deployment named by the files under `root`. A broken or huge file is passed over."""
    raise NotImplementedError
