"""What the names of files and folders tell: manifests, lock files, source code, and what no image needs."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from lintimg.context.files import ContextFile
from lintimg.lazy import NamedTuple, regex

Role = Literal["manifest", "lock", "configuration"]

_DATA = os.path.join(os.path.dirname(__file__), "data", "names.json")  # noqa: PTH118, PTH120 - pathlib costs start-up time
_REQUIREMENTS = regex(
    r"(?:^|/)(?:[^/]*requirements?[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|constraints[^/]*\.txt)\Z",
    re.IGNORECASE,
)
_DOCKERFILE = regex(r"(?i)(?:dockerfile|containerfile)(?:[.-].*)?\Z|.*\.(?:dockerfile|dockerignore)\Z")


@cache
def names() -> dict[str, Any]:
    """The data file. Callers must not change it."""
    with open(_DATA, "rb") as file:  # noqa: PTH123
        content: dict[str, Any] = json.load(file)
    return content


class DependencyFile(NamedTuple):
    """What a package manager reads: `ecosystem` is pip, conda, npm, gem, maven, nuget, go, cargo, composer or
    any; `role` tells manifests from lock files and from settings (`.npmrc`, `mvnw`, …).
    """

    ecosystem: str
    role: Role


def dependency_file(path: str) -> DependencyFile | None:
    """What `path` is to a package manager, by its name alone; None when it is nothing."""
    data = names()
    name = path.rpartition("/")[2]
    found = data["files"].get(name)
    if found is None:
        found = data["endings"].get(os.path.splitext(name)[1].lower())  # noqa: PTH122
    if found is None and "/" in path:
        found = data["files"].get("/".join(path.split("/")[-2:]))
    if found is not None:
        return DependencyFile(*found)
    if name.endswith((".txt", ".in")) and _REQUIREMENTS.search(path):
        constraint = name.lower().startswith("constraints")
        return DependencyFile("pip", "configuration" if constraint else "manifest")
    return None


def is_manifest(path: str) -> str | None:
    """The ecosystem of a manifest or lock file, None for any other file."""
    found = dependency_file(path)
    return None if found is None or found.role == "configuration" else found.ecosystem


def is_lock(path: str) -> bool:
    """Whether `path` is a lock file by its name."""
    found = dependency_file(path)
    return found is not None and found.role == "lock"


def lock_of(path: str) -> tuple[str, ...]:
    """The lock files that may stand beside the manifest at `path`, the most usual first."""
    folder, slash, name = path.rpartition("/")
    locks = names()["locks"].get(name)
    if locks is None and name.endswith((".csproj", ".fsproj", ".vbproj")):
        locks = ["packages.lock.json"]
    return tuple(folder + slash + lock for lock in locks or ())


def is_source(path: str) -> bool:
    """Whether `path` is program source by its ending (shell scripts and data do not count)."""
    return os.path.splitext(path)[1][1:].lower() in names()["source_endings"]  # noqa: PTH122


def is_build_output(path: str) -> bool:
    """Whether `path` names what builds usually make, so that its absence from a checkout says nothing."""
    data = names()
    parts = path.lower().split("/")
    return any(part in data["build_output_folders"] for part in parts) or parts[-1].endswith(
        tuple(data["build_output_endings"])
    )


def is_dockerfile(path: str) -> bool:
    """Whether `path` is a Dockerfile or an ignore file by its name."""
    return _DOCKERFILE.match(path.rpartition("/")[2]) is not None


def is_support_folder(name: str) -> bool:
    """Whether a folder so called usually holds Dockerfiles whose context is elsewhere."""
    return name.lower() in names()["not_a_context"]


def junk_category(path: str) -> tuple[str, str] | None:
    """The topmost part of `path` (a file's) that no image needs, and its category; None when there is none.

    Categories: version control, installed packages, cache, credentials, deployment output, tests,
    coverage, editor settings, continuous integration, logs, system files.
    """
    data = names()
    folders = data["junk_folders"]
    parts = path.split("/")
    for number, part in enumerate(parts[:-1], 1):
        category = folders.get(part)
        if category is not None:
            return "/".join(parts[:number]), category
        if part.endswith(".egg-info"):
            return "/".join(parts[:number]), "cache"
    name = parts[-1]
    if name in data["harmless"]:
        return None
    category = data["junk_files"].get(name)
    if category is None:
        category = data["junk_endings"].get(os.path.splitext(name)[1])  # noqa: PTH122
    if category is None:
        category = next(
            (value for start, value in data["junk_prefixes"].items() if name.startswith(start)), None
        )
    return None if category is None else (path, category)


class Junk(NamedTuple):
    """Something a copy brings that no image needs: a folder or file, with the bytes and number of its files."""

    path: str
    category: str
    bytes: int
    files: int


def find_junk(files: Iterable[ContextFile]) -> tuple[Junk, ...]:
    """What among `files` no image needs, each topmost folder once, the biggest first."""
    files = tuple(files)
    # A virtual environment may have any name; this file gives it away.
    environments = tuple(
        file.path[: -len("pyvenv.cfg")] for file in files if file.path.endswith("/pyvenv.cfg")
    )
    found: dict[tuple[str, str], list[int]] = {}
    for file in files:
        junk = junk_category(file.path)
        if junk is None and environments:
            inside = next((start for start in environments if file.path.startswith(start)), None)
            junk = (inside[:-1], "installed packages") if inside else None
        if junk is not None:
            total = found.setdefault(junk, [0, 0])
            total[0] += file.bytes
            total[1] += 1
    hits = [Junk(path, category, size, count) for (path, category), (size, count) in found.items()]
    return tuple(sorted(hits, key=lambda junk: (-junk.bytes, junk.path)))
