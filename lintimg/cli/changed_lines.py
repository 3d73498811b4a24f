"""Which lines of a repository's files changed since a revision, as git tells it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from lintimg.cli.options import UsageError
from lintimg.lazy import NamedTuple
from lintimg.settings.configuration import shown

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([0-7]{3}|["\\abfnrtv])')
_LETTERS = dict(zip(b'"\\abfnrtv', b'"\\\a\b\f\n\r\t\v', strict=True))

_BINARY = re.compile(rb"Binary files .* and (.*) differ$")
_SETTINGS = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "diff.relative=false")
_DIFF_OPTIONS = (
    *("--unified=0", "--inter-hunk-context=0", "--find-renames", "--ignore-submodules", "--no-color"),
    # Nothing that the repository's settings name is started.
    *("--no-ext-diff", "--no-textconv"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
_ENVIRONMENT = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"))


class Lines(NamedTuple):
    """Changed places of a text: ranges of 1-based lines, both ends included, and the lines behind which
    something was deleted.
    """

    ranges: tuple[tuple[int, int], ...]
    deletions: tuple[int, ...] = ()

    def touch(self, first: int, last: int) -> bool:
        """Whether anything from line `first` to `last` changed."""
        return any(start <= last and first <= end for start, end in self.ranges) or any(
            first <= line < last for line in self.deletions
        )


NONE = Lines(())
ALL = Lines(((1, 2**63),))


class Repository:
    """A repository compared with a revision. Git is asked once for the changes of all files, and once for
    the files it knows, if that matters.
    """

    def __init__(self, root: Path, revision: str) -> None:
        """`root` holds `.git`. Raises UsageError when it does not, or when `revision` can be none."""
        if not os.path.lexists(root / ".git"):
            raise UsageError(f"--diff-base {revision}: {shown(root)} is in no git repository")
        if not revision or revision.startswith("-") or ".." in revision:
            raise UsageError(f"--diff-base {revision}: name one revision, such as HEAD or origin/main")
        self._root = os.path.realpath(root)
        self._revision = revision

    def lines(self, path: str) -> Lines:
        """What changed in the file at `path`, an absolute path without links. Raises UsageError."""
        name = os.path.relpath(path, self._root).replace(os.sep, "/").encode("utf-8", "surrogateescape")
        found = self._changes.get(name)
        if found is not None:
            return found
        return NONE if name in self._known else ALL

    @cached_property
    def _changes(self) -> dict[bytes, Lines]:
        return dict(read_diff(self._git("diff", *_DIFF_OPTIONS, self._revision, "--")))

    @cached_property
    def _known(self) -> frozenset[bytes]:
        return frozenset(self._git("ls-files", "-z").split(b"\0"))

    def _git(self, *arguments: str) -> bytes:
        import subprocess

        command = ["git", "-C", self._root, *_SETTINGS, *arguments]
        # A hook's variables speak of the repository it runs in.
        environment = {name: value for name, value in os.environ.items() if name not in _ENVIRONMENT}
        environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603
        except OSError as error:
            raise UsageError("--diff-base needs git, which could not be started") from error
        if done.returncode:
            raise UsageError(f"--diff-base {self._revision}: {self._why(done.stderr)}")
        return done.stdout

    def _why(self, message: bytes) -> str:
        text = message.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")
        if "revision" in text or "bad object" in text:
            return f"git knows no such revision in {shown(Path(self._root))}"
        return f"git says: {text}" if text else "git gives no reason"


def read_diff(data: bytes) -> Iterator[tuple[bytes, Lines]]:
    """The new names and changed lines of the files in a diff without context lines."""
    name: bytes | None = None
    ranges: list[tuple[int, int]] = []
    deletions: list[int] = []
    skipped = 0
    for line in data.split(b"\n"):
        if skipped:
            # A changed line, whatever it looks like; the remark on a missing line feed is none.
            skipped -= not line.startswith(b"\\")
        elif line.startswith((b"diff --git ", b"+++ ")):
            if name is not None:
                yield name, Lines(tuple(ranges), tuple(deletions))
            name = _name(line[4:]) if line.startswith(b"+++ ") else None
            ranges, deletions = [], []
        elif line.startswith(b"Binary files ") and (binary := _BINARY.match(line)) is not None:
            name, ranges = _name(binary[1]), [*ALL.ranges]
        else:
            hunk = _HUNK.match(line)
            if hunk is not None:
                old, start, new = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
                skipped = old + new
                if new:
                    ranges.append((start, start + new - 1))
                else:
                    deletions.append(start)
    if name is not None:
        yield name, Lines(tuple(ranges), tuple(deletions))


def _name(text: bytes) -> bytes | None:
    """The path in a `+++` line, None for a deleted file."""
    # Git ends a name that has blanks with a tab, and quotes one that has stranger things.
    text = text.removesuffix(b"\t")
    if text.startswith(b'"') and text.endswith(b'"'):
        text = _ESCAPE.sub(lambda found: bytes([_escaped(found[1])]), text[1:-1])
    return text[2:] if text.startswith(b"b/") else None


def _escaped(text: bytes) -> int:
    return int(text, 8) & 0xFF if len(text) == 3 else _LETTERS[text[0]]
