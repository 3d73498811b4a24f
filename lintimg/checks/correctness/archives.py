"""LI622: archives that are copied in to be unpacked."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import regex
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.shell.script import Command

_ARCHIVE = regex(r"\.(?:tar|Z|bz2|gz|lz|lzma|xz|zst|tZ|tb2|tbz2?|tgz|tlz|tpz|txz|tzst|zip)\Z")
_TAR = regex(r"\.(?:tar(?:\.(?:gz|bz2|xz|zst|lzma|Z))?|tgz|tbz2?|tb2|txz|tzst)\Z")
"""What ADD unpacks by itself."""
_UNPACKERS = frozenset(
    ("unzip", "gunzip", "bunzip2", "unlzma", "unxz", "unzstd", "uncompress", "zcat", "gzcat", "bsdtar")
)
_EXTRACTS = regex(r"-?[A-Za-z]*x[A-Za-z]*\Z")


def archive_copied(subject: Subject) -> Iterator[Hit]:
    """A hit for each archive of the context that a later RUN of its stage unpacks."""
    copied: dict[tuple[int, str], Word] = {}
    for step in subject.steps.get("COPY", ()):
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is not None:
            continue
        target = expanded(copy.destination.text, step.environment, subject.document.escape) or ""
        for word in copy.sources:
            source = expanded(word.text, step.environment, subject.document.escape) or ""
            name = basename(target) if _ARCHIVE.search(target) else basename(source)
            if _ARCHIVE.search(name):
                copied[step.stage, name] = word
    if not copied:
        return
    for step in subject.steps.get("RUN", ()):
        for script in subject.run(step).scripts:
            for command in script.commands:
                for name in _unpacked(command):
                    if (step.stage, name) in copied:
                        yield _hit(copied.pop((step.stage, name)), name, command)


def _hit(word: Word, name: str, command: Command) -> Hit:
    return Hit(
        word.span,
        {"archive": name, "program": command.name or "", "source": word.text},
        variant="" if _TAR.search(name) else "other",
        related=(HitRelated(command.statement, "where it is unpacked"),),
        details={"archive": name},
    )


def _unpacked(command: Command) -> Iterator[str]:
    """The names of the files that `command` unpacks, as far as it unpacks any."""
    texts = [word.pieces for word in command.arguments]
    if command.name == "tar":
        if not any(
            text in ("--extract", "--get") or (_EXTRACTS.match(text) and (text[0] == "-" or at == 0))
            for at, text in enumerate(texts)
        ):
            return
    elif command.name not in _UNPACKERS:
        return
    for text in texts:
        if not text.startswith("-"):
            yield basename(text)
