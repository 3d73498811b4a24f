"""The build context on disk, as the builder would receive it."""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from lintimg.context.dockerignore import (
    NO_RULES,
    IgnorePattern,
    IgnoreProblem,
    IgnoreRules,
    clean_path,
    parse_ignore_file,
    parse_ignore_lines,
)
from lintimg.context.files import ContextFile, CopyMatch
from lintimg.context.globs import PatternError, compile_glob, has_wildcard
from lintimg.context.listing import LIMIT, Listings, Walk, from_status

_IGNORE_FILE_LIMIT = 4_000_000


class ContextCache:
    """What several Dockerfiles with the same context share; belongs to whoever runs the check."""

    def __init__(self, changed: Mapping[str, bytes] = {}, listings: Listings | None = None) -> None:
        """`changed` has texts that stand in for those on disk, by absolute path without links."""
        self.listings = listings or Listings()
        self._changed = changed
        self._roots: dict[Path, str] = {}
        self._rules: dict[Path, IgnoreRules] = {}
        self._views: dict[tuple[str, Path | None], ContextView] = {}

    def root(self, folder: Path) -> str:
        """`folder` as an absolute path without links."""
        found = self._roots.get(folder)
        if found is None:
            found = self._roots[folder] = os.path.realpath(folder)
        return found

    def rules(self, ignore_file: Path | None) -> IgnoreRules:
        """The rules of an ignore file, read once."""
        if ignore_file is None:
            return NO_RULES
        found = self._rules.get(ignore_file)
        if found is None:
            data = self.read(os.fspath(ignore_file), _IGNORE_FILE_LIMIT)
            found = self._rules[ignore_file] = NO_RULES if data is None else parse_ignore_file(data)
        return found

    def is_file(self, path: Path) -> bool:
        """Whether `path` is a file, or will be one."""
        return path.is_file() or (bool(self._changed) and os.path.realpath(path) in self._changed)

    def read(self, path: str, limit: int) -> bytes | None:
        """The first bytes of the regular file `path` (absolute); None for anything else."""
        changed = self._changed.get(os.path.realpath(path)) if self._changed else None
        return _read_regular(path, limit) if changed is None else changed[:limit]

    def view(self, root: str, ignore_file: Path | None) -> ContextView:
        """The files of a context under an ignore file, walked once."""
        key = (root, ignore_file)
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = ContextView(root, self.rules(ignore_file), self.listings)
        return found


