"""Dockerfile text to instructions with exact spans, as BuildKit's parser reads it."""

from __future__ import annotations

from lintimg.dockerfile.arguments import FORMS, ArgumentError, Arguments, ignored
from lintimg.dockerfile.blanks import BLANKS
from lintimg.dockerfile.document import (
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    LogicalText,
    SyntaxProblem,
)
from lintimg.dockerfile.expand import ExpansionError
from lintimg.dockerfile.flags import read_flags
from lintimg.dockerfile.frontend import is_foreign
from lintimg.dockerfile.heredoc import CARRIERS, opened_heredocs, read_heredocs
from lintimg.dockerfile.lines import LineReader, LogicalLine, part
from lintimg.dockerfile.template import find_template
from lintimg.dockerfile.validate import instruction_problems, structure_problems, unknown_instruction
from lintimg.lazy import regex
from lintimg.model.span import Span
from lintimg.text import SourceText

# Raw bytes 85 and A0 count as blanks before the flags, where BuildKit looks at bytes.
_KEYWORD = regex("([^\t\v\f\r ]*)(?:[\t\v\f\r ][\t\n\v\f\r \udc85\udca0]*)?")
_ZERO = (0,)
_NOTHING = Arguments((), json=False)


def parse(source: SourceText) -> Dockerfile:
    """The instructions of `source` and every reason BuildKit would refuse it. Never raises."""
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.reader = LineReader(source)
        self.escape = self.reader.escape
        self.problems = self.reader.problems
        self.refused: set[int] = set()
        """Numbers of the instructions that the parser itself refuses."""

    def parse(self) -> Dockerfile:
        source, reader = self.source, self.reader
        instructions = []
        for number, line in enumerate(reader.logical_lines()):
            instructions.append(self.instruction(number, line))
        template = find_template(source.text, instructions)
        problems = self.problems
        if template is None:
            for instruction in instructions:
                if instruction.number not in self.refused:
                    problems += instruction_problems(instruction)
            if not instructions or instructions[0].keyword != "FROM":
                problems += structure_problems(instructions, len(source.text))
        if template is not None or is_foreign(reader.directives):
            problems = []
        return Dockerfile(
            source,
            self.escape,
            reader.directives,
            tuple(instructions),
            tuple(reader.comments),
            tuple(sorted(problems, key=_start)),
            template,
        )

    def instruction(self, number: int, line: LogicalLine) -> Instruction:
        text = _trimmed(line.text)
        written, keyword_span, flags, rest = self.head(text)
        keyword = _upper(written)
        trigger = None
        if keyword == "ONBUILD":
            found = _NOTHING
            if rest.text:
                trigger = self.trigger(number, rest, line)
        else:
            if keyword not in FORMS:
                self.unknown(number, written, keyword_span if written else line.span)
            found = self.arguments(number, keyword, rest)
        span, last = line.span, line.last
        heredocs: tuple[Heredoc, ...] = ()
        if "<<" in line.text.text:
            carrier, is_json = (keyword, found.json) if trigger is None else (trigger.keyword, trigger.json)
            if carrier in CARRIERS and not is_json:
                heredocs = self.heredocs(number, line)
                if heredocs:
                    reader = self.reader
                    last = reader.at
                    span = Span(
                        span.start, reader.starts[last - 1] + len(reader.lines[last - 1].rstrip("\r"))
                    )
        return Instruction(
            number,
            keyword,
            keyword_span,
            span,
            line.first,
            last,
            flags,
            found.words,
            found.json,
            heredocs,
            rest,
            line.comments,
            trigger,
            text,
        )

    def head(self, text: LogicalText) -> tuple[str, Span, tuple[Flag, ...], LogicalText]:
        """Keyword as written, its span, flags and the rest of an instruction."""
        content = text.text
        match = _KEYWORD.match(content)
        keyword, at = (match[1], match.end()) if match is not None else (content, len(content))
        flags: tuple[Flag, ...] = ()
        if content.startswith("--", at):
            rest = part(text, at)
            flags, at = read_flags(rest, self.escape)
            rest = part(rest, at)
        else:
            following = content[at:].lstrip(BLANKS)
            if len(text.starts) == 1:
                # The common case, spelled out for speed.
                start = text.sources[0]
                at = start + len(content) - len(following)
                return keyword, Span(start, start + len(keyword)), flags, LogicalText(following, _ZERO, (at,))
            rest = part(text, len(content) - len(following))
        return keyword, text.source_span(0, len(keyword)), flags, rest

    def arguments(self, number: int, keyword: str, rest: LogicalText) -> Arguments:
        try:
            return FORMS.get(keyword, ignored)(rest, self.escape)
        except ArgumentError as error:
            self.refuse(number, error.message, error.remedy, rest.source_span(error.start, error.end))
            return error.readable or FORMS["USER"](rest, self.escape)

    def unknown(self, number: int, written: str, span: Span) -> None:
        self.refused.add(number)
        self.problems.append(unknown_instruction(written, span))

    def refuse(self, number: int, message: str, remedy: str, span: Span) -> None:
        self.refused.add(number)
        self.problems.append(SyntaxProblem(message, remedy, span))

    def heredocs(self, number: int, line: LogicalLine) -> tuple[Heredoc, ...]:
        text = line.text
        try:
            starts = opened_heredocs(text.text)
        except ExpansionError as error:
            remedy = "Quote the << if no here-document is meant."
            self.refuse(number, f"failed to process {text.text[:80]!r}: {error}", remedy, line.span)
            return ()
        if not starts:
            return ()
        return read_heredocs(self.reader, starts, text.source_span(starts[0].start, starts[0].end))

    def trigger(self, number: int, text: LogicalText, line: LogicalLine) -> Instruction:
        """ONBUILD's inner instruction. That of an inner ONBUILD, which BuildKit refuses, is left out."""
        written, keyword_span, flags, rest = self.head(text)
        keyword = _upper(written)
        found = _NOTHING if keyword == "ONBUILD" else self.arguments(number, keyword, rest)
        return Instruction(
            number,
            keyword,
            keyword_span,
            Span(keyword_span.start, line.span.end),
            line.first,
            line.last,
            flags,
            found.words,
            found.json,
            (),
            rest,
            (),
            None,
            text,
        )


def _trimmed(text: LogicalText) -> LogicalText:
    content = text.text
    kept = content.rstrip(BLANKS)
    if len(kept) == len(content) and content and content[0] not in BLANKS:
        return text
    return part(text, len(kept) - len(kept.lstrip(BLANKS)), len(kept))


def _upper(keyword: str) -> str:
    """The keyword in upper case; letters beyond ASCII, such as a dotless i, make no instruction."""
    return keyword.upper() if keyword.isascii() else keyword


def _start(problem: SyntaxProblem) -> Span:
    return problem.span
