"""Dockerfile text to instructions with exact spans, as BuildKit's parser reads it."""

from __future__ import annotations

import re
from collections.abc import Callable

from lintimg.dockerfile import arguments
from lintimg.dockerfile.arguments import ArgumentError, Arguments
from lintimg.dockerfile.document import (
    Comment,
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    LogicalText,
    SyntaxProblem,
    Word,
)
from lintimg.dockerfile.heredoc import CARRIERS, heredoc_starts, read_heredocs
from lintimg.dockerfile.lines import BLANKS, LineReader, LogicalLine, part
from lintimg.dockerfile.template import find_template
from lintimg.dockerfile.validate import instruction_problems, structure_problems
from lintimg.model.span import Span
from lintimg.text import SourceText

_KEYWORD = re.compile(r"([^\t\v\f\r ]*)[\t\v\f\r ]*")

_FORMS: dict[str, Callable[[LogicalText], Arguments]] = {
    "ADD": arguments.json_or_separated,
    "CMD": arguments.json_or_whole,
    "COPY": arguments.json_or_separated,
    "ENTRYPOINT": arguments.json_or_whole,
    "EXPOSE": arguments.blank_separated,
    "FROM": arguments.blank_separated,
    "HEALTHCHECK": arguments.health_check,
    "MAINTAINER": arguments.whole,
    "RUN": arguments.json_or_whole,
    "SHELL": arguments.json_or_whole,
    "STOPSIGNAL": arguments.whole,
    "USER": arguments.whole,
    "VOLUME": arguments.json_or_separated,
    "WORKDIR": arguments.whole,
}


def parse(source: SourceText) -> Dockerfile:
    """The instructions of `source` and every reason BuildKit would refuse it. Never raises."""
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: SourceText) -> None:
        self.reader = LineReader(source)
        self.source = source
        self.instructions: list[Instruction] = []

    def parse(self) -> Dockerfile:
        reader = self.reader
        reader.read_directives()
        for line in reader.logical_lines():
            self.instructions.append(self.instruction(line))
        instructions = tuple(self.instructions)
        template = find_template(self.source, instructions)
        problems = list(reader.problems)
        if template is None:
            for instruction in instructions:
                problems += instruction_problems(instruction)
            problems += structure_problems(instructions, len(self.source.text), has_problems=bool(problems))
        return Dockerfile(
            self.source,
            reader.escape,
            tuple(reader.directives),
            instructions,
            tuple(sorted(reader.comments, key=_comment_start)),
            tuple(sorted(problems, key=_problem_start)),
            template,
        )

    def instruction(self, line: LogicalLine) -> Instruction:
        trimmed = _trimmed(line.text)
        keyword, keyword_span, rest = _split_keyword(trimmed)
        upper = keyword.upper()
        flags: tuple[Flag, ...] = ()
        if rest.text.startswith("--"):
            flags, at = arguments.read_flags(rest)
            rest = part(rest, at)
        words, is_json, trigger = self.arguments(upper, rest, line)
        last, end = line.last, line.span.end
        heredocs: tuple[Heredoc, ...] = ()
        carrier = trigger.keyword if trigger is not None else upper
        carrier_json = trigger.json if trigger is not None else is_json
        if carrier in CARRIERS and not carrier_json and "<<" in rest.text:
            starts = heredoc_starts(line.text.text)
            if starts:
                opened = line.text.source_span(starts[0].start, starts[0].end)
                heredocs = read_heredocs(self.reader, starts, opened)
                last = self.reader.line_number
                end = self.reader.starts[last - 1] + len(self.source.line(last))
        return Instruction(
            number=len(self.instructions),
            keyword=upper,
            keyword_span=keyword_span,
            span=Span(line.span.start, max(end, line.span.start)),
            start_line=line.first,
            end_line=last,
            flags=flags,
            arguments=words,
            json=is_json,
            heredocs=heredocs,
            rest=rest,
            comments=line.comments,
            trigger=trigger,
        )

    def arguments(
        self, upper: str, rest: LogicalText, line: LogicalLine
    ) -> tuple[tuple[Word, ...], bool, Instruction | None]:
        escape = self.reader.escape
        try:
            if upper == "ONBUILD":
                return (), False, self.trigger(rest, line)
            if upper in ("ENV", "LABEL"):
                found = arguments.name_values(rest, escape, upper)
            elif upper == "ARG":
                found = arguments.names(rest, escape)
            elif upper in _FORMS:
                found = _FORMS[upper](rest)
            else:
                # BuildKit keeps nothing of an instruction it does not know.
                found = Arguments((Word("", rest.source_span(0, 0)),), json=False)
        except ArgumentError as error:
            span = rest.source_span(error.start, error.end)
            self.reader.problems.append(SyntaxProblem(error.message, error.remedy, span))
            found = arguments.whole(rest)
        return found.words, found.json, None

    def trigger(self, rest: LogicalText, line: LogicalLine) -> Instruction | None:
        if not rest.text:
            return None
        keyword, span, inner = _split_keyword(rest)
        upper = keyword.upper()
        flags: tuple[Flag, ...] = ()
        if inner.text.startswith("--"):
            flags, at = arguments.read_flags(inner)
            inner = part(inner, at)
        words: tuple[Word, ...] = ()
        is_json = False
        # BuildKit refuses an ONBUILD inside an ONBUILD: there is nothing further to read.
        if upper != "ONBUILD":
            words, is_json, _ = self.arguments(upper, inner, line)
        return Instruction(
            number=len(self.instructions),
            keyword=upper,
            keyword_span=span,
            span=Span(span.start, line.span.end),
            start_line=line.first,
            end_line=line.last,
            flags=flags,
            arguments=words,
            json=is_json,
            heredocs=(),
            rest=inner,
            comments=(),
            trigger=None,
        )


def _trimmed(text: LogicalText) -> LogicalText:
    content = text.text
    start = len(content) - len(content.lstrip(BLANKS))
    end = len(content.rstrip(BLANKS))
    return text if start == 0 and end == len(content) else part(text, start, end)


def _split_keyword(text: LogicalText) -> tuple[str, Span, LogicalText]:
    content = text.text
    found = _KEYWORD.match(content)
    keyword = found[1] if found else content
    start = found.end() if found else len(content)
    end = len(content.rstrip(BLANKS))
    while start < end and content[start] in BLANKS:
        start += 1
    return keyword, text.source_span(0, len(keyword)), part(text, start, max(start, end))


def _comment_start(comment: Comment) -> int:
    return comment.span.start


def _problem_start(problem: SyntaxProblem) -> Span:
    return problem.span
