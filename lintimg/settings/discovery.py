"""Which files are Dockerfiles."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lintimg.lazy import regex

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NAME = regex(
    r"(?:[^/]+\.)?(?:dockerfile(?:[.\-_][^/]*)?|containerfile[^/]*)\Z",
    re.IGNORECASE,
)
# Source, markup, template and backup endings.
_OTHER_ENDINGS = frozenset(
    [
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
    ]
)
_SKIPPED_FOLDERS = frozenset(
    [
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
    ]
)
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"

_Specs = tuple[tuple[str, "GitIgnoreSpec"], ...]


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of this name is taken for a Dockerfile; the hook's regex says the same."""
    return (
        bool(_NAME.match(name))
        and not name.endswith("~")
        and name.lower().rpartition(".")[2] not in _OTHER_ENDINGS
    )


class Search:
    """Searches folders for Dockerfiles; .gitignore files are respected up to the repository's root."""

    def __init__(self, excluded: Callable[[Path], bool]) -> None:
        """`excluded` tells of a file or folder whether the configuration leaves it out."""
        self._excluded = excluded
        self.unreadable: list[Path] = []

    def find(self, folder: Path, root: Path) -> Iterator[Path]:
        """The Dockerfiles below `folder`, in a fixed order; `root` is its repository's.

        Links to folders are not followed. Folders that cannot be read are kept in `unreadable`.
        """
        todo = [(os.fspath(folder), _specs_above(folder, root))]
        while todo:
            place, specs = todo.pop()
            entries = self._entries(place)
            names = {entry.name for entry in entries}
            if _VIRTUAL_ENVIRONMENT in names and place != os.fspath(folder):
                continue
            if ".gitignore" in names:
                specs = (*specs, *_specs(place, ".gitignore"))
            folders = []
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name in _SKIPPED_FOLDERS if is_folder else not is_dockerfile_name(entry.name):
                    continue
                if _ignored(entry.path, is_folder, specs) or self._excluded(Path(entry.path)):
                    continue
                if is_folder:
                    folders.append((entry.path, specs))
                elif entry.is_file():
                    yield Path(entry.path)
            todo += reversed(folders)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self.unreadable.append(Path(folder))
            return []


def _specs_above(folder: Path, root: Path) -> _Specs:
    """What the .gitignore files above `folder` and the repository's own exclude file say.

    Nothing when they ignore `folder` itself: who names a folder wants it searched.
    """
    if not folder.is_relative_to(root):
        return ()
    specs = _specs(os.fspath(root), ".git", "info", "exclude")
    above = [parent for parent in folder.parents if parent.is_relative_to(root)]
    for parent in reversed(above):
        specs = (*specs, *_specs(os.fspath(parent), ".gitignore"))
    inner = [folder, *above[:-1]]
    if any(_ignored(os.fspath(place), True, specs) for place in inner if place != root):
        return ()
    return specs


def _specs(folder: str, *names: str) -> _Specs:
    try:
        # Any byte may stand in a file name; undecodable ones come from the file system in the same disguise.
        with open(os.path.join(folder, *names), encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH118, PTH123
            lines = [line for line in file.read().splitlines() if line.strip() and not line.startswith("#")]
    except OSError:
        return ()
    if not lines:
        return ()
    return ((folder.rstrip(os.sep) + os.sep, _compiled(lines)),)


def _compiled(lines: list[str]) -> GitIgnoreSpec:
    """The patterns among `lines`; git passes over those that cannot be read, and so does this."""
    import warnings

    from pathspec import GitIgnoreSpec

    def compiles(line: str) -> bool:
        try:
            GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error):
            return False
        return True

    with warnings.catch_warnings():
        # A set such as [[a] makes Python's re think of its future.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return GitIgnoreSpec.from_lines(lines)
        except (ValueError, re.error):
            return GitIgnoreSpec.from_lines(filter(compiles, lines))


def _ignored(path: str, is_folder: bool, specs: _Specs) -> bool:
    ignored = False
    for base, spec in specs:
        if not path.startswith(base):
            continue
        relative = path[len(base) :].replace(os.sep, "/") + ("/" if is_folder else "")
        found = spec.check_file(relative).include
        if found is not None:
            ignored = found
    return ignored
