"""LI217 for Java and .NET: a handler whose class, read from the sources in the build context, has not the method it names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from lintimg.checks.contract.compiled_source import (
    MOST_FILES,
    TypeText,
    assemblies,
    declares,
    java_sources,
    read_text,
    type_text,
    without_brackets,
)
from lintimg.checks.contract.module_names import nearest_name
from lintimg.context.build_context import BuildContext
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_INTERFACE = regex(r"I[A-Z]\w*")
_HANDLING = frozenset(("RequestHandler", "RequestStreamHandler"))
_WITHOUT_METHODS = _HANDLING | {"Resource", "Serializable", "AutoCloseable", "Closeable"}
"""Interfaces that bring no method which a handler could name and their class does not write itself."""
_SHOWN = 4


class _Missing(NamedTuple):
    """A method that the type in `file` has not ("": none is named, and one would have to be)."""

    file: str
    method: str
    methods: tuple[str, ...]
    error: str


def method_missing(
    subject: Subject, language: str, words: Iterable[tuple[Span, str | None, str]]
) -> Iterator[Hit]:
    """A hit for each handler whose class is in the context and has no such method. `words` are the handlers: place, file
    (None: the Dockerfile), text.
    """
    context = subject.context
    if context is None:
        return
    for span, path, text in words:
        paths = [file.path for file in context.files]
        if context.truncated or len(paths) > 100 * MOST_FILES:
            return
        missing = _java(context, paths, text) if language == "java" else _dotnet(context, paths, text)
        if missing is not None:
            yield _hit(span, path, text, missing)


def _hit(span: Span, path: str | None, text: str, missing: _Missing) -> Hit:
    nearest = nearest_name(missing.method, missing.methods)
    stem = text.rpartition("::")[0] if missing.method else text
    correct = "" if nearest is None else f"{stem}::{nearest}"
    names = ", ".join(missing.methods[:_SHOWN]) + (", …" if len(missing.methods) > _SHOWN else "")
    return Hit(
        span,
        {
            "handler": text,
            "file": missing.file,
            "function": missing.method,
            "module": stem,
            "names": names,
            "correct": correct,
            "error": missing.error,
        },
        edits=(HitEdit(span, json.dumps(correct)),) if correct and path is None else (),
        variant="interface" if not missing.method else "near" if correct else "names" if names else "",
        details={"handler": text, "file": missing.file, "function": missing.method},
        path=path,
    )


def _java(context: BuildContext, paths: list[str], text: str) -> _Missing | None:
    name, separator, method = text.partition("::")
    file = java_sources(paths).get(name)
    if file is None or not file.endswith((".java", ".kt")):
        return None
    simple = name.rpartition(".")[2]
    declared = type_text(read_text(context, file) or "", simple)
    if declared is None or "class" not in declared.words or "@Delegate" in declared.code:
        return None
    above = _java_interfaces(declared) if file.endswith(".java") else _kotlin_interfaces(declared)
    if above is None or above - _WITHOUT_METHODS:
        return None
    methods = tuple(each for each in declared.methods if each != simple)
    if not methods:
        # A sketch.
        return None
    if not separator:
        error = f"Class does not implement an appropriate handler interface: {name}"
        return None if above & _HANDLING else _Missing(file, "", methods, error)
    if declared.has(method):
        return None
    error = f"No public method named {method} with appropriate method signature found on class {name}"
    return _Missing(file, method, methods, error)


def _java_interfaces(declared: TypeText) -> set[str] | None:
    """What a Java class implements, without packages; None when it has a superclass."""
    words = without_brackets(declared.header).replace(",", " ").split()
    if "extends" in words:
        return None
    return {word.rpartition(".")[2] for word in words if word not in ("implements", "permits")}


def _kotlin_interfaces(declared: TypeText) -> set[str] | None:
    """What a Kotlin class implements; None when it has a superclass or delegates."""
    header = re.sub(r"^\s*(?:\w+\s+)?(?:constructor\s*)?\(", "(", declared.header)
    start = header.rpartition(")")[2] if header.startswith("(") else header
    above = without_brackets(start).partition(":")[2]
    if "(" in start or ")" in start or " by " in above or header.count("(") > 1:
        return None
    return {word.strip().rpartition(".")[2] for word in above.split(",") if word.strip()}


def _dotnet(context: BuildContext, paths: list[str], text: str) -> _Missing | None:
    parts = text.split("::")
    if len(parts) != 3 or not parts[2].isidentifier() or re.search(r"[+`]|_Generated", parts[1]):
        return None
    projects = assemblies(context, paths)
    if projects is None or parts[0] not in projects:
        return None
    sources = [path for path in paths if path.endswith(".cs")]
    simple = parts[1].rpartition(".")[2]
    found = declares(context, sources, simple) if 0 < len(sources) <= MOST_FILES else None
    if found is None or len(found) != 1:
        return None
    declared = type_text(read_text(context, found[0]) or "", simple)
    if declared is None or "class" not in declared.words or "partial" in declared.words:
        return None
    above = without_brackets(declared.header).partition(":")[2].partition(" where ")[0]
    if not all(_INTERFACE.fullmatch(word.strip().rpartition(".")[2]) for word in above.split(",") if above):
        return None
    if declared.has(parts[2]):
        return None
    methods = tuple(each for each in declared.methods if each != simple)
    if not methods:
        # A sketch.
        return None
    error = f"Unable to find method '{parts[2]}' in type '{parts[1]}' from assembly '{parts[0]}'"
    return _Missing(found[0], parts[2], methods, error)
