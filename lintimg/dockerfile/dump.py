"""A parsed Dockerfile as plain data, for `lintimg ast`."""

from __future__ import annotations

from lintimg.dockerfile.document import Dockerfile, Flag, Heredoc, Instruction, SyntaxProblem, Word
from lintimg.model.span import Span
from lintimg.text import SourceText


def document_to_json(document: Dockerfile) -> dict[str, object]:
    """`document` as the JSON of design `ast`: lines and columns 1-based, undecodable bytes as U+FFFD."""
    source = document.source
    return {
        "path": source.path,
        "escape": document.escape,
        "directives": [
            {"name": entry.name, "value": _clean(entry.value), "line": entry.line}
            for entry in document.directives
        ],
        "errors": [_problem(source, problem) for problem in document.problems],
        "stages": _stages(document),
        "instructions": [_instruction(source, instruction) for instruction in document.instructions],
    }


def _stages(document: Dockerfile) -> list[dict[str, object]]:
    stages: list[dict[str, object]] = []
    for instruction in document.instructions:
        words = instruction.arguments
        if instruction.keyword == "FROM" and words:
            platform = instruction.flag("platform")
            stages.append(
                {
                    "index": len(stages),
                    "name": _clean(words[2].text.lower()) if len(words) == 3 else None,
                    "base": _clean(words[0].text),
                    "platform": platform.value if platform is not None else None,
                    "line": instruction.start_line,
                }
            )
    return stages


def _instruction(source: SourceText, instruction: Instruction) -> dict[str, object]:
    trigger = instruction.trigger
    return {
        "keyword": _clean(instruction.keyword),
        "start_line": instruction.start_line,
        "end_line": instruction.end_line,
        **_parts(instruction),
        "heredocs": [_heredoc(heredoc) for heredoc in instruction.heredocs],
        "trigger": None if trigger is None else {"keyword": _clean(trigger.keyword), **_parts(trigger)},
        "span": _span(source, instruction.span),
        "spans": {
            "keyword": _span(source, instruction.keyword_span),
            "flags": [_span(source, flag.span) for flag in instruction.flags],
            "arguments": [_span(source, word.span) for word in instruction.arguments],
        },
    }


def _parts(instruction: Instruction) -> dict[str, object]:
    return {
        "flags": [_flag(flag) for flag in instruction.flags],
        "arguments": [_word(word) for word in instruction.arguments],
        "json": instruction.json,
    }


def _flag(flag: Flag) -> str:
    return _clean(flag.text)


def _word(word: Word) -> str:
    return _clean(word.text)


def _heredoc(heredoc: Heredoc) -> dict[str, object]:
    return {
        "name": _clean(heredoc.name),
        "content": _clean(heredoc.content),
        "expand": heredoc.expand,
        "chomp": heredoc.chomp,
    }


def _problem(source: SourceText, problem: SyntaxProblem) -> dict[str, object]:
    return {
        "message": _clean(problem.message),
        "remedy": _clean(problem.remedy),
        "span": _span(source, problem.span),
    }


def _span(source: SourceText, span: Span) -> dict[str, object]:
    region = source.region(span)
    return {
        "start": {"line": region.start.line, "column": region.start.column},
        "end": {"line": region.end.line, "column": region.end.column},
    }


def _clean(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
