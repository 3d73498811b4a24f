"""Comments that silence findings: `# lintimg: ignore[LI402] reason` and `# lintimg: file-ignore[…]`."""

from __future__ import annotations

import re
from collections.abc import Callable

from lintimg.dockerfile.document import Comment, Dockerfile, Instruction
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import HitEdit
from lintimg.model.span import Span

_PRAGMA = regex(
    r"lintimg\s*:\s*(?P<verb>[a-z-]+)\s*(?:=\s*(?P<value>\S+)|\[(?P<codes>[^\]]*)\])?\s*(?P<reason>.*)",
    re.IGNORECASE,
)
_JOINS = ("&&", "||", ";", "|")


class Ignore(NamedTuple):
    """One selector of one ignore comment; `span` is the selector's place.

    `lines` is the 1-based inclusive range it covers, None for the whole file. `foreign`: another
    linter's comment, of which nobody expects that it names a rule of ours.
    """

    selector: str
    reason: str | None
    lines: tuple[int, int] | None
    span: Span
    foreign: bool = False


class Pragmas(NamedTuple):
    """What a file's comments say: ignores, a `target=` and the comments that mean nothing."""

    ignores: tuple[Ignore, ...]
    target: str | None
    malformed: tuple[tuple[Span, str], ...]


def read_pragmas(document: Dockerfile) -> Pragmas:
    """The lintimg comments of `document`."""
    if "lintimg" not in document.source.text:
        return Pragmas((), None, ())
    ignores: list[Ignore] = []
    malformed: list[tuple[Span, str]] = []
    target: str | None = None
    for comment in document.comments:
        found = _PRAGMA.match(comment.text)
        if found is None:
            continue
        verb = found["verb"].lower()
        if verb == "target" and found["value"]:
            target = found["value"].lower()
        elif verb in ("ignore", "file-ignore") and found["codes"] and found["codes"].strip():
            lines = None if verb == "file-ignore" else covered_lines(document, comment)
            ignores += _selectors(document, comment, found, lines)
        else:
            malformed.append((comment.span, _why(verb)))
    return Pragmas(tuple(ignores), target, tuple(malformed))


def _why(verb: str) -> str:
    if verb in ("ignore", "file-ignore"):
        return f"This comment names no rule: write # lintimg: {verb}[CODE] reason."
    if verb == "target":
        return "This comment names no target: write # lintimg: target=lambda."
    return f"lintimg knows no comment called {verb}; it knows ignore[…], file-ignore[…] and target=…."


def _selectors(
    document: Dockerfile, comment: Comment, found: re.Match[str], lines: tuple[int, int] | None
) -> list[Ignore]:
    source = document.source.slice(comment.span)
    at = source.find("[") + 1
    result = []
    for part in found["codes"].split(","):
        selector = part.strip()
        if selector:
            start = comment.span.start + source.index(selector, at)
            at = start - comment.span.start + len(selector)
            result.append(
                Ignore(selector, found["reason"].strip() or None, lines, Span(start, start + len(selector)))
            )
    return result


def covered_lines(document: Dockerfile, comment: Comment) -> tuple[int, int]:
    """The instruction below the comment, or inside one the statement below it."""
    for instruction in document.instructions:
        if instruction.start_line > comment.line:
            return instruction.start_line, instruction.end_line
        if comment.line <= instruction.end_line:
            return _statement_lines(document, instruction, comment.line + 1)
    return comment.line, comment.line


def _statement_lines(document: Dockerfile, instruction: Instruction, line: int) -> tuple[int, int]:
    source = document.source
    last = instruction.end_line
    while line < last and source.line(line).lstrip().startswith("#"):
        line += 1
    end = line
    while end < last:
        text = source.line(end).rstrip().removesuffix(document.escape).rstrip()
        if text.endswith(_JOINS) or source.line(end + 1).lstrip().startswith(_JOINS):
            break
        end += 1
    return line, end


def removal(document: Dockerfile, ignore: Ignore) -> HitEdit | None:
    """The edit that takes one selector out of its comment, or the comment's whole line with the last one.

    None where that would make a directive of the comment below it.
    """
    comment = next((c for c in document.comments if c.span.start <= ignore.span.start < c.span.end), None)
    if comment is None:
        return None
    text = document.source.text
    opening, closing = text.rfind("[", 0, ignore.span.start) + 1, text.find("]", ignore.span.end)
    before, after = text[opening : ignore.span.start], text[ignore.span.end : closing]
    if after.strip():
        blanks = len(after) - len(after[after.index(",") + 1 :].lstrip())
        return HitEdit(Span(ignore.span.start, ignore.span.end + blanks), "")
    if before.strip():
        return HitEdit(Span(opening + before.rindex(","), ignore.span.end), "")
    first = document.instructions[0].start_line if document.instructions else comment.line
    if any(comment.line < other.line < first and "=" in other.text for other in document.comments):
        return None
    end = text.find("\n", comment.span.end)
    return HitEdit(Span(text.rfind("\n", 0, comment.span.start) + 1, len(text) if end < 0 else end + 1), "")


def matching_ignore(ignores: tuple[Ignore, ...], line: int, covers: Callable[[int], bool]) -> int | None:
    """The index of the ignore that silences a finding on the 1-based `line`, a line's before a file's.

    `covers` tells whether the ignore at an index names the finding's rule.
    """
    found: int | None = None
    for index, ignore in enumerate(ignores):
        if ignore.lines is not None and not ignore.lines[0] <= line <= ignore.lines[1]:
            continue
        if covers(index) and (found is None or ignores[found].lines is None):
            found = index
    return found
