"""What each shipped layer brings that a later one may remove."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join

from lintimg.checks.effects import Placed, absolute, located, option_value
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.dockerfile.document import Word
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span

_ARCHIVES = (
    ".zip .tar .gz .tgz .bz2 .tbz2 .xz .txz .zst .7z .rpm .deb .apk .jar .war .whl .iso .run .bin .exe .msi".split()  # noqa: SIM905 - readable as one line of words
)
_EXTRACTS = regex(r"-?[a-zA-Z]*x[a-zA-Z]*\Z")
_STEM = regex(r"(?:\.tar)?\.\w+\Z")
_CLONE_VALUES = frozenset(
    "-b --branch --depth -c --config -o --origin -u --reference --separate-git-dir -j --jobs --template".split()  # noqa: SIM905 - readable as one line of words
)
_HOW = {"git": "cloned", "unzip": "unpacked", "tar": "unpacked"}
SITE_PACKAGES = "site-packages"


_PROJECT_FOLDERS = {"composer": "vendor", "uv": ".venv"}
"""Where a manager keeps the packages of a project."""


class Made(NamedTuple):
    """Something a layer brings: its path, how, and where that is said.

    `folder` tells a folder; `source` is its context path for what COPY brings (None otherwise), `bytes` its size
    where known. `heavy`: of a kind that is big even if the size is not known.
    """

    path: str
    how: str
    span: Span
    folder: bool
    heavy: bool
    bytes: int | None = None
    source: str | None = None


def copied(step: Step, subject: Subject) -> Iterator[Made]:
    """What a COPY or ADD brings."""
    copy = read_copy(step.instruction)
    if copy is None:
        return
    target = word_text(copy.destination, step)
    if target is None:
        return
    several = len(copy.sources) + len(copy.heredocs) > 1
    into_folder = several or target.endswith(("/", "/.")) or target == "."
    destination = located(target, step.workdir)
    if destination is None:
        return
    for word in copy.sources:
        source = word_text(word, step)
        if source is not None:
            yield from _source(copy, word, source, destination, subject, into_folder=into_folder)


def _source(
    copy: Copy, word: Word, source: str, destination: str, subject: Subject, *, into_folder: bool
) -> Iterator[Made]:
    name = basename(source.rstrip("/"))
    archive = name.lower().endswith(tuple(_ARCHIVES))
    if is_remote(source):
        path = join(destination, name.partition("?")[0]) if into_folder else destination
        yield Made(path, "downloaded", word.span, folder=False, heavy=archive)
        return
    if copy.keyword == "ADD" and archive and not name.endswith((".zip", ".jar", ".whl", ".rpm", ".deb")):
        return
    if copy.from_ is not None:
        path = join(destination, name) if into_folder and "." in name else destination
        yield Made(path, "copied", word.span, folder="." not in name, heavy=archive)
        return
    if "*" in name:
        if into_folder:
            yield Made(
                join(destination, name), "copied", word.span, folder=False, heavy=archive, source=source
            )
        return
    context = subject.context
    if context is not None:
        match = context.match(source)
        if not match.missing and not match.ignored:
            folder = match.is_directory
            path = join(destination, name) if into_folder and not folder else destination
            yield Made(
                path, "copied", word.span, folder=folder, heavy=archive, bytes=match.bytes, source=source
            )
        return
    folder = source.endswith("/") or name in ("", ".") or "." not in name.lstrip(".")
    path = join(destination, name) if into_folder and not folder else destination
    yield Made(path, "copied", word.span, folder=folder, heavy=archive, source=source)


def word_text(word: Word, step: Step) -> str | None:
    """A COPY word with its variables replaced, None when that cannot be done."""
    try:
        return expand(word.text, step.environment)
    except ExpansionError:
        return None


def fetched(placed: Placed) -> Iterator[Made]:
    """What a download, clone or unpacking command of a RUN puts on disk."""
    command = placed.command
    words = [word.pieces for word in command.arguments]
    paths: list[str] = []
    folder = False
    heavy: bool | None = None
    if command.name == "curl":
        paths = _curl(words)
    elif command.name == "wget":
        paths = _wget(words)
    elif command.name == "git" and "clone" in words:
        paths, folder, heavy = _clone(words[words.index("clone") + 1 :]), True, True
    elif command.name in ("unzip", "tar"):
        paths, folder, heavy = _unpacked(command.name, words), True, True
    elif command.name == "aws" and words[:2] in (["s3", "cp"], ["s3", "sync"]):
        operands = [word for word in words[2:] if not word.startswith("-")]
        if len(operands) == 2 and "://" not in operands[1] and not operands[1].endswith("/"):
            paths = [operands[1]]
    if command.name in ("curl", "wget"):
        paths += [
            redirect.target.pieces
            for redirect in command.redirects
            if redirect.operator == ">" and redirect.target
        ]
    for text in paths:
        path = absolute(text, placed.directory, placed.variables)
        if path is not None and not path.startswith("/dev/"):
            big = path.lower().endswith(tuple(_ARCHIVES)) if heavy is None else heavy
            yield Made(path, _HOW.get(command.name or "", "downloaded"), command.statement, folder, big)


def _unpacked(program: str, words: list[str]) -> list[str]:
    """The folders that unpacking makes: the one it is told, and by custom one called as the archive."""
    told = "-d" if program == "unzip" else "-C"
    if program == "tar" and not any(
        word in ("--extract", "-x") or _EXTRACTS.match(word) for word in words[:2]
    ):
        return []
    into = words[words.index(told) + 1] if told in words[:-1] else None
    if into is not None:
        return [into]
    archives = [word for word in words if word.lower().endswith(tuple(_ARCHIVES))]
    stems = [_STEM.sub("", basename(word)) for word in archives]
    return [stem for stem in stems if stem]


def _url_name(url: str) -> str:
    return basename(url.partition("?")[0].partition("#")[0].rstrip("/"))


def _curl(words: list[str]) -> list[str]:
    paths: list[str] = []
    remote = False
    urls: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if word == "--output" or (word.startswith("-") and not word.startswith("--") and word.endswith("o")):
            paths.append(following)
            at += 1
        elif word.startswith("--output="):
            paths.append(word.partition("=")[2])
        elif word == "--remote-name" or (word.startswith("-") and not word.startswith("--") and "O" in word):
            remote = True
        elif "://" in word:
            urls.append(word)
        at += 1
    if remote:
        paths += [_url_name(url) for url in urls]
    return [path for path in paths if path and path != "-"]


def _wget(words: list[str]) -> list[str]:
    output: str | None = None
    prefix = ""
    urls: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        short = word.startswith("-") and not word.startswith("--")
        if word == "--output-document" or (short and word.endswith("O")):
            output = following
            at += 1
        elif word.startswith("--output-document="):
            output = word.partition("=")[2]
        elif short and "O" in word:
            output = word.partition("O")[2]
        elif word in ("-P", "--directory-prefix"):
            prefix = following
            at += 1
        elif word.startswith("--directory-prefix="):
            prefix = word.partition("=")[2]
        elif "://" in word:
            urls.append(word)
        at += 1
    if output is not None:
        return [output] if output and output != "-" else []
    return [join(prefix, _url_name(url)) for url in urls]


def _clone(words: list[str]) -> list[str]:
    operands = []
    at = 0
    while at < len(words):
        if words[at] in _CLONE_VALUES:
            at += 1
        elif not words[at].startswith("-"):
            operands.append(words[at])
        at += 1
    if len(operands) > 1:
        return [operands[1]]
    return [basename(url.rstrip("/")).removesuffix(".git") for url in operands]


def installed(run: ShippedRun, places: dict[int, Placed]) -> Iterator[Made]:
    """The folders that language package managers fill."""
    for operation in run.operations:
        if operation.action != "install":
            continue
        place = places.get(operation.command.statement.start)
        manager = operation.manager
        if manager in ("npm", "yarn", "pnpm") and not operation.has("-g", "--global", "--location"):
            path = absolute(
                join(option_value(operation, "--prefix", "--cwd", "-C") or ".", "node_modules"),
                place.directory if place else run.step.workdir,
                place.variables if place else {},
            )
        elif manager == "composer" or (
            manager == "uv" and operation.verb is not None and operation.verb.pieces == "sync"
        ):
            path = absolute(
                _PROJECT_FOLDERS[manager],
                place.directory if place else run.step.workdir,
                place.variables if place else {},
            )
        elif manager in ("pip", "uv"):
            target = option_value(operation, "-t", "--target")
            path = SITE_PACKAGES
            if target is not None:
                path = (
                    absolute(
                        target,
                        place.directory if place else run.step.workdir,
                        place.variables if place else {},
                    )
                    or ""
                )
        else:
            continue
        if path:
            yield Made(path, "installed", operation.span, folder=True, heavy=True)
