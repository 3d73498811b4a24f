"""COPY and ADD of what the builder does not get: hidden by the ignore file, or not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from posixpath import basename, dirname, relpath

from lintimg.checks.tables import table
from lintimg.context.build_context import BuildContext
from lintimg.context.dockerignore import clean_path
from lintimg.context.globs import has_wildcard
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import regex
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_ABOVE = regex(r"(?:\./)*\.\.(?:/|\Z)")
_LIKE = 0.8
_MOST_FILES = 5_000


def ignored_copy_source(subject: Subject) -> Iterator[Hit]:
    """LI617: a hit for each source that the ignore file keeps out of the context."""
    context = subject.context
    if context is None or context.ignore_file is None:
        return
    for step, word, source in _sources(subject):
        match = context.match(source)
        pattern = match.ignored_by if match.ignored else None
        if match.missing and not has_wildcard(source):
            # It may be made before the build, and would be hidden all the same.
            found = context.ignored_by(source)
            pattern = found.text if found is not None and not context.reincludes else None
        if pattern is None:
            continue
        file = context.ignore_file.name
        yield Hit(
            word.span,
            {"instruction": step.instruction.keyword, "source": source, "pattern": pattern, "file": file},
            edits=_reincluded(context, source),
            details={"source": source, "pattern": pattern},
        )


def _reincluded(context: BuildContext, source: str) -> tuple[HitEdit, ...]:
    """The edit that takes `source` out of what the ignore file hides."""
    path = clean_path("/" + source)[1:]
    if context.ignore_file is None or not path or has_wildcard(path) or path != path.strip():
        return ()
    file = relpath(context.ignore_file.as_posix(), context.root.as_posix())
    data = None if file.startswith("..") else context.read(file)
    if data is None:
        return ()
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lead = "" if not text or text.endswith("\n") else "\n"
    return (HitEdit(Span(len(text), len(text)), f"{lead}!{path}\n", file),)


def missing_copy_source(subject: Subject) -> Iterator[Hit]:
    """LI635: a hit for each source that the context lacks, and for each that seems to lie above the context."""
    context = subject.context
    for step, word, source in _sources(subject):
        above = _ABOVE.match(source) is not None
        if has_wildcard(source) or (context is None and not above):
            continue
        path = clean_path("/" + source)[1:]
        values = {"instruction": step.instruction.keyword, "source": source, "path": path, "suggestion": ""}
        if context is None:
            yield Hit(word.span, values, variant="above", severity="info", details={"source": source})
            continue
        if not context.match(source).missing or context.ignored_by(source) is not None:
            continue
        near = None if above else _near(context, path)
        if near is None and not above and _is_product(path):
            continue
        yield Hit(
            word.span,
            values | {"suggestion": near or ""},
            edits=(HitEdit(word.span, near),) if near is not None and word.text == source else (),
            variant="above" if above else "near" if near is not None else "",
            severity=None if above or near is not None else "info",
            details={"source": source, "suggestion": near},
        )


def _near(context: BuildContext, path: str) -> str | None:
    """The file or folder beside `path` whose name is almost the same."""
    folder = dirname(path)
    prefix = f"{folder}/" if folder else ""
    names = {
        file.path[len(prefix) :].partition("/")[0]
        for file in islice(context.files, _MOST_FILES)
        if file.path.startswith(prefix)
    }
    from difflib import get_close_matches

    found = get_close_matches(basename(path), sorted(names), 1, _LIKE)
    return prefix + found[0] if found else None


def _is_product(path: str) -> bool:
    """Whether `path` is likely made by a build outside the image, or kept out of the repository."""
    data = table("build_products")
    return bool(
        set(path.lower().split("/")).intersection(data["folders"])
        or path.lower().endswith(tuple(data["endings"]))
        or _private().match(basename(path))
    )


@cache
def _private() -> re.Pattern[str]:
    return re.compile(table("build_products")["private"], re.IGNORECASE)


def _sources(subject: Subject) -> Iterator[tuple[Step, Word, str]]:
    """What the stages that are built take from the context, variables expanded, unknown ones left out."""
    used = subject.build.used
    for keyword in ("COPY", "ADD"):
        for step in subject.steps.get(keyword, ()):
            copy = read_copy(step.instruction) if step.stage in used else None
            if copy is None or copy.from_ is not None or copy.parents:
                continue
            for word in copy.sources:
                source = expanded(word.text, step.environment, subject.document.escape)
                if source and not is_remote(source) and not _is_form(source):
                    yield step, word, source


def _is_form(source: str) -> bool:
    """Whether a source is to be filled in first, or is a git repository."""
    return "<" in source or "{" in source or source.endswith(".git") or ".git#" in source
