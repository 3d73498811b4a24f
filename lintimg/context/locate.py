"""Which folder is the build context."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from lintimg.context.build_context import BuildContext, ContextCache
from lintimg.context.deployment import Deployment
from lintimg.context.dockerignore import clean_path
from lintimg.context.globs import has_wildcard
from lintimg.context.names import is_dockerfile, is_manifest, is_source, is_support_folder, junk_category
from lintimg.dockerfile.build import Build
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.dockerfile.expand import ExpansionError, expand

_HIGHEST = 6
"""So many folders, the Dockerfile's own included, are asked whether a project begins there."""
_DEEP_ENOUGH = 3
"""Folders such as / and /tmp are nobody's project."""
_BEGINNINGS = (
    # Infrastructure code, which says more about the image than anything else.
    (
        "template.yaml",
        "template.yml",
        "samconfig.toml",
        "serverless.yml",
        "serverless.yaml",
        "cdk.json",
        "main.tf",
    ),
    # A repository that was copied without its .git.
    (".gitignore", ".gitattributes", ".github", ".gitlab-ci.yml", "buildspec.yml", "LICENSE"),
    # A project with several parts.
    ("terraform", "infra", "infrastructure", "cdk", "compose.yaml", "compose.yml", "docker-compose.yml"),
    ("pyproject.toml", "package.json", "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "Gemfile"),
)
"""What a project's first folder holds, the best sign first."""
_ENOUGH = 2_000
"""So many entries of a folder are looked at for signs of a project."""


def repository_root(path: Path) -> Path:
    """The nearest parent of `path` that holds `.git`. Without one, the nearest of a few parents that holds the best
    sign of a project's beginning, else `path`'s own folder.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - a link to a Dockerfile stands where it stands
    own = path if path.is_dir() else path.parent
    for folder in (own, *own.parents):
        if os.path.lexists(f"{folder}/.git"):
            return folder
    return _project_root(own)


def _project_root(own: Path) -> Path:
    home = os.path.expanduser("~")  # noqa: PTH111
    folders: list[Path] = []
    for folder in (own, *own.parents)[:_HIGHEST]:
        if len(folder.parts) < _DEEP_ENOUGH or str(folder) == home or home.startswith(f"{folder}{os.sep}"):
            break
        folders.append(folder)
    for signs in _BEGINNINGS:
        for folder in folders:
            if any(os.path.lexists(f"{folder}/{name}") for name in signs):
                return folder
    return own


def locate_context(
    dockerfile: Path,
    build: Build,
    given: Path | None,
    deployments: Iterable[Deployment],
    cache: ContextCache | None = None,
) -> BuildContext | None:
    """The build context of `dockerfile`, None when it cannot be told (design §2, "The context is known").

    `deployments` are those of this Dockerfile. `cache` is shared by the contexts of one run.
    """
    if given is not None:
        return BuildContext(given, dockerfile, cache)
    cache = cache or ContextCache()
    dockerfile = Path(os.path.abspath(dockerfile))  # noqa: PTH100
    sources = _Sources(build)
    named = list(_deployed(dockerfile, deployments))
    for folder in named:
        context = BuildContext(folder, dockerfile, cache)
        if sources.all_in(context):
            return context
    if named:
        return BuildContext(named[0], dockerfile, cache)
    own = dockerfile.parent
    if sources.literal or sources.wildcard:
        if sources.all_in(context := BuildContext(own, dockerfile, cache)):
            return context
        root = repository_root(own)
        for folder in () if own == root else own.parents:
            context = BuildContext(folder, dockerfile, cache)
            if sources.all_in(context):
                return context
            if folder == root:
                break
        return None
    if sources.whole and not is_support_folder(own.name) and _holds_a_project(own):
        return BuildContext(own, dockerfile, cache)
    return _told_by_commands(dockerfile, cache) if sources.whole else None


def _told_by_commands(dockerfile: Path, cache: ContextCache) -> BuildContext | None:
    """The context that a Makefile, a CI file or a script gives where all of them give the same."""
    from lintimg.context.build_files import build_commands

    root = str(repository_root(dockerfile))
    folders = {command.context for command in build_commands(root, str(dockerfile), cache.read)}
    folder = folders.pop() if len(folders) == 1 else None
    return BuildContext(Path(folder), dockerfile, cache) if folder and Path(folder).is_dir() else None


def _deployed(dockerfile: Path, deployments: Iterable[Deployment]) -> Iterator[Path]:
    """The contexts that infrastructure code gives `dockerfile`, a function's first."""
    for deployment in sorted(deployments, key=lambda found: not found.function):
        if deployment.context is None or deployment.dockerfile not in (None, str(dockerfile)):
            continue
        folder = Path(deployment.context)
        if folder.is_dir():
            yield folder


class _Sources:
    """What the COPY and ADD instructions of the used stages take from the context."""

    def __init__(self, build: Build) -> None:
        self.literal: list[str] = []
        self.wildcard: list[str] = []
        self.whole = False
        escape = build.document.escape
        for stage in build.stages:
            if build.used and stage.number not in build.used:
                continue
            for step in stage.steps:
                copy = read_copy(step.instruction)
                if copy is None or copy.from_ is not None:
                    continue
                for word in copy.sources:
                    try:
                        source = expand(word.text, step.environment, escape)
                    except ExpansionError:
                        continue
                    if source and not is_remote(source):
                        self._add(clean_path("/" + source)[1:])

    def _add(self, path: str) -> None:
        if not path:
            self.whole = True
        elif has_wildcard(path):
            self.wildcard.append(path)
        else:
            self.literal.append(path)

    def all_in(self, context: BuildContext) -> bool:
        """Whether every literal source is there; where there is none, whether a wildcard finds something."""
        if self.literal:
            return all(context.exists(path) for path in self.literal)
        return not self.wildcard or any(
            not is_dockerfile(file.path.rpartition("/")[2])
            for path in self.wildcard
            for file in context.match(path).files
        )


def _holds_a_project(folder: Path) -> bool:
    """Whether `folder`, or a folder in it, holds a manifest or source besides Dockerfiles."""
    below: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _ENOUGH):
                if entry.is_dir(follow_symlinks=False):
                    if junk_category(entry.name + "/") is None and not entry.name.startswith("."):
                        below.append(entry.path)
                elif _is_project_file(entry.name):
                    return True
    except OSError:
        return False
    return any(_has_source(path) for path in below[:50])


def _has_source(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(is_source(entry.name) for entry in islice(entries, _ENOUGH))
    except OSError:
        return False


def _is_project_file(name: str) -> bool:
    return not is_dockerfile(name) and (is_manifest(name) is not None or is_source(name))
