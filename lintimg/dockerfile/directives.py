"""Parser directives at the head of a Dockerfile."""

from __future__ import annotations

from collections.abc import Sequence

from lintimg.dockerfile.blanks import BLANKS
from lintimg.dockerfile.document import Directive, SyntaxProblem
from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span

_DIRECTIVE = regex(r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z")
_KNOWN = frozenset(("syntax", "escape", "check"))


class Head(NamedTuple):
    """The directives, how many lines they take, and the escape character they set."""

    directives: tuple[Directive, ...]
    lines: int
    escape: str
    problems: tuple[SyntaxProblem, ...]


def read_directives(lines: Sequence[str], starts: Sequence[int]) -> Head:
    """The directives among the first of `lines`, which begin at the offsets `starts`.

    The first line that is none ends them, be it empty, a comment or an unknown directive.
    """
    found: dict[str, Directive] = {}
    problems: list[SyntaxProblem] = []
    escape = "\\"
    number = 0
    for number, line in enumerate(lines):
        text = line.lstrip(BLANKS)
        match = _DIRECTIVE.match(text[1:].lstrip(BLANKS)) if text.startswith("#") else None
        name = match[1].lower() if match is not None else ""
        if match is None or name not in _KNOWN:
            break
        value = match[2]
        start = starts[number] + len(line) - len(text)
        span = Span(start, start + len(text.rstrip(BLANKS)))
        if name in found:
            problems.append(
                SyntaxProblem(
                    f"only one {name} parser directive can be used",
                    f"Remove this second # {name}= line.",
                    span,
                )
            )
            continue
        found[name] = Directive(name, value, span, number + 1)
        if name == "escape":
            if value in ("\\", "`"):
                escape = value
            else:
                problems.append(
                    SyntaxProblem(
                        f"invalid escape token '{value}' does not match ` or \\",
                        "Write # escape=` or leave the directive out.",
                        span,
                    )
                )
    else:
        number = len(lines)
    return Head(tuple(found.values()), number, escape, tuple(problems))
