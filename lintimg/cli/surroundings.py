"""What lies around the Dockerfiles of one run: repositories, deployments, build contexts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lintimg.context.build_context import BuildContext, ContextCache
from lintimg.context.deployment import Deployment
from lintimg.context.infrastructure import DeploymentIndex
from lintimg.context.locate import locate_context, repository_root
from lintimg.dockerfile.build import Build
from lintimg.lint.engine import display_path


class Surroundings:
    """Looks around, each place once."""

    def __init__(self, working_directory: Path) -> None:
        """`working_directory` is the folder of the run."""
        self._directory = working_directory
        self._roots: dict[Path, Path] = {}
        self._cache = ContextCache()
        self._indexes: dict[Path, DeploymentIndex] = {}

    def root(self, folder: Path) -> Path:
        """The repository that holds `folder`, or `folder` itself."""
        if folder not in self._roots:
            self._roots[folder] = repository_root(folder)
        return self._roots[folder]

    def deployments(self, dockerfile: Path) -> tuple[Deployment, ...]:
        """What the repository's infrastructure code says about `dockerfile`."""
        root = self.root(dockerfile.parent)
        if root not in self._indexes:
            self._indexes[root] = DeploymentIndex(root)
        return self._indexes[root].of(dockerfile)

    def notes(self) -> Iterator[str]:
        """Infrastructure code that was passed over."""
        for root in sorted(self._indexes):
            for path, reason in self._indexes[root].unread:
                yield f"{display_path(root / path, self._directory)} is passed over: {reason}"

    def context(
        self,
        dockerfile: Path | None,
        build: Build,
        given: Path | None,
        deployments: tuple[Deployment, ...],
        changed: Mapping[str, bytes] | None = None,
    ) -> BuildContext | None:
        """The build context of `dockerfile`, None when it is not known.

        `changed` has texts that stand in for those on disk, by absolute path without links.
        """
        cache = ContextCache(changed, self._cache.listings) if changed else self._cache
        if dockerfile is None:
            return BuildContext(given, None, cache) if given is not None else None
        return locate_context(dockerfile, build, given, deployments, cache)
