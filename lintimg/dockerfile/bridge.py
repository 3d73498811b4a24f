"""dockerfile-parse's `DockerfileParser` over our lexer, for people who script against its API.

Import it where it is wanted: nothing else of lintimg does, since dockerfile-parse takes time to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockerfile_parse import DockerfileParser as _DockerfileParser  # type: ignore[import-untyped]
from dockerfile_parse.constants import COMMENT_INSTRUCTION  # type: ignore[import-untyped]

from lintimg.dockerfile.document import Comment, Directive, Instruction
from lintimg.dockerfile.lexer import parse
from lintimg.text import SourceText


class DockerfileParser(_DockerfileParser):  # type: ignore[misc]
    """As dockerfile-parse's class, except that `structure`, on which the rest of it builds, reads here-documents,
    continuations, parser directives and a byte order mark as BuildKit does.
    """

    @property
    def structure(self) -> list[dict[str, Any]]:
        """The instructions and comments in the order of their first lines, each a dictionary of `instruction`
        (upper case, "COMMENT" for a comment or parser directive), `startline` and `endline` (0-based, inclusive),
        `content` (its source lines, comments between them left out) and `value` (the text behind the keyword on
        one line, without here-documents).
        """
        source = SourceText("Dockerfile", self._bytes())
        document = parse(source)
        entries: list[Instruction | Comment | Directive] = [*document.instructions]
        entries += document.directives
        entries += document.comments
        entries.sort(key=lambda entry: entry.span)
        lines = list(_lines(source.text))
        return [
            _instruction(entry, lines) if isinstance(entry, Instruction) else _comment(entry, lines)
            for entry in entries
        ]

    def _bytes(self) -> bytes:
        if self.cache_content and self.cached_content:
            cached: str = self.cached_content
            return cached.encode("utf-8", "surrogateescape")
        with self._open_dockerfile("rb") as file:
            data: bytes = file.read()
            return data


def _lines(text: str) -> Iterator[str]:
    """The lines of `text` with their line feeds."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _instruction(instruction: Instruction, lines: list[str]) -> dict[str, Any]:
    start, end = instruction.start_line - 1, instruction.end_line
    inner = {comment.line - 1 for comment in instruction.comments}
    return {
        "instruction": instruction.keyword,
        "startline": start,
        "endline": end - 1,
        "content": "".join(
            line for number, line in enumerate(lines[start:end], start) if number not in inner
        ),
        "value": instruction.text.text[len(instruction.keyword) :].strip(),
    }


def _comment(comment: Comment | Directive, lines: list[str]) -> dict[str, Any]:
    number = comment.line - 1
    line = lines[number]
    return {
        "instruction": COMMENT_INSTRUCTION,
        "startline": number,
        "endline": number,
        "content": line,
        "value": line.partition("#")[2].lstrip().removesuffix("\n"),
    }
