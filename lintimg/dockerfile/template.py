"""Templates that make Dockerfiles and are none themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lintimg.dockerfile.document import Instruction
from lintimg.model.span import Span
from lintimg.text import SourceText

_MARKER = re.compile(r"\{\{|\{%|<%")
_LINE = re.compile(r"^[ \t]*(\{%-?|\{\{-?|\{#|<%)", re.MULTILINE)
_STRUCTURAL = frozenset(("FROM", "COPY", "ADD", "ENV", "ARG", "WORKDIR", "USER", "EXPOSE", "VOLUME"))


def find_template(source: SourceText, instructions: Iterable[Instruction]) -> Span | None:
    """The first marker that stops the file from being a Dockerfile, or None.

    `{{ }}` inside RUN, LABEL, CMD or a here-document is ordinary text (docker --format, Go templates).
    """
    if _MARKER.search(source.text) is None:
        return None
    for instruction in instructions:
        keyword = instruction.keyword
        if _MARKER.search(keyword) or keyword.startswith("{#"):
            return instruction.keyword_span
        if keyword in _STRUCTURAL:
            text = instruction.rest.text
            flags = " ".join(flag.text for flag in instruction.flags)
            found = _MARKER.search(text)
            if found:
                return instruction.rest.source_span(*found.span())
            if _MARKER.search(flags):
                return instruction.flags[0].span
        elif not instruction.heredocs:
            # A control line in the middle of a continued instruction.
            found = _LINE.search(source.slice(instruction.span))
            if found:
                start = instruction.span.start + found.start(1)
                return Span(start, start + len(found[1]))
    return None
