"""What is on disk under a build context, read folder by folder and only when asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from lintimg.context.dockerignore import IgnoreRules, Trail
from lintimg.context.files import ContextFile

LIMIT = 200_000
"""A walk stops after this many entries."""


class Listings:
    """The entries of folders, each folder read once. Never follows a symbolic link."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._folders: dict[str, tuple[os.DirEntry[str], ...]] = {}

    def entries(self, folder: str) -> tuple[os.DirEntry[str], ...]:
        """What `folder` (absolute) holds, sorted by name; nothing when it cannot be read."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = tuple(_scan(folder))
        return found


def _scan(folder: str) -> list[os.DirEntry[str]]:
    entries: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as scan:
            for entry in scan:
                entries.append(entry)
                if len(entries) > LIMIT:
                    break
    except (OSError, ValueError):
        pass
    entries.sort(key=lambda entry: entry.name)
    return entries


class Walk:
    """One walk over what the builder receives; `truncated` tells whether it stopped early."""

    def __init__(self, root: str, rules: IgnoreRules, listings: Listings) -> None:
        """`root` is the context's absolute path."""
        self.root = root
        self.rules = rules
        self.listings = listings
        self.truncated = False

    def files(self, folder: str) -> Iterator[ContextFile]:
        """The files under `folder` (relative, "" for the root), in no particular order."""
        rules = self.rules
        left = LIMIT
        waiting: list[tuple[str, Trail | None]] = [(folder, rules.trail(folder) if folder else None)]
        while waiting:
            here, trail = waiting.pop()
            prefix = here + "/" if here else ""
            folders: list[tuple[str, Trail | None]] = []
            for entry in self.listings.entries(f"{self.root}/{here}" if here else self.root):
                left -= 1
                if left < 0:
                    self.truncated = True
                    return
                path = prefix + entry.name
                if _is_folder(entry):
                    if not rules.patterns:
                        folders.append((path, None))
                        continue
                    decided, own = rules.step(path, trail)
                    if decided is None or rules.may_reinclude(path, decided):
                        folders.append((path, own))
                elif not rules.patterns or rules.decide_in(path, trail) is None:
                    found = context_file(path, entry)
                    if found is not None:
                        yield found
            waiting.extend(reversed(folders))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def context_file(path: str, entry: os.DirEntry[str]) -> ContextFile | None:
    """`entry` as a file of the context; None for sockets, pipes, devices and what is gone."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return from_status(path, status)


def from_status(path: str, status: os.stat_result) -> ContextFile | None:
    """A file of the context from its `lstat`; None for what is neither a regular file nor a link."""
    link = stat.S_ISLNK(status.st_mode)
    if not link and not stat.S_ISREG(status.st_mode):
        return None
    return ContextFile(path, status.st_size, stat.S_IMODE(status.st_mode), link)
