"""Here-documents that do not do what a file, or a script, of the same text would do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Heredoc
from lintimg.dockerfile.variables import Variables
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span

_EXPANDED = regex(
    r"\\.|\$(?:\{(?P<braces>\w+|[@*#?!$-])(?P<operator>[^}]?)|(?P<bare>\d+|[@*#?!$-]|[^\W\d]\w*))", re.DOTALL
)
_MOST_NAMED = 4


def expanded_heredoc(subject: Subject) -> Iterator[Hit]:
    """LI640: a hit for each here-document of COPY or ADD in which Docker replaces variables that nobody sets."""
    for keyword in ("COPY", "ADD"):
        for step in subject.steps.get(keyword, ()):
            for heredoc in step.instruction.heredocs:
                if heredoc.expand and "$" in heredoc.content:
                    yield from _expanded(subject, step, heredoc)


def _expanded(subject: Subject, step: Step, heredoc: Heredoc) -> Iterator[Hit]:
    lost: list[tuple[str, int, int]] = []
    kept = False
    for found in _EXPANDED.finditer(heredoc.logical.text):
        name = found["braces"] or found["bare"]
        if name is None or found["operator"] not in (None, "", "}") or not _is_lost(step, name):
            kept = True
        else:
            lost.append((name, *found.span()))
    if not lost:
        return
    _, start, end = lost[0]
    names = list(dict.fromkeys(f"${name}" for name, _, _ in lost))
    shown = names[:_MOST_NAMED] + (["others"] if len(names) > _MOST_NAMED else [])
    yield Hit(
        heredoc.logical.source_span(start, end),
        {"names": listing(shown), "delimiter": heredoc.name},
        edits=() if kept else _quoted(subject, step, heredoc),
        details={"variables": [name[1:] for name in names]},
    )


def _is_lost(step: Step, name: str) -> bool:
    """Whether nothing sets `name`. On a base image that nobody here knows that is sure of names no image would set."""
    environment = step.environment
    if name in environment and isinstance(environment, Variables):
        return not environment.states(name) and not (name.isupper() and name[0].isalpha())
    return name not in environment


def _quoted(subject: Subject, step: Step, heredoc: Heredoc) -> tuple[HitEdit, ...]:
    """The edit that quotes the delimiter, which leaves the text alone."""
    text = subject.document.source.text
    head = step.instruction.span.start
    found = re.compile(rf"<<-?{re.escape(heredoc.name)}(?=\s|\Z)").search(text, head, heredoc.body.start)
    if found is None:
        return ()
    span = Span(found.end() - len(heredoc.name), found.end())
    return (HitEdit(span, f"'{heredoc.name}'"),)
