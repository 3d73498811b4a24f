"""A Dockerfile as BuildKit's parser sees it, every token with its place in the source."""

from __future__ import annotations

from bisect import bisect_right

from lintimg.lazy import NamedTuple
from lintimg.model.span import Span
from lintimg.text import SourceText


class LogicalText(NamedTuple):
    """Text with continuations, comments and line ends taken out, and the way back to the source.

    `starts[i]` is the logical offset from which `sources[i] - starts[i]` leads to the source
    offset; both are sorted and begin with the text's first character.
    """

    text: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def source_offset(self, offset: int) -> int:
        """Where the logical character at `offset` stands in the source."""
        piece = bisect_right(self.starts, offset) - 1 if offset > 0 else 0
        return self.sources[piece] + offset - self.starts[piece]

    def source_span(self, start: int, end: int) -> Span:
        """The source range of the logical characters `start` to `end` (exclusive)."""
        starts = self.starts
        piece = bisect_right(starts, start) - 1 if start > 0 and len(starts) > 1 else 0
        shift = self.sources[piece] - starts[piece]
        if piece + 1 == len(starts) or end <= starts[piece + 1]:
            return Span(start + shift, max(start, end) + shift)
        return Span(start + shift, self.source_offset(end - 1) + 1)


class Word(NamedTuple):
    """One argument in BuildKit's notation (quotes and escapes kept) and its source range.

    ENV, LABEL and the like yield name, value and separator words; a separator's span is empty
    where the source has none. JSON-form elements are decoded; their span includes the quotes.
    """

    text: str
    span: Span


class Flag(NamedTuple):
    """A flag such as `--from=build`: `name` "from" (as written; BuildKit minds the case), `value` "build" (None
    without `=`), `text` all of it with quotes and escapes taken out.
    """

    name: str
    value: str | None
    text: str
    span: Span
    value_span: Span | None


class Heredoc(NamedTuple):
    """A here-document. `content` is the body as it stands there, `body` its source range without the
    terminator line, `logical` the content as it is used (leading tabs stripped when `chomp`) with its way back
    to the source.
    """

    name: str
    content: str
    expand: bool
    chomp: bool
    body: Span
    logical: LogicalText


class Comment(NamedTuple):
    """A whole-line comment: its text without `#` and surrounding blanks."""

    text: str
    span: Span
    line: int


class Directive(NamedTuple):
    """A parser directive (`syntax`, `escape`, `check`), name in lower case."""

    name: str
    value: str
    span: Span
    line: int


class Instruction(NamedTuple):
    """One instruction; `number` counts from 0 (a trigger has that of its ONBUILD).

    `span` runs from the keyword to the end of the last line (heredocs included); lines are
    1-based and inclusive. `text` is the logical text from the keyword on, `rest` that after keyword and
    flags. `trigger` is ONBUILD's inner instruction. `comments` are those between the continuation lines.
    """

    number: int
    keyword: str
    keyword_span: Span
    span: Span
    start_line: int
    end_line: int
    flags: tuple[Flag, ...]
    arguments: tuple[Word, ...]
    json: bool
    heredocs: tuple[Heredoc, ...]
    rest: LogicalText
    comments: tuple[Comment, ...]
    trigger: Instruction | None
    text: LogicalText = LogicalText("", (0,), (0,))

    def flag(self, name: str) -> Flag | None:
        """The last flag called `name`."""
        found = None
        for flag in self.flags:
            if flag.name == name:
                found = flag
        return found

    @property
    def head_span(self) -> Span:
        """From the keyword to the last argument, trailing blanks and heredoc bodies left out."""
        end = max(
            [self.keyword_span.end]
            + [word.span.end for word in self.arguments]
            + [flag.span.end for flag in self.flags]
        )
        return Span(self.span.start, end)


class SyntaxProblem(NamedTuple):
    """Why BuildKit would refuse the file: BuildKit's message, our remedy, the place. `kind` is "order" for what
    stands before the first FROM, "onbuild" for what ONBUILD may not trigger, "syntax" for all else.
    """

    message: str
    remedy: str
    span: Span
    kind: str = "syntax"


class Dockerfile(NamedTuple):
    """A parsed file: what could be read, and what could not.

    `comments` are all whole-line comments in order, directives excepted. `template` is the place
    of the first template marker (`{{`, `{%`, `<%`) that makes this a template rather than a Dockerfile.
    `problems` is empty for a template and for a file in another frontend's language (`# syntax=`).
    """

    source: SourceText
    escape: str
    directives: tuple[Directive, ...]
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...]
    problems: tuple[SyntaxProblem, ...]
    template: Span | None
