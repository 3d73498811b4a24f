"""Which files are Dockerfiles."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NAME = re.compile(r"(?:[^/]+\.)?(?:dockerfile|containerfile)(?:[.\-_][^/]*)?\Z", re.IGNORECASE)
_OTHER_ENDINGS = frozenset(
    (
        "bak",
        "cjs",
        "cs",
        "css",
        "dockerignore",
        "erb",
        "go",
        "html",
        "j2",
        "java",
        "jinja",
        "jinja2",
        "js",
        "json",
        "lock",
        "md",
        "mjs",
        "orig",
        "php",
        "py",
        "rb",
        "rej",
        "rs",
        "sh",
        "swp",
        "tmpl",
        "tpl",
        "ts",
        "txt",
        "yaml",
        "yml",
    )
)
"""Source, markup, template and backup endings."""

SKIPPED_FOLDERS = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        "__pycache__",
        ".terraform",
        ".aws-sam",
        "cdk.out",
    )
)


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of this name is taken for a Dockerfile; the hook's regex says the same."""
    return (
        bool(_NAME.match(name))
        and name.lower().rpartition(".")[2].rstrip("~") not in _OTHER_ENDINGS
        and not name.endswith("~")
    )


def find_dockerfiles(folder: Path, exclude: tuple[str, ...] = ()) -> Iterator[Path]:
    """The Dockerfiles below `folder`, sorted, .gitignore files and `exclude` globs respected.

    Symbolic links to folders are not followed. A folder that cannot be read is passed over.
    """
    yield from _search(folder, folder, exclude, ())


def _search(
    folder: Path, root: Path, exclude: tuple[str, ...], ignores: tuple[tuple[Path, GitIgnoreSpec], ...]
) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    if any(entry.name == ".gitignore" for entry in entries):
        ignores = (*ignores, *_gitignore(folder))
    for entry in entries:
        path = folder / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder and entry.name in SKIPPED_FOLDERS:
            continue
        if not is_folder and not is_dockerfile_name(entry.name):
            continue
        if _ignored(path, is_folder, ignores) or is_excluded(path.relative_to(root).as_posix(), exclude):
            continue
        if is_folder:
            yield from _search(path, root, exclude, ignores)
        elif entry.is_file():
            yield path


def _gitignore(folder: Path) -> tuple[tuple[Path, GitIgnoreSpec], ...]:
    from pathspec import GitIgnoreSpec

    try:
        lines = (folder / ".gitignore").read_text("utf-8", "replace").splitlines()
        return ((folder, GitIgnoreSpec.from_lines(lines)),)
    except (OSError, ValueError):
        return ()


def _ignored(path: Path, is_folder: bool, ignores: tuple[tuple[Path, GitIgnoreSpec], ...]) -> bool:
    ignored = False
    for base, spec in ignores:
        relative = path.relative_to(base).as_posix() + ("/" if is_folder else "")
        found = spec.check_file(relative).include
        if found is not None:
            ignored = found
    return ignored


def is_excluded(path: str, globs: tuple[str, ...]) -> bool:
    """Whether `path` (forward slashes) or a folder above it matches one of `globs`."""
    parts = path.split("/")
    for glob in globs:
        pattern = glob.rstrip("/").removeprefix("./")
        if any(fnmatchcase("/".join(parts[:end]), pattern) for end in range(1, len(parts) + 1)):
            return True
        if "/" not in pattern and any(fnmatchcase(part, pattern) for part in parts):
            return True
    return False
