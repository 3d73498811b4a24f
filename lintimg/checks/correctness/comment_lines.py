"""Comments that are more than comments: directives, ignores, descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.dockerfile.document import Comment, Instruction, Word
from lintimg.dockerfile.vocabulary import nearest
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_DIRECTIVES = ("check", "escape", "syntax")
_ASSIGNMENT = regex(r"([a-zA-Z]+)\s*=\s*(\S+)\Z")
_VALUES = {
    "syntax": regex(r"[\w.-]+/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?\Z|dockerfile", re.IGNORECASE),
    "escape": regex(r"[\\`]\Z"),
    "check": regex(r"(?:skip|error|experimental)=", re.IGNORECASE),
}
_IGNORES = regex(
    r"(?:hadolint|tally)\s+(?:global\s+|stage\s+)?ignore\s*=|lintimg\s*:\s*(?:file-)?ignore\b", re.IGNORECASE
)


def idle_directive(subject: Subject) -> Iterator[Hit]:
    """LI641: a hit for each comment that would be a parser directive if it stood, or were spelled, otherwise."""
    document = subject.document
    first = document.instructions[0].start_line if document.instructions else 0
    given = {directive.name for directive in document.directives}
    for comment in document.comments:
        found = _ASSIGNMENT.match(comment.text)
        if found is None:
            continue
        written = found[1].lower()
        name = written if written in _DIRECTIVES else nearest(written, _DIRECTIVES)
        if name is None or name in given or not _VALUES[name].match(found[2]):
            continue
        if name != written and comment.line > first:
            # Far from the top nobody meant a directive by it.
            continue
        yield Hit(
            comment.span,
            {"directive": name, "written": found[1]},
            edits=_respelled(subject, comment, found[1], name),
            variant="" if name == written else "misspelt",
            details={"directive": name},
        )


def _respelled(subject: Subject, comment: Comment, written: str, name: str) -> tuple[HitEdit, ...]:
    """The edit that mends the spelling, where that alone makes a directive of it."""
    document = subject.document
    if written.lower() == name or comment.line != len(document.directives) + 1:
        return ()
    at = document.source.text.index(written, comment.span.start)
    return (HitEdit(Span(at, at + len(written)), name),)


def inline_ignore(subject: Subject) -> Iterator[Hit]:
    """LI644: a hit for each comment that silences a linter."""
    for comment in subject.document.comments:
        if _IGNORES.match(comment.text):
            yield Hit(comment.span, {"comment": comment.text[:60]})


def misplaced_description(subject: Subject) -> Iterator[Hit]:
    """LI618: a hit for each ARG and named stage below a comment that does not begin with its name."""
    document = subject.document
    above = {comment.line + 1: comment for comment in document.comments}
    directives = {directive.line for directive in document.directives}
    for instruction in document.instructions:
        comment = above.get(instruction.start_line)
        if comment is None or comment.line in directives or not comment.text:
            continue
        described = _described(instruction)
        names = [word.text.partition("=")[0] for word in described]
        # The name of a stage is lower case for BuildKit, however it is written.
        spoken = names if instruction.keyword == "ARG" else [name.lower() for name in names] + names
        if names and comment.text.split(" ")[0] not in spoken:
            start = described[0].span.start
            yield Hit(
                Span(start, start + len(names[0])),
                {"instruction": instruction.keyword, "name": names[0]},
                details={"name": names[0]},
            )


def _described(instruction: Instruction) -> tuple[Word, ...]:
    words = instruction.arguments
    if instruction.keyword == "ARG":
        return words
    return words[2:] if instruction.keyword == "FROM" and len(words) == 3 else ()
