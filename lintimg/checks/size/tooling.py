"""LI410: tools for development among what production installs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import basename

from lintimg.aws.sizes import package_size, with_dependencies
from lintimg.aws.tables import table as facts
from lintimg.checks.asked import Asked, asked_libraries, dependency_span
from lintimg.checks.size.development import development_file, for_developers
from lintimg.checks.tables import table
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing, size
from lintimg.model.finding import Saving, Severity
from lintimg.model.span import Span
from lintimg.text import SourceText

_MOST_FILES = 500
_FILE_LIMIT = 300_000
_SMALL = 1_000_000
"""Below this many bytes the finding is a hint."""
_SOURCES = {"pip": (".py",), "npm": (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")}
_NODE_LAUNCHERS = frozenset(("npm", "npx", "yarn", "pnpm", "bun"))

_Group = list[Asked]


def tooling(subject: Subject) -> Iterator[Hit]:
    """A hit for each manifest, and each command, that brings tools to the image which no code of the project uses."""
    groups: dict[str | int, _Group] = {}
    others: list[Asked] = []
    for asked in asked_libraries(subject):
        if asked.dependency is not None and asked.dependency.line is None:
            continue
        if asked.manifest is not None and development_file(asked.manifest):
            continue
        if _is_tool(asked) and not _is_removed(asked):
            key = asked.operation.span.start if asked.manifest is None else asked.manifest
            groups.setdefault(key, []).append(asked)
        else:
            others.append(asked)
    if not groups or for_developers(subject):
        return
    started = _started(subject, groups)
    for group in groups.values():
        ecosystem = group[0].ecosystem
        used = _used(subject, ecosystem, {asked.name for asked in group}) | started
        idle = list({asked.name: asked for asked in group if asked.name not in used}.values())
        if idle:
            others += [asked for asked in group if asked.name in used]
            yield _hit(subject, idle, others)


def _is_tool(asked: Asked) -> bool:
    if asked.name in facts("oversized")["packages"].get(asked.ecosystem, ()):
        return False
    return any(
        asked.name == each or ("*" in each and fnmatchcase(asked.name, each))
        for each in table("tooling")["packages"][asked.ecosystem]
    )


def _is_removed(asked: Asked) -> bool:
    """Whether the same RUN takes the package away again."""
    return any(
        other.action == "remove"
        and other.manager == asked.operation.manager
        and any(package.name == asked.name for package in other.packages)
        for other in asked.run.operations
    )


def _started(subject: Subject, groups: dict[str | int, _Group]) -> set[str]:
    """The tools that the image starts as its process, by itself or by a script of package.json."""
    process = subject.process
    words = " ".join((*(process.entrypoint_arguments or ()), *(process.cmd_arguments or ()))).split()
    text = " ".join(words)
    if _NODE_LAUNCHERS.intersection(words):
        for key in groups:
            if isinstance(key, str) and subject.context is not None and key.endswith("package.json"):
                text += f" {_scripts(subject.context.read(key) or b'', words)}"
    names = {asked.name for group in groups.values() for asked in group}
    parts = set(re.split(r"[^\w@.-]+", text))
    return {name for name in names if name in parts or name.partition("-")[0] in parts}


def _scripts(package: bytes, words: list[str]) -> str:
    """The scripts of a package.json that `words` may start."""
    try:
        scripts = json.loads(package)["scripts"]
        return " ".join(str(text) for name, text in scripts.items() if name in words or name == "start")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""


def _used(subject: Subject, ecosystem: str, names: set[str]) -> set[str]:
    """The tools that code outside of tests loads or calls; all of them where there is more code than is read."""
    context = subject.context
    if context is None:
        return set()
    skipped = re.compile("|".join(table("tooling")["not_production"]))
    files = [
        file.path
        for file in context.files
        if file.path.endswith(_SOURCES[ecosystem]) and not skipped.search(file.path)
    ]
    if context.truncated or len(files) > _MOST_FILES:
        return names
    modules = {table("tooling")["modules"].get(name, _module(ecosystem, name)): name for name in names}
    either = "|".join(re.escape(module) for module in modules) + "|" + "|".join(re.escape(n) for n in names)
    pattern = re.compile(
        rf"(?m)(?:^[ \t]*(?:import|from)[ \t]+|[\"'`])({either})(?=[\s.,;/\"'`]|$)", re.IGNORECASE
    )
    used: set[str] = set()
    for path in files:
        text = (context.read(path, _FILE_LIMIT) or b"").decode("utf-8", "replace")
        for match in pattern.finditer(text):
            found = match[1].lower()
            used.add(modules.get(found, found))
    return used


def _module(ecosystem: str, name: str) -> str:
    return name.replace("-", "_") if ecosystem == "pip" else name


def _hit(subject: Subject, tools: list[Asked], others: list[Asked]) -> Hit:
    first = tools[0]
    ecosystem = first.ecosystem
    names = [asked.name for asked in tools]
    kept = with_dependencies(ecosystem, (asked.name for asked in others if asked.ecosystem == ecosystem))
    brought = with_dependencies(ecosystem, names)
    bytes_ = sum(part.unpacked for name, part in brought.items() if name not in kept)
    measured = all(package_size(ecosystem, name) is not None for name in names)
    severity: Severity | None = "info" if bytes_ < _SMALL else None
    more = "" if measured else "at least " if bytes_ else ""
    path, span, edits = _place(subject, tools)
    return Hit(
        span,
        {
            "packages": listing(names, 4),
            "bytes": f", {more or 'about '}{size(bytes_)} with dependencies" if bytes_ else "",
            "manifest": basename(path or ""),
        },
        variant=ecosystem,
        severity=severity,
        details={"packages": names, "ecosystem": ecosystem, "bytes": bytes_ or None},
        saving=Saving(bytes_, "estimated") if bytes_ else None,
        path=path,
        edits=edits,
        related=(HitRelated(first.operation.span, "installed here"),) if path is not None else (),
    )


def _place(subject: Subject, tools: list[Asked]) -> tuple[str | None, Span, tuple[HitEdit, ...]]:
    """Where the finding stands, and what takes the tools out."""
    first = tools[0]
    if first.manifest is None or subject.context is None:
        return None, first.span, _edits_on_line(subject.document.source, tools)
    data = subject.context.read(first.manifest) or b""
    source = SourceText(first.manifest, data)
    dependency = first.dependency
    span = first.span if dependency is None else dependency_span(source, dependency)
    return first.manifest, span, _edits_in_file(source, first.manifest, tools)


def _edits_on_line(source: SourceText, tools: list[Asked]) -> tuple[HitEdit, ...]:
    """Deletions of the words, unless nothing would be left to install."""
    operation = tools[0].operation
    if len(operation.packages) == len(tools) and not operation.manifests:
        return ()
    edits = []
    for asked in tools:
        start = asked.span.start
        while start and source.text[start - 1] in " \t\n\r\\":
            start -= 1
        edits.append(HitEdit(Span(start, asked.span.end), ""))
    return tuple(edits)


def _edits_in_file(source: SourceText, path: str, tools: list[Asked]) -> tuple[HitEdit, ...]:
    """Deletions of whole lines; other manifests than pip's have a lock file that would have to follow."""
    if not path.endswith(".txt") or "--hash=" in source.text or "\\\n" in source.text:
        return ()
    starts = source.line_starts
    edits = []
    for asked in tools:
        line = asked.dependency.line if asked.dependency is not None else None
        if line is None:
            return ()
        end = starts[line] if line < len(starts) else len(source.text)
        edits.append(HitEdit(Span(starts[line - 1], end), "", path))
    return tuple(edits)
