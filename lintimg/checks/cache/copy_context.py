"""LI302: what comes along when a folder of the context is copied."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from lintimg.checks.cache.build_inputs import is_whole_context
from lintimg.checks.made import word_text
from lintimg.checks.tables import table
from lintimg.context.build_context import BuildContext
from lintimg.context.files import ContextFile
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.dockerfile.document import Word
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing, size
from lintimg.model.finding import Saving

_WORTH_A_WORD = 5_000_000
"""Bytes of tests and tool caches below which nothing is said."""

_CONTENT_LIMIT = 20_000


class Junk:
    """Things of the context that an image has no use for: name to bytes, and what kind each is."""

    def __init__(self) -> None:
        """Empty."""
        self.bytes: dict[str, int] = {}
        self.kinds: dict[str, str] = {}

    def add(self, name: str, kind: str, bytes_: int) -> None:
        """Counts a file of `bytes_` bytes under `name`."""
        self.bytes[name] = self.bytes.get(name, 0) + bytes_
        self.kinds[name] = kind

    def worth_telling(self) -> list[str]:
        """The names that deserve a word, the biggest first."""
        always = table("context_junk")["always"]
        rest = sum(bytes_ for name, bytes_ in self.bytes.items() if self.kinds[name] not in always)
        kept = [name for name in self.bytes if self.kinds[name] in always or rest >= _WORTH_A_WORD]
        if not any(self.kinds[name] in always for name in kept) and rest < _WORTH_A_WORD:
            return []
        return sorted(kept, key=lambda name: (self.kinds[name] != "secret", -self.bytes[name], name))


def copy_whole_context(subject: Subject) -> Iterator[Hit]:
    """A hit for each shipped COPY of a folder that brings what no function needs; one hit where it cannot be seen."""
    context = subject.context
    hits: list[Hit] = []
    found: dict[str, str] = {}
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is not None:
            continue
        for word in copy.sources:
            source = word_text(word, step)
            if source is None or is_remote(source):
                continue
            if context is None:
                if is_whole_context(source):
                    yield Hit(word.span, {}, variant="unknown", severity="info", details={"known": False})
                    return
                continue
            match = context.match(source, copy.exclude)
            if match.is_directory or is_whole_context(source):
                junk = _sorted_out(match.files, source, subject, context)
                names = junk.worth_telling()
                if names:
                    from lintimg.checks.cache.ignore_file_fix import worth_leaving_out

                    hits.append(_hit(word, source, names, junk))
                    found |= worth_leaving_out(junk.kinds, names)
    if context is not None and hits:
        from lintimg.checks.cache.ignore_file_fix import ignore_edit

        # One edit for all: every COPY reads the same ignore file.
        edit = ignore_edit(subject, context, found)
        yield hits[0]._replace(edits=(edit,) if edit is not None else ())
        yield from hits[1:]


def _hit(word: Word, source: str, names: list[str], junk: Junk) -> Hit:
    from lintimg.checks.cache.ignore_file_fix import pattern_for

    total = sum(junk.bytes[name] for name in names)
    secrets = [name for name in names if junk.kinds[name] == "secret"]
    return Hit(
        word.span,
        {
            "source": "the whole context" if is_whole_context(source) else source,
            "junk": listing([f"{name} ({size(junk.bytes[name])})" for name in names]),
            "bytes": size(total),
            "patterns": " ".join(dict.fromkeys(pattern_for(name, junk.kinds[name]) for name in names)),
            "secrets": listing(secrets),
        },
        variant="secrets" if secrets else "",
        details={"known": True, "paths": names, "bytes": total},
        saving=Saving(total, "measured"),
    )


def _sorted_out(files: tuple[ContextFile, ...], source: str, subject: Subject, context: BuildContext) -> Junk:
    folders: dict[str, str] = table("context_junk")["folders"]
    named = source.strip("/").removeprefix("./").split("/")
    installs_node = None
    junk = Junk()
    for file in files:
        parts = file.path.split("/")
        for depth, part in enumerate(parts[:-1]):
            kind = folders.get(part)
            if kind is None or part in named:
                continue
            name = "/".join(parts[: depth + 1])
            if name not in junk.bytes and name not in junk.kinds:
                if kind == "python" and not context.exists(f"{name}/pyvenv.cfg"):
                    kind = ""
                elif kind == "node":
                    installs_node = _installs_node(subject) if installs_node is None else installs_node
                    kind = "node" if installs_node else ""
                junk.kinds[name] = kind
            if junk.kinds[name]:
                junk.add(name, junk.kinds[name], file.bytes)
                break
        else:
            if _is_secret(file, context):
                junk.add(file.path, "secret", file.bytes)
    return junk


def _installs_node(subject: Subject) -> bool:
    """Whether the build installs node packages itself: only then is the host's node_modules of no use."""
    return any(
        operation.manager in ("npm", "yarn", "pnpm")
        and operation.action == "install"
        and not operation.has("-g", "--global")
        for number in subject.build.used
        for run in subject.runs(number)
        for operation in run.operations
    )


@cache
def _secret_globs() -> tuple[tuple[str, str | None], ...]:
    return tuple((row["glob"], row.get("contents")) for row in table("context_junk")["secrets"])


def _is_secret(file: ContextFile, context: BuildContext) -> bool:
    name = file.path.rpartition("/")[2]
    if not file.bytes or ("." not in name and not name.startswith(("id_", "credentials"))):
        return False
    for glob, contents in _secret_globs():
        if fnmatchcase(name, glob):
            if any(fnmatchcase(name, fine) for fine in table("context_junk")["fine"]):
                return False
            if contents is None:
                return True
            data = context.read(file.path, _CONTENT_LIMIT)
            text = data.decode("utf-8", "replace") if data is not None else ""
            return contents in text and "${" not in text
    return False
