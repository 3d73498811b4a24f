"""LI670: words of exec form with quotes that nobody takes away."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh", "eval"))
_SHORTEST = 3


def quoted_word(subject: Subject) -> Iterator[Hit]:
    """A hit for each word of a CMD, ENTRYPOINT or RUN in exec form that stands between single quotes."""
    for outer in subject.document.instructions:
        instruction = outer.trigger or outer
        if instruction.keyword not in ("CMD", "ENTRYPOINT", "RUN") or not instruction.json:
            continue
        words = instruction.arguments
        if any(basename(word.text) in _SHELLS for word in words):
            continue
        for word in words:
            text = word.text
            if len(text) < _SHORTEST or text[0] != "'" or text[-1] != "'" or "'" in text[1:-1]:
                continue
            written = subject.document.source.slice(word.span)
            bare = written.replace("'", "")
            yield Hit(
                word.span,
                {"word": text, "program": words[0].text, "bare": bare},
                edits=(HitEdit(word.span, bare),) if written == f'"{text}"' else (),
                details={"instruction": instruction.keyword},
            )
