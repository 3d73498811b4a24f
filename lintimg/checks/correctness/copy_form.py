"""How COPY and ADD are written: which of them, to where."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.lazy import regex
from lintimg.lint.image_files import expanded, lineage
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_ARCHIVE = regex(r"\.(?:tar|[gx]z|bz2|zst|lz|lzma|Z|tgz|txz|tbz2?|tb2|tzst|tlz|tpz|tZ)\Z")
"""Names of files that ADD unpacks, or that hold what it unpacks."""
_WILDCARDS = frozenset("*?[")
_ABSOLUTE = regex(r"[/\\]|[A-Za-z]:")
_OPTIONS_OF_ADD = ("checksum", "keep-git-dir", "unpack")


def add_instead_of_copy(subject: Subject) -> Iterator[Hit]:
    """LI623: a hit for each ADD that does nothing that COPY would not do."""
    for step in subject.steps.get("ADD", ()):
        instruction = step.instruction
        copy = read_copy(instruction)
        if copy is None or any(flag.name in _OPTIONS_OF_ADD for flag in instruction.flags):
            continue
        if all(_is_plain(source.text, step, subject) for source in copy.sources):
            yield Hit(
                instruction.keyword_span,
                {"source": copy.sources[0].text if copy.sources else "a here-document"},
                edits=(HitEdit(instruction.keyword_span, "COPY"),),
                details={"sources": [source.text for source in copy.sources]},
            )


def _is_plain(source: str, step: Step, subject: Subject) -> bool:
    """Whether an ADD source is surely neither fetched nor unpacked."""
    text = expanded(source, step.environment, subject.document.escape)
    if text is None:
        # What a variable begins with can be an address, and what it ends with an archive.
        ending = posixpath.splitext(source)[1]
        return (
            not source.startswith("$") and "$" not in ending and ending != "" and not _ARCHIVE.search(ending)
        )
    if is_remote(text) or _ARCHIVE.search(text):
        return False
    if not _WILDCARDS.intersection(text):
        return text != ""
    if subject.context is None:
        # A name with an ending of its own is no archive; anything else may be.
        ending = posixpath.splitext(text)[1]
        return ending != "" and not _WILDCARDS.intersection(ending)
    return not any(_ARCHIVE.search(file.path) for file in subject.context.match(text).files)


def many_sources_without_slash(subject: Subject) -> Iterator[Hit]:
    """LI624: a hit for each COPY and ADD of several files to what is not marked as a folder."""
    for keyword in ("COPY", "ADD"):
        for step in subject.steps.get(keyword, ()):
            copy = read_copy(step.instruction)
            if copy is None or not _brings_many(copy, step, subject) or _is_form(step):
                continue
            word = copy.destination
            path = expanded(word.text, step.environment, subject.document.escape)
            if not path or path.endswith(("/", "\\")) or posixpath.basename(path) in (".", ".."):
                continue
            there = (
                step.workdir is not None and posixpath.join(step.workdir, path).rstrip("/") == step.workdir
            )
            yield Hit(
                word.span,
                {
                    "destination": path,
                    "instruction": keyword,
                    "count": len(copy.sources) + len(copy.heredocs),
                },
                edits=_slash(subject, word.span),
                variant="folder" if there else "",
                severity="info" if there else None,
                details={"destination": path},
            )


def _is_form(step: Step) -> bool:
    """Whether something is to be filled in first, such as `<your account>`, or an array was meant."""
    text = step.instruction.rest.text
    return ("<" in text and ">" in text) or (text.startswith("[") and not step.instruction.json)


def _slash(subject: Subject, span: Span) -> tuple[HitEdit, ...]:
    last = subject.document.source.text[span.end - 1 : span.end]
    at = span.end - 1 if last in "\"'" else span.end
    return (HitEdit(Span(at, at), "/"),)


def _brings_many(copy: Copy, step: Step, subject: Subject) -> bool:
    if len(copy.sources) + len(copy.heredocs) < 2:
        return False
    if subject.context is None or copy.from_ is not None or copy.heredocs:
        return True
    for source in copy.sources:
        text = expanded(source.text, step.environment, subject.document.escape)
        if text is None or is_remote(text) or not subject.context.match(text).is_directory:
            return True
    # Folders are merged, whatever the destination is called.
    return False


def relative_destination(subject: Subject) -> Iterator[Hit]:
    """LI630: a hit for each COPY and ADD to a relative path where only the base image says where that is."""
    for keyword in ("COPY", "ADD"):
        for step in subject.steps.get(keyword, ()):
            copy = read_copy(step.instruction)
            if copy is None:
                continue
            path = expanded(copy.destination.text, step.environment, subject.document.escape)
            if not path or _ABSOLUTE.match(path) or copy.destination.text.startswith("$"):
                continue
            if _is_workdir_given(subject, step):
                continue
            here = step.workdir
            yield Hit(
                copy.destination.span,
                {"destination": path, "folder": here or "", "instruction": keyword},
                variant="known" if here else "",
                details={"destination": path, "folder": here},
            )


def _is_workdir_given(subject: Subject, step: Step) -> bool:
    """Whether an earlier line, or AWS's base image, says which folder the step works in."""
    build = subject.build
    root = build.stages[build.stages[step.stage].root]
    if root.base_image is not None and aws_base(root.base_image) is not None:
        return True
    stages = lineage(build, step.stage)
    return any(
        each.stage in stages and each.instruction.number < step.instruction.number
        for each in subject.steps.get("WORKDIR", ())
    )
