"""Finds the Makefiles, CI files and scripts around a Dockerfile, and the commands in them that build it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice

from lintimg.context.build_command import BuildCommand, facts
from lintimg.text import SourceText

_MOST_BYTES = 256_000
_MOST_FILES = 300
_MOST_ENTRIES = 3_000
_DEEPEST = 12


def build_commands(
    root: str, dockerfile: str, read: Callable[[str, int], bytes | None]
) -> Iterator[BuildCommand]:
    """The commands of the repository at `root` that build `dockerfile`, by file and place. Both paths are absolute; `read` gives so many bytes of a file. A command whose Dockerfile a variable hides is passed over."""
    for path in _files(root, os.path.dirname(dockerfile)):  # noqa: PTH120
        data = read(path, _MOST_BYTES)
        if data is None or b"docker" not in data:
            continue
        from lintimg.context.command_file import CommandFile
        from lintimg.context.docker_action import action_builds
        from lintimg.context.docker_command import typed_builds

        file = CommandFile(path, root, dockerfile, SourceText(path, data).text)
        yield from sorted((*action_builds(file), *typed_builds(file)), key=lambda found: found.span)


def _files(root: str, folder: str) -> list[str]:
    """Files that may hold commands: in the folders from `root` to `folder`, and where the root keeps its scripts."""
    folders = [root, *(f"{root}/{name}" for name in facts()["folders"])]
    within = folder
    for _ in range(_DEEPEST):
        if len(within) <= len(root):
            break
        folders.append(within)
        within = os.path.dirname(within)  # noqa: PTH120
    found = [path for each in dict.fromkeys(folders) for path in _command_files(root, each)]
    return found[:_MOST_FILES]


def _command_files(root: str, folder: str) -> list[str]:
    yaml = folder[len(root) + 1 :] in facts()["folders_of_yaml"]
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _MOST_ENTRIES)]
    except OSError:
        return []
    return [f"{folder}/{name}" for name in sorted(names) if _holds_commands(name.lower(), yaml)]


def _holds_commands(name: str, yaml: bool) -> bool:
    known = facts()
    return (
        name in known["files"]
        or name.endswith(tuple(known["endings"]))
        or name.startswith(tuple(known["prefixes"]))
        or (yaml and name.endswith((".yml", ".yaml")))
    )
