"""What a COPY brings, told by its words or by the context: sources, dependency manifests, or neither."""

from __future__ import annotations

from functools import cache
from posixpath import basename, join, normpath, splitext
from typing import Literal

from lintimg.checks.made import word_text
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.subject import Subject

Role = Literal["source", "manifest", "other"]

_LONGEST_ENDING = 11
"""Letters of the longest file name extension; what follows the dot of a folder's name is longer, or has capitals."""

_VARIABLE = regex(r"\$\{?\w+[^/}]*\}?")


class SourceCopy(NamedTuple):
    """A COPY or ADD that brings sources from the context.

    `word` is the first one that does, `sources` all of them, `manifests` the words of dependency manifests in the same instruction.
    `whole`: a folder comes along, so that manifests may hide in it.
    """

    step: Step
    copy: Copy
    word: Word
    sources: tuple[Word, ...]
    manifests: tuple[Word, ...]
    whole: bool


def source_copy(step: Step, subject: Subject) -> SourceCopy | None:
    """`step` as a copy of sources, None when it brings none or that cannot be told."""
    copy = read_copy(step.instruction)
    if copy is None or copy.from_ is not None:
        return None
    sources: list[Word] = []
    manifests: list[Word] = []
    whole = False
    for word in copy.sources:
        role, folder = _role(word, copy, step, subject)
        if role == "source":
            sources.append(word)
            whole = whole or folder
        elif role == "manifest":
            manifests.append(word)
    if not sources:
        return None
    return SourceCopy(step, copy, sources[0], tuple(sources), tuple(manifests), whole)


def is_manifest(name: str) -> bool:
    """Whether a file of this name says what to install, or how."""
    return _fits("manifests", name.lower())


def is_whole_context(source: str) -> bool:
    """Whether a COPY source means the context's root."""
    return source.strip("/") in ("", ".", "*", "./*", "./.") or (
        source.startswith(("./.", "$PWD", "${PWD}")) and source.strip("./") == ""
    )


def _fits(key: str, name: str) -> bool:
    """Whether one of the table's globs matches. They know only `*`: compiling them costs a cold start 4 ms."""
    for glob in table("build_inputs")[key]:
        first, *rest = glob.split("*")
        if not rest:
            if name == first:
                return True
            continue
        *middle, last = rest
        if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
            continue
        at, end = len(first), len(name) - len(last)
        for part in middle:
            found = name.find(part, at, end)
            if found < 0:
                break
            at = found + len(part)
        else:
            return True
    return False


@cache
def _endings() -> frozenset[str]:
    return frozenset(table("build_inputs")["source_endings"])


def is_source_file(path: str) -> bool:
    """Whether a file holds program text that changes as people work."""
    name = basename(path).lower()
    if splitext(name)[1] not in _endings():
        return False
    return not is_manifest(name) and not _fits("not_source", name)


def _role(word: Word, copy: Copy, step: Step, subject: Subject) -> tuple[Role, bool]:
    text = word_text(word, step)
    source = text if text is not None else _VARIABLE.sub("", word.text.strip("\"'"))
    if is_remote(source) or (not source.strip("/") and text is None):
        return "other", False
    name = basename(source.rstrip("/"))
    if is_whole_context(source):
        return ("source", True) if _holds_sources(".", copy, subject) else ("other", True)
    if is_manifest(name):
        return "manifest", False
    if text is not None and subject.context is not None:
        match = subject.context.match(source, copy.exclude)
        if not match.missing and not match.ignored:
            if not match.files:
                return "other", match.is_directory
            if any(is_source_file(file.path) for file in match.files):
                return "source", match.is_directory
            return "other", match.is_directory
    ending = splitext(name)[1]
    if ending and ending.islower() and len(ending) <= _LONGEST_ENDING:
        return ("source", False) if is_source_file(name) else ("other", False)
    if name in ("*", "**"):
        folder = basename(source.rstrip("/*"))
        return ("source", True) if _is_source_folder(folder, copy, step) else ("other", True)
    if "*" in name:
        return "other", False
    return ("source", True) if _is_source_folder(name, copy, step) else ("other", True)


def _holds_sources(source: str, copy: Copy, subject: Subject) -> bool:
    if subject.context is None:
        return True
    return any(is_source_file(file.path) for file in subject.context.match(source, copy.exclude).files)


def _is_source_folder(name: str, copy: Copy, step: Step) -> bool:
    data = table("build_inputs")
    lower = name.lower()
    destination = word_text(copy.destination, step)
    target = _place(destination, step.workdir) if destination else None
    if target is not None and any(
        target == place or target.startswith(f"{place}/")
        for place in data["settings_targets"]
        if place != step.workdir
    ):
        return False
    if target is not None and "/." in target:
        return False
    if lower in data["source_folders"]:
        return True
    if lower in data["other_folders"] or not name or name.startswith("."):
        return False
    return target is not None and step.workdir not in (None, "/") and _within(target, step.workdir or "")


def _place(path: str, directory: str | None) -> str | None:
    """`path` as an absolute one; another user's home is a folder like any other: `/home/app` often is the function's."""
    if not path.startswith("/"):
        if directory is None:
            return None
        path = join(directory, path)
    return normpath(path).replace("//", "/")


def _within(path: str, folder: str) -> bool:
    folder = normpath(folder)
    return path == folder or path.startswith(f"{folder}/")
