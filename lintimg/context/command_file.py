"""A file with commands: what its variables hold, and which folder a command of it runs in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from lintimg.context.build_command import facts
from lintimg.lazy import regex

_ASSIGNED = regex(
    r"(?m)^[ \t-]*(?:export[ \t]+|local[ \t]+|readonly[ \t]+)?[\"']?(\w+)[\"']?[ \t]*(?:[:?]?=|:(?=[ \t]))[ \t]*(.*)$"
)
_REFERENCE = regex(
    r"\$\{\{\s*([\w.-]+)\s*\}\}|\$\{([\w.]+)\}|\$\((\w+)\)|\$(\w+)|\$\((?:shell )?(pwd|dirname )[^()]*\)|\$"
)
_OWN_FOLDER = regex(r"\$\(cd +\"?\$\(dirname [^()]*\)(/[./]*)?\"? *(?:&&|;) *pwd(?: -P)?\)")
_DEEPEST = 4
_LONGEST = 1_000
_CHANGED = regex(
    r"(?:^|[;&|\s])(?P<shell>\([ \t]?)?(?:cd|pushd)[ \t]+(\"?\$\(dirname [^()]*\)[^\s;&|]*|\"[^\"\n]*\"|'[^'\n]*'|[^\s;&|)\"']+)|\b(popd)\b"
)
_WORKING = regex(
    r"(?m)^[ \t-]*(?:working-directory|working_directory|workingDirectory|dir)[ \t]*:[ \t]*(.+)$"
)
_NEW_STEP = regex(r"\s*-\s+(?:run|name|uses|id|if|script|task|bash)\b")


class CommandFile:
    """One Makefile, CI file or script of a repository, read for the sake of one Dockerfile."""

    def __init__(self, path: str, root: str, dockerfile: str, text: str) -> None:
        """`path`, the repository's `root` and `dockerfile` are absolute."""
        self.path = path
        self.text = text
        self._folder = os.path.dirname(path)  # noqa: PTH120
        self._root = root
        self._dockerfile = dockerfile
        self._known: dict[str, str | None] = {}
        self._is_yaml = path.endswith((".yml", ".yaml"))
        self._is_script = path.endswith((".sh", ".bash", ".ps1"))

    @property
    def attests_by_default(self) -> bool:
        """Whether Buildx makes provenance attestations where a command of the file says nothing of them."""
        return "BUILDX_NO_DEFAULT_ATTESTATIONS" not in self.text

    def spelled_out(self, text: str, depth: int = 0) -> str | None:
        """`text` with each variable replaced by what the file gives it; None when one is not known."""
        text = _OWN_FOLDER.sub(r".\1", text)
        parts: list[str] = []
        end = 0
        for match in _REFERENCE.finditer(text):
            value = self._value(next(filter(None, match.groups()), ""), depth)
            if value is None:
                return None
            parts += text[end : match.start()], value
            end = match.end()
        return "".join(parts) + text[end:]

    def _value(self, name: str, depth: int) -> str | None:
        if name in facts()["own_folder_variables"]:
            return "."
        name = name.rpartition(".")[2]
        if name not in self._known:
            self._known[name] = None
            value = self._values.get(name)
            spelled = None if value is None or depth > _DEEPEST else self.spelled_out(value, depth + 1)
            self._known[name] = None if spelled is None or len(spelled) > _LONGEST else spelled
        return self._known[name]

    @cached_property
    def _values(self) -> dict[str, str | None]:
        """What the file assigns; None for a name with several values."""
        found: dict[str, str | None] = {}
        for match in _ASSIGNED.finditer(self.text):
            value = match[2].strip().rstrip(",;").strip("\"'")
            found[match[1]] = value if found.get(match[1], value) == value else None
        return found

    def origin(self, path: str, offset: int, *, in_shell: bool = True) -> str | None:
        """The folder, absolute, from which a command at `offset` builds when the `path` it gives to Docker means the Dockerfile in
        question; None when it means another one, or that cannot be told. What is no shell command begins at the repository's root.
        """
        working = self._working_folder(offset) if in_shell else ""
        relative = None if working is None else self.spelled_out(path)
        if relative is None or "://" in relative or "\0" in relative:
            return None
        from_root = self._is_yaml or not in_shell
        bases = (self._root, self._folder) if from_root else (self._folder, self._root)
        for base in (*bases, os.path.dirname(self._folder)):  # noqa: PTH120
            folder = os.path.normpath(os.path.join(base, working or ""))  # noqa: PTH118
            found = os.path.normpath(os.path.join(folder, relative))  # noqa: PTH118
            if found == self._dockerfile or os.path.isfile(found):  # noqa: PTH113
                return folder if found == self._dockerfile else None
        return None

    def folder(self, origin: str, path: str) -> str | None:
        """The absolute path of a folder that a command running in `origin` names, None when it cannot be told."""
        relative = self.spelled_out(path)
        if relative is None or "://" in relative or "\0" in relative:
            return None
        return os.path.normpath(os.path.join(origin, relative))  # noqa: PTH118

    def step(self, offset: int) -> tuple[int, int]:
        """Where the list item of a YAML file that holds `offset` begins and ends, the line alone in any other file."""
        lines = self._lines_back(offset)
        first, indent = next(lines, (0, 0))
        for start, width in lines if self._is_yaml and not self._begins_item(first) else ():
            if width < indent:
                first, indent = start, width
                if self._begins_item(start):
                    break
        end = self._line_end(offset)
        while self._is_yaml and end < len(self.text):
            following = self._indent(end + 1)
            if following is not None and following <= indent:
                break
            end = self._line_end(end + 1)
        return first, end

    def _working_folder(self, offset: int) -> str | None:
        """The folder, relative to where the file's commands start; None when it cannot be told."""
        folder: str | None = ""
        if self._is_yaml:
            given = _WORKING.search(self.text, *self.step(offset))
            if given is None and (defaults := self.text.find("\ndefaults:")) >= 0:
                given = _WORKING.search(self.text, defaults)
            folder = (
                "" if given is None else self.spelled_out(given[1].partition(" #")[0].strip().strip("\"'"))
            )
        line = self.text.rfind("\n", 0, offset) + 1
        for match in _CHANGED.finditer(self.text, self._shell_start(offset), offset):
            if match["shell"] and match.start() < line:
                continue
            target = "" if match[3] else self.spelled_out(match[2].strip("\"'"))
            if target is None or folder is None:
                return None
            folder = "" if target in ("", "-") else os.path.join(folder, target)  # noqa: PTH118
        return folder

    def _shell_start(self, offset: int) -> int:
        """Where the shell that runs what stands at `offset` begins."""
        if self._is_script:
            return 0
        first, indent = -1, 0
        for start, width in self._lines_back(offset):
            if first < 0:
                indent = width
            elif not (self._is_yaml and width >= indent) and self.text[: first - 1].rstrip()[-1:] != "\\":
                break
            first = start
            if self._is_yaml and _NEW_STEP.match(self.text, start):
                break
        return first

    def _lines_back(self, offset: int) -> Iterator[tuple[int, int]]:
        """Where the line of `offset` and those before begin, with their indents; none of the empty ones."""
        start = self.text.rfind("\n", 0, offset) + 1
        while True:
            indent = self._indent(start)
            if indent is not None:
                yield start, indent
            if not start:
                return
            start = self.text.rfind("\n", 0, start - 1) + 1

    def _indent(self, start: int) -> int | None:
        line = self.text[start : self._line_end(start)]
        content = line.lstrip()
        return len(line) - len(content) if content and not content.startswith("#") else None

    def _begins_item(self, start: int) -> bool:
        return self.text[start : self._line_end(start)].lstrip().startswith("- ")

    def _line_end(self, start: int) -> int:
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end
