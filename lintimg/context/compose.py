"""Compose files: which Dockerfile a service builds, in which context, to which target.

Read as text rather than as YAML: every other repository has such files, and of each only the
`build:` blocks matter. What is written in an unusual way is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.context.deployment import Deployment
from lintimg.context.placement import SourceFile, architecture, arguments, placed, resolve
from lintimg.lazy import NamedTuple, regex

_KEY = regex(r"( *)(?:- +)?([A-Za-z0-9_.\"'-]+) *:(?: +(.*))?\Z")
_LONGEST_SERVICE = 300
_PLAIN = regex(r"[^&*!|>\[{%@`\"'].*\Z")


class _Line(NamedTuple):
    number: int
    indent: int
    key: str
    value: str


def read(source: SourceFile) -> Iterator[Deployment]:
    """The services that are built."""
    lines = list(_lines(source.text))
    path: list[_Line] = []
    for at, line in enumerate(lines):
        while path and path[-1].indent >= line.indent:
            path.pop()
        if line.key == "build" and len(path) == 2 and path[0].key == "services":
            block = _block(lines, at)
            found = _service(source, path[1], line, block, _sibling(lines, at, "platform"))
            if found is not None:
                yield found
        path.append(line)


def _lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), 1):
        content = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].rstrip()
        if not content or len(content) > 2_000:
            continue
        found = _KEY.match(content)
        if found is not None:
            yield _Line(number, len(found[1]), found[2].strip("\"'"), (found[3] or "").strip())
        elif content.lstrip().startswith("- "):
            yield _Line(number, len(content) - len(content.lstrip()), "", content.lstrip()[2:].strip())


def _block(lines: list[_Line], at: int) -> list[_Line]:
    """What stands below the line `at`."""
    end = at + 1
    while end < len(lines) and lines[end].indent > lines[at].indent:
        end += 1
    return lines[at + 1 : end]


def _sibling(lines: list[_Line], at: int, key: str) -> str | None:
    """The value of `key` beside the line `at`."""
    indent = lines[at].indent
    for step in (-1, 1):
        place = at + step
        while (
            0 <= place < len(lines) and lines[place].indent >= indent and abs(place - at) < _LONGEST_SERVICE
        ):
            if lines[place].indent == indent and lines[place].key == key:
                return _scalar(lines[place].value)
            place += step
    return None


def _scalar(value: str) -> str | None:
    """A plain or quoted value; None for anything YAML would have to work out."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]:
        return value[1:-1]
    return value if _PLAIN.match(value) else None


def _flow(value: str) -> list[_Line] | None:
    """`{context: ., target: x}` as lines."""
    if not (value.startswith("{") and value.endswith("}")) or "{" in value[1:-1] or "[" in value:
        return None
    pairs = (part.partition(":") for part in value[1:-1].split(","))
    return [_Line(0, 1, key.strip().strip("\"'"), entry.strip()) for key, _, entry in pairs]


def _service(
    source: SourceFile, service: _Line, line: _Line, block: list[_Line], platform: str | None
) -> Deployment | None:
    values: dict[str, str | None] = {}
    given: list[_Line] = []
    if line.value and not line.value.startswith("{"):
        values["context"] = _scalar(line.value)
    else:
        entries = block if not line.value else _flow(line.value)
        if not entries:
            return None
        indent = entries[0].indent
        for at, entry in enumerate(entries):
            if entry.indent == indent and entry.key:
                values[entry.key] = _scalar(entry.value)
                if entry.key == "args":
                    given = _block(entries, at)
    if "dockerfile_inline" in values:
        return None
    context = resolve(source.folder, values.get("context", "."))
    named = "dockerfile" in values
    return Deployment(
        tool="compose",
        path=source.relative,
        line=line.number,
        dockerfile=placed(context, (values["dockerfile"] or "") if named else "Dockerfile"),
        context=context,
        target=values.get("target"),
        function=False,
        architecture=architecture(platform),
        command=None,
        entrypoint=None,
        ephemeral_storage=None,
        build_arguments=_arguments(given),
        name=service.key,
    )


def _arguments(lines: list[_Line]) -> tuple[tuple[str, str | None], ...]:
    if all(line.key for line in lines):
        return arguments({line.key: _scalar(line.value) for line in lines})
    return arguments([text for line in lines if (text := _scalar(line.value)) is not None])
