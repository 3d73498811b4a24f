"""Where in the source the variables of a word stand."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.document import Instruction, Word
from lintimg.dockerfile.expand import variable_names
from lintimg.lazy import NamedTuple
from lintimg.lint.subject import Subject
from lintimg.model.span import Span


class Use(NamedTuple):
    """A variable that BuildKit expands: its name, its place (`$NAME`, `${NAME`), and the operator of `${NAME:-default}`
    without its colon ("-"), else "". `exact` is False where only the word's place is known.
    """

    name: str
    span: Span
    operator: str
    exact: bool


def uses(subject: Subject, word: Word) -> Iterator[Use]:
    """The variables in `word`."""
    if "$" not in word.text:
        return
    document = subject.document
    found = variable_names(word.text, document.escape)
    if not found:
        return
    source = document.source.slice(word.span)
    dollars = [at for at, character in enumerate(source) if character == "$"]
    text = word.text
    known = len(dollars) == text.count("$")
    for name, at in found:
        braces = text[at + 1 : at + 2] == "{"
        operator = text[at + 2 + len(name) :][:2].removeprefix(":")[:1] if braces else ""
        span = word.span
        if known:
            begin = span.start + dollars[text.count("$", 0, at)]
            span = Span(begin, begin + 1 + braces + len(name))
        exact = document.source.slice(span).endswith(name) and known
        yield Use(name, span if exact else word.span, operator.strip("}"), exact)


def expanded_words(instruction: Instruction) -> tuple[Word, ...]:
    """The words of an instruction in which BuildKit expands variables while it builds (moby/buildkit
    frontend/dockerfile/instructions/commands.go), those of FROM left out; of RUN its mounts alone.
    """
    keyword = instruction.keyword
    if keyword in ("ENV", "LABEL"):
        words = instruction.arguments
        return tuple(word for at, word in enumerate(words) if at % 3 != 2)
    if keyword == "ARG":
        return instruction.arguments
    if keyword in ("COPY", "ADD"):
        flags = tuple(
            Word(flag.value, flag.value_span)
            for flag in instruction.flags
            if flag.name in ("chown", "chmod", "checksum") and flag.value and flag.value_span is not None
        )
        return flags + instruction.arguments
    if keyword == "RUN":
        return tuple(
            Word(flag.value, flag.value_span)
            for flag in instruction.flags
            if flag.name == "mount" and flag.value and flag.value_span is not None
        )
    return instruction.arguments if keyword in ("WORKDIR", "USER", "VOLUME", "STOPSIGNAL") else ()