class ContextView:
    """A folder seen through ignore rules. What has been walked is kept."""

    def __init__(self, root: str, rules: IgnoreRules, listings: Listings) -> None:
        """`root` is an absolute path."""
        self.root = root
        self.rules = rules
        self.listings = listings
        self.truncated = False
        self._folders: dict[str, tuple[ContextFile, ...]] = {}

    def files(self, folder: str = "") -> tuple[ContextFile, ...]:
        """The files under `folder` (relative, "" for all), sorted by path."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = self._part(folder)
        return found

    def _part(self, folder: str) -> tuple[ContextFile, ...]:
        everything = self._folders.get("")
        if everything is not None and not self.truncated:
            low = bisect_left(everything, folder + "/", key=lambda file: file.path)
            high = bisect_left(everything, folder + "0", lo=low, key=lambda file: file.path)
            return everything[low:high]
        walk = Walk(self.root, self.rules, self.listings)
        files = sorted(walk.files(folder), key=lambda file: file.path)
        self.truncated = self.truncated or walk.truncated
        return tuple(files)


class BuildContext:
    """A folder as build context, its ignore file applied. Reads nothing until asked; symbolic links
    are never followed out of the folder.
    """

    def __init__(self, root: Path, dockerfile: Path | None, cache: ContextCache | None = None) -> None:
        """`dockerfile` decides whether `<dockerfile>.dockerignore` takes the place of `.dockerignore`.
        `cache` lets several contexts share what is read from disk.
        """
        self.root = root
        self.dockerfile = dockerfile
        self._cache = cache or ContextCache()

    @cached_property
    def ignore_file(self) -> Path | None:
        """The ignore file in force, or None."""
        if self.dockerfile is not None:
            own = self.dockerfile.with_name(self.dockerfile.name + ".dockerignore")
            if self._cache.is_file(own):
                return own
        shared = self.root / ".dockerignore"
        return shared if self._cache.is_file(shared) else None

    @cached_property
    def _view(self) -> ContextView:
        return self._cache.view(self._root, self.ignore_file)

    @cached_property
    def _root(self) -> str:
        return self._cache.root(self.root)

    @property
    def ignore_problems(self) -> tuple[IgnoreProblem, ...]:
        """The lines for which the builder refuses the ignore file; the others still apply here."""
        return self._view.rules.problems

    @property
    def files(self) -> tuple[ContextFile, ...]:
        """Every file the builder receives, sorted by path. The walk stops at 200,000 entries (`truncated`)."""
        return self._view.files()

    @property
    def truncated(self) -> bool:
        """Whether a walk so far stopped early; then sizes are lower bounds."""
        return self._view.truncated

    def ignored_by(self, path: str) -> IgnorePattern | None:
        """The pattern that keeps `path` (relative to the root) out of the context, there or not."""
        return self._view.rules.decide(_relative(path))

    @property
    def reincludes(self) -> bool:
        """Whether the ignore file takes anything back in (`!`)."""
        return any(pattern.negated for pattern in self._view.rules.patterns)

    def exists(self, path: str) -> bool:
        """Whether `path` (relative to the root) is on disk, ignored or not."""
        try:
            os.lstat(self._full(_relative(path)))
        except (OSError, ValueError):
            return False
        return True

    def match(self, source: str, exclude: Sequence[str] = ()) -> CopyMatch:
        """What a COPY of `source` (expanded, globs allowed) brings; `exclude` are its `--exclude` values.

        A leading `/` or `..` means the context's root, as in BuildKit. A wildcard that finds nothing is
        `missing` too, although the builder lets that pass.
        """
        path = _relative(source)
        if not path:
            found = _match(source, self.files, ("",), is_directory=True)
        elif has_wildcard(path):
            found = self._glob(source, path)
        else:
            found = self._literal(source, path)
        return _without(found, parse_ignore_lines(exclude)) if exclude else found

    def read(self, path: str, limit: int = 1_000_000) -> bytes | None:
        """The first `limit` bytes of a file that the builder receives; None when there is none."""
        relative = _relative(path)
        if not relative or self._view.rules.decide(relative) is not None:
            return None
        inside = self._inside(relative)
        if inside is None:
            return None
        return self._cache.read(self._full(inside), limit)

    def read_beside(self, path: str, limit: int) -> bytes | None:
        """The first bytes of a file of the repository by its absolute path, whether the builder receives it or not."""
        return self._cache.read(path, limit)

    def _full(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _inside(self, path: str) -> str | None:
        """`path` with its links resolved, relative to the root; None when that leads out of it."""
        root = self._root
        full = self._full(path)
        try:
            real = os.path.realpath(full)
        except (OSError, ValueError):
            return None
        if real == full:
            return path
        prefix = root if root.endswith(os.sep) else root + os.sep
        if real == root:
            return ""
        return real[len(prefix) :].replace(os.sep, "/") if real.startswith(prefix) else None

    def _literal(self, source: str, path: str) -> CopyMatch:
        try:
            status = os.lstat(self._full(path))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return CopyMatch(source, (), 0, False, True, False, None)
        except OSError:
            return _match(source, (), (path,))
        inside = path
        if "/" in path or stat.S_ISLNK(status.st_mode):
            found = self._inside(path)
            if found is None:
                return _opaque(source, path, status)
            inside = found
        decided = self._view.rules.decide(path) or self._view.rules.decide(inside)
        if inside != path:
            try:
                status = os.lstat(self._full(inside))
            except (OSError, ValueError):
                return _opaque(source, path, status)
        if stat.S_ISDIR(status.st_mode):
            return self._folder(source, inside, decided)
        if decided is not None:
            return CopyMatch(source, (), 0, False, False, True, decided.text, roots=(inside,))
        file = from_status(inside, status)
        return _match(source, (file,) if file else (), (inside,))

    def _folder(self, source: str, path: str, decided: IgnorePattern | None) -> CopyMatch:
        files: tuple[ContextFile, ...] = ()
        if decided is None or self._view.rules.may_reinclude(path, decided):
            files = self._view.files(path)
        if decided is not None and not files:
            return CopyMatch(source, (), 0, True, False, True, decided.text, roots=(path,))
        return _match(source, files, (path,), is_directory=True)

    def _glob(self, source: str, path: str) -> CopyMatch:
        matches = [self._literal(found, found) for found in self._expand(path)]
        kept = [match for match in matches if not match.ignored and not match.missing]
        if not kept:
            pattern = next((match.ignored_by for match in matches if match.ignored), None)
            return CopyMatch(source, (), 0, False, not matches, bool(matches), pattern, wildcard=True)
        # Two links can lead to the same file.
        files = {file.path: file for match in kept for file in match.files}
        roots = tuple(root for match in kept for root in match.roots)
        return _match(
            source,
            tuple(files[path] for path in sorted(files)),
            roots,
            is_directory=all(match.is_directory for match in kept),
            wildcard=True,
        )

    def _expand(self, path: str) -> list[str]:
        """The paths on disk that a source with wildcards means, ignored ones included."""
        found = [""]
        for component in path.split("/"):
            following: list[str] = []
            try:
                matches = compile_glob(component) if has_wildcard(component) else None
            except PatternError:
                return []
            for folder in found:
                prefix = folder + "/" if folder else ""
                if matches is None:
                    if self.exists(prefix + component):
                        following.append(prefix + component)
                    continue
                entries = self._view.listings.entries(self._full(folder) if folder else self._root)
                following.extend(prefix + entry.name for entry in entries if matches(entry.name))
                if len(following) > LIMIT:
                    break
            found = following
        return found


def _match(
    source: str,
    files: tuple[ContextFile, ...],
    roots: tuple[str, ...],
    *,
    is_directory: bool = False,
    wildcard: bool = False,
) -> CopyMatch:
    size = sum(file.bytes for file in files)
    return CopyMatch(source, files, size, is_directory, False, False, None, roots, wildcard)


def _opaque(source: str, path: str, status: os.stat_result) -> CopyMatch:
    """A source behind a link that is broken or leads out of the context: what it brings cannot be told."""
    link = from_status(path, status)
    return _match(source, (link,) if link is not None and link.link else (), (path,))


def _without(match: CopyMatch, excluded: IgnoreRules) -> CopyMatch:
    """`match` less the files an `--exclude` names, by their path below the source or from its name on."""
    bases = [(root + "/" if root else "", root.rpartition("/")[0]) for root in match.roots]

    def kept(path: str) -> bool:
        for inside, beside in bases:
            below = path.startswith(inside) and excluded.decide(path[len(inside) :]) is not None
            if below or excluded.decide(path[len(beside) :].lstrip("/")) is not None:
                return False
        return True

    files = tuple(file for file in match.files if kept(file.path))
    return match._replace(files=files, bytes=sum(file.bytes for file in files))


def _relative(path: str) -> str:
    """`path` below the root of the context, "" for the root itself."""
    return clean_path("/" + path)[1:]


def _read_regular(path: str, limit: int) -> bytes | None:
    """The first bytes of a regular file; None for anything else, so that no pipe is ever waited for."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            return None
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(limit)
    except (OSError, ValueError):
        return None
