"""The program that a built image starts, found in the image as exec finds it."""

from __future__ import annotations

from lintimg.checks.shell_form import plain_words
from lintimg.image.tree import FileTree
from lintimg.lazy import NamedTuple
from lintimg.lint.built import BuiltImage
from lintimg.lint.image_kind import AWS_ENTRYPOINT

_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HEAD = 4096
"""Bytes at the start of a program that tell what it is."""


class Started(NamedTuple):
    """The first word of what starts, and the path it leads to, None where nothing is there.

    `by_shell` tells that a shell starts it.
    """

    word: str
    path: bytes | None
    by_shell: bool


def started_words(subject: BuiltImage) -> tuple[str, ...]:
    """The words that start the image."""
    return (*subject.config.entrypoint, *subject.config.cmd)


def on_aws_entrypoint(subject: BuiltImage) -> bool:
    """Does the entry script of AWS's base images get the words."""
    return subject.config.entrypoint[:1] == (AWS_ENTRYPOINT,)


def started(subject: BuiltImage, tree: FileTree) -> tuple[Started, ...]:
    """The programs that start one after the other: the first, and what a shell starts, where that is plain."""
    words = started_words(subject)
    if not words:
        return ()
    first = Started(words[0], lookup(subject, tree, words[0]), by_shell=False)
    if len(words) >= 3 and words[1] == "-c" and words[0].rpartition("/")[2] in ("sh", "bash"):
        inner = plain_words(words[2])
        if inner and inner[0] == "exec":
            inner = inner[1:]
        if inner and "/" in inner[0]:
            return first, Started(inner[0], lookup(subject, tree, inner[0]), by_shell=True)
    return (first,)


def lookup(subject: BuiltImage, tree: FileTree, word: str) -> bytes | None:
    """The path of the program `word`: as it is, from the working directory, or along PATH."""
    if "/" in word:
        base = "" if word.startswith("/") else f"{subject.config.working_dir or '/'}/"
        return tree.resolve(encoded(base + word))
    for folder in subject.environment.get("PATH", _DEFAULT_PATH).split(":"):
        found = tree.resolve(encoded(f"{folder}/{word}"))
        if found is not None and found not in tree.folders:
            return found
    return None


def encoded(path: str) -> bytes:
    """A path as layers have it."""
    return path.encode("utf-8", "replace").lstrip(b"/")
