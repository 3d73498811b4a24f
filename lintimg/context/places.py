"""Where in a file of infrastructure code a setting of one function stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.context.deployment import Deployment
from lintimg.lazy import regex
from lintimg.model.span import Span
from lintimg.text import SourceText

_YAML = ("sam", "serverless", "compose")
_VALUE = regex(r"[\w./:-]+")
_ITEM = regex(r"\s*-\s+")
_AROUND_CALL = (12, 40)
"""A CDK call's options stand in the call around it: so many lines before and behind are looked at."""


def setting_place(source: SourceText, deployment: Deployment, *keys: str) -> Span | None:
    """The value that the code gives to the first of `keys` it has: in the function's own block, else where the file has just
    one such setting (SAM's Globals, a serverless provider). None when it has none.
    """
    pattern = _pattern(source, deployment, keys)
    own = [span for number in _block(source, deployment) if (span := _value(source, number, pattern))]
    if own:
        return own[0]
    everywhere = range(1, len(source.line_starts) + 1)
    others = [span for number in everywhere if (span := _value(source, number, pattern))]
    return others[0] if len(others) == 1 else None


def literals(source: SourceText, deployment: Deployment, keys: tuple[str, ...]) -> Iterator[tuple[str, Span]]:
    """The texts that the function's own block gives to one of `keys` on the same line, as they are written, with their
    places. In Terraform only those in quotes.
    """
    quote = '"' if deployment.tool == "terraform" else "[\"']?"
    pattern = re.compile(
        rf"\s*(?:-\s+)?[\"']?(?:{'|'.join(map(re.escape, keys))})[\"']?\s*[:=]\s*{quote}([^\s\"'#]+)"
    )
    for number in _block(source, deployment):
        found = pattern.match(source.line(number))
        if found is not None:
            yield found[1], _at(source, number, found.start(1), found.end(1))


def function_place(source: SourceText, deployment: Deployment) -> Span:
    """The line that begins the function."""
    number = min(max(deployment.line, 1), len(source.line_starts))
    return _stripped(source, number)


def properties(
    source: SourceText, deployment: Deployment, names: frozenset[str]
) -> Iterator[tuple[str, Span]]:
    """The properties of the function itself that are called one of `names`, with the place of the name. Only of YAML and
    Terraform.
    """
    if deployment.tool == "terraform":
        pattern, depth = re.compile(r"\s*([A-Za-z_]\w*)\s*="), 0
        for number in _block(source, deployment):
            line = source.line(number)
            found = pattern.match(line)
            if depth == 1 and found is not None and found[1] in names:
                yield found[1], _at(source, number, found.start(1), found.end(1))
            depth += line.count("{") - line.count("}")
        return
    if deployment.tool not in ("sam", "serverless") or source.line(deployment.line).lstrip().startswith(
        ("{", '"')
    ):
        return
    indent = -1
    pattern = re.compile(r"(\s*)([A-Za-z_]\w*)\s*:")
    started = deployment.tool == "serverless"
    for number in _block(source, deployment):
        found = pattern.match(source.line(number))
        if found is None or number == deployment.line:
            continue
        width = len(found[1])
        if not started:
            started = found[2] == "Properties"
        elif indent < 0 or width == indent:
            indent = width
            if found[2] in names:
                yield found[2], _at(source, number, found.start(2), found.end(2))
        elif width < indent:
            return


def _pattern(source: SourceText, deployment: Deployment, keys: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, keys))
    if deployment.tool == "cdk":
        return re.compile(rf"(?<![\w$])(?:{names})\s*[:=(]\s*(?P<value>.*)", re.IGNORECASE)
    if deployment.tool == "terraform" or (deployment.tool == "bake" and not source.path.endswith(".json")):
        return re.compile(rf"\s*(?:{names})\s*=\s*(?P<value>.*)")
    return re.compile(rf".*?(?<![\w-])[\"']?(?:{names})[\"']?\s*:\s*(?P<value>.*)")


def _value(source: SourceText, number: int, pattern: re.Pattern[str]) -> Span | None:
    line = source.line(number)
    found = pattern.search(line) if pattern.flags & re.IGNORECASE else pattern.match(line)
    if found is None or line.lstrip().startswith(("#", "//")):
        return None
    start = found.start("value")
    word = _VALUE.search(line.partition(" #")[0], start)
    if word is not None:
        return _at(source, number, word.start(), word.end())
    if number < len(source.line_starts):
        following = source.line(number + 1)
        item = _ITEM.match(following) or re.match(r"\s*[\"'\[]*", following)
        word = _VALUE.search(following, item.end() if item is not None else 0)
        if word is not None:
            return _at(source, number + 1, word.start(), word.end())
    return _stripped(source, number)


def _block(source: SourceText, deployment: Deployment) -> range:
    """The lines of the function."""
    last = len(source.line_starts)
    first = min(max(deployment.line, 1), last)
    if deployment.tool == "cdk":
        return range(max(1, first - _AROUND_CALL[0]), min(last, first + _AROUND_CALL[1]) + 1)
    opening = source.line(first)
    if deployment.tool in _YAML and "{" not in opening and not opening.lstrip().startswith('"'):
        indent = len(opening) - len(opening.lstrip())
        number = first + 1
        while number <= last:
            line = source.line(number)
            if (
                line.strip()
                and not line.lstrip().startswith("#")
                and len(line) - len(line.lstrip()) <= indent
            ):
                break
            number += 1
        return range(first, number)
    if deployment.tool == "lambda-tools":
        return range(1, last + 1)
    depth = 0
    for number in range(first, last + 1):
        line = source.line(number)
        depth += line.count("{") - line.count("}")
        if depth <= 0 and "}" in line:
            return range(first, number + 1)
    return range(first, last + 1)


def _at(source: SourceText, number: int, start: int, end: int) -> Span:
    offset = source.line_starts[number - 1]
    return Span(offset + start, offset + end)


def _stripped(source: SourceText, number: int) -> Span:
    line = source.line(number)
    lead = len(line) - len(line.lstrip())
    return _at(source, number, lead, max(len(line.rstrip()), lead))
