"""Templates that make Dockerfiles and are none themselves.

The markers of Jinja, Go, Mustache, cookiecutter and ERB are ordinary text in most places: `docker inspect --format
'{{.Id}}'`, a configuration file written by `echo` or a here-document, `${{ … }}` in a workflow. They make a template
only where nothing but a template can hold them.
"""

from __future__ import annotations

from collections.abc import Iterable

from lintimg.dockerfile.document import Instruction
from lintimg.lazy import regex
from lintimg.model.span import Span

_MARKER = regex(r"(?<!\$)\{\{|\{%|<%")
_AT_START = regex(r"\{\{|\{%|\{#|<%")
_VALUE = regex(r"\{\{(?!\.)|\{%|<%")
_CONTROL_LINE = regex(r"[ \t]*(\{\{|\{%|<%)[^\n'\"]*(?:\}\}|%\}|%>)[ \t\r]*\Z")

_ANYWHERE = frozenset(("ADD", "COPY", "EXPOSE", "FROM", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
"""Instructions whose arguments are names, paths and numbers."""

_COMMANDS = frozenset(("CMD", "ENTRYPOINT", "RUN"))


def find_template(text: str, instructions: Iterable[Instruction]) -> Span | None:
    """The first marker that stops the file from being a Dockerfile, or None."""
    # Three plain searches are ten times as fast as the regular expression.
    if "{{" not in text and "{%" not in text and "<%" not in text:
        return None
    for instruction in instructions:
        found = _in_instruction(text, instruction)
        if found is not None:
            return found
    return None


def _in_instruction(text: str, instruction: Instruction) -> Span | None:
    keyword = instruction.keyword
    rest = instruction.rest
    if _AT_START.match(keyword) or _MARKER.search(keyword):
        return instruction.keyword_span
    if keyword in _ANYWHERE:
        found = _MARKER.search(rest.text)
        if found is not None:
            return rest.source_span(*found.span())
        return next((flag.span for flag in instruction.flags if _MARKER.search(flag.text)), None)
    if keyword in ("ENV", "ARG"):
        return _in_values(instruction)
    if keyword in _COMMANDS:
        found = _AT_START.match(rest.text)
        if found is not None and not rest.text.startswith("{#"):
            return rest.source_span(*found.span())
    return _in_last_line(text, instruction)


def _in_values(instruction: Instruction) -> Span | None:
    """A value that begins with a marker. `{{.Id}}` may be a format for Docker's commands."""
    for word in instruction.arguments:
        value = word.text
        if instruction.keyword == "ARG":
            value = value.partition("=")[2]
        if _VALUE.match(value):
            return word.span
    return None


def _in_last_line(text: str, instruction: Instruction) -> Span | None:
    """A control line in the middle of a continued instruction, which it ends for want of a continuation."""
    if instruction.start_line == instruction.end_line or instruction.heredocs:
        return None
    span = instruction.span
    line_start = text.rfind("\n", span.start, span.end) + 1
    found = _CONTROL_LINE.match(text, line_start, span.end)
    return None if found is None or not line_start else Span(*found.span(1))
