"""Other linters' ignore comments, honoured through the rules' `equivalents`.

What is read: `# hadolint ignore=DL3008,SC2086` and `# hadolint global ignore=…` (hadolint's README), `# check=skip=…`
(docs.docker.com/build/checks), `# tally ignore=…;reason=…` and `# tally global ignore=…` (tally's documentation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.dockerfile.document import Dockerfile
from lintimg.lint.suppress import Ignore, covered_lines
from lintimg.model.span import Span

_COMMENT = (
    r"(?P<tool>hadolint|tally)\s+(?P<all>global\s+)?ignore\s*=\s*"
    r"(?P<codes>[\w/.-]+(?:\s*,\s*[\w/.-]+)*)\s*(?:;\s*reason\s*=\s*(?P<reason>.*)|;.*)?"
)


def foreign_ignores(document: Dockerfile) -> tuple[Ignore, ...]:
    """What the comments and directives of other linters silence in `document`."""
    found = list(_skipped_checks(document))
    text = document.source.text.lower()
    if "hadolint" in text or "tally" in text:
        found += _comments(document)
    if "shellcheck" in text:
        found += _shellcheck_directives(document)
    return tuple(found)


def _comments(document: Dockerfile) -> list[Ignore]:
    result: list[Ignore] = []
    for comment in document.comments:
        match = re.fullmatch(_COMMENT, comment.text, re.IGNORECASE)
        if match is None:
            continue
        lines = None if match["all"] else covered_lines(document, comment)
        for code in match["codes"].split(","):
            selector = _selector(match["tool"].lower(), code.strip())
            result.append(Ignore(selector, match["reason"] or None, lines, comment.span, foreign=True))
    return result


def _shellcheck_directives(document: Dockerfile) -> Iterator[Ignore]:
    """`# shellcheck disable=SC2086,SC2046` between the lines of a RUN or above it, which BuildKit takes out before any
    shell reads the text (https://www.shellcheck.net/wiki/Directive).
    """
    for comment in document.comments:
        match = re.match(r"shellcheck\s+(?:\S+\s+)*?disable=([\w,-]+)", comment.text)
        for code in match[1].split(",") if match is not None else ():
            selector = "LI700" if code == "all" else code
            yield Ignore(selector, None, covered_lines(document, comment), comment.span, foreign=True)


def _selector(tool: str, code: str) -> str:
    return ("ALL" if code.lower() == "all" else code) if tool == "tally" else code


def _skipped_checks(document: Dockerfile) -> list[Ignore]:
    """`# check=skip=A,B;error=true`: BuildKit reads the checks of `skip` for the whole file."""
    result = []
    for directive in document.directives:
        if directive.name != "check":
            continue
        for part in directive.value.split(";"):
            name, _, codes = part.partition("=")
            if name.strip().lower() == "skip":
                result += [
                    _skipped(code.strip(), directive.span) for code in codes.split(",") if code.strip()
                ]
    return result


def _skipped(code: str, span: Span) -> Ignore:
    return Ignore("buildkit" if code.lower() == "all" else code, None, None, span, foreign=True)
