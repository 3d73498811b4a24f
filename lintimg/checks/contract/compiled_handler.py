"""LI216 for Java and .NET: a handler whose class or assembly the sources in the build context do not have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from lintimg.checks.contract.compiled_source import (
    MOST_FILES,
    assemblies,
    declares,
    is_test,
    java_sources,
    read_text,
    type_text,
)
from lintimg.context.build_context import BuildContext
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_NAMESPACE = regex(r"\bnamespace\s+([\w.]+)\s*([;{])")
_PLAIN_SDK = regex(r"<Project\s[^>]{0,300}?\bSdk\s*=\s*[\"']Microsoft\.NET\.Sdk[\"']")
_RUNTIME_FILES = regex(
    r"GenerateRuntimeConfigurationFiles|EnableDynamicLoading|IsTestProject|runtimeconfig", re.IGNORECASE
)
_PROGRAM = regex(r"<OutputType>\s*(?:Win)?Exe\b", re.IGNORECASE)


def class_missing(
    subject: Subject, language: str, words: Iterable[tuple[Span, str | None, str]]
) -> Iterator[Hit]:
    """A hit for each handler that names a class or an assembly which is not among the sources of the context.
    `words` are the handlers: place, file (None: the Dockerfile), text.
    """
    context = subject.context
    if context is None:
        return
    for span, path, text in words:
        paths = [file.path for file in context.files]
        if context.truncated or len(paths) > 100 * MOST_FILES:
            return
        found = (
            _java(context, paths, text)
            if language == "java"
            else _dotnet(context, paths, text, subject.document.source.text)
        )
        if found is None:
            continue
        variant, values = found
        correct = values.get("correct", "")
        yield Hit(
            span,
            {"handler": text, "correct": "", **values},
            edits=(HitEdit(span, json.dumps(correct)),) if correct and path is None else (),
            variant=variant,
            severity="warning" if variant == "runtime config" else None,
            details={"handler": text, "file": values["file"]},
            path=path,
        )


def _java(context: BuildContext, paths: list[str], text: str) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a Java handler; None for a class that is there, or that a library may bring."""
    name, method = text.partition("::")[0], text.partition("::")[1] + text.partition("::")[2]
    name = name.partition("$")[0]
    sources = java_sources(paths)
    if not sources or name in sources or len(sources) > MOST_FILES:
        return None
    package, _, simple = name.rpartition(".")
    values = {"name": name, "file": f"{simple}.java"}
    same = [each for each in sources if each.rpartition(".")[2].lower() == simple.lower()]
    if len(same) == 1 and package.split(".")[:2] == same[0].split(".")[:-1][:2]:
        # A Kotlin file may be called otherwise than its class, and lie in another folder than its package says.
        if not sources[same[0]].endswith(".java"):
            return None
        return "class", values | {"actual": sources[same[0]], "correct": same[0] + method}
    if same or package not in {each.rpartition(".")[0] for each in sources}:
        return None
    if declares(context, [path for path in sources.values() if not path.endswith(".java")], simple) != []:
        return None
    return "no class", values


def _dotnet(
    context: BuildContext, paths: list[str], text: str, dockerfile: str
) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a .NET handler; None where assembly and type are there, or cannot be told."""
    projects = assemblies(context, paths)
    if projects is None:
        return None
    parts = text.split("::")
    assembly = parts[0].removesuffix(".dll")
    shipped = [name for name in projects if not is_test(name)]
    if assembly not in projects:
        correct = "::".join([shipped[0], *parts[1:]]) if len(shipped) == 1 else ""
        values = {
            "name": assembly,
            "file": f"{assembly}.dll",
            "actual": ", ".join(shipped[:3]),
            "correct": correct,
        }
        return ("assembly" if shipped else "no assembly"), values
    if len(parts) == 1 and _is_library(read_text(context, projects[assembly]) or "", dockerfile):
        return "library", {"name": assembly, "file": projects[assembly]}
    if len(parts) != 3 or "_Generated" in parts[1] or any(path.endswith((".fs", ".vb")) for path in paths):
        return None
    wrong = _dotnet_type(context, paths, parts)
    if wrong is None and len(shipped) == 1:
        project = read_text(context, projects[assembly]) or ""
        # A project that names no library of Lambda's is a sketch.
        sketch = "Amazon.Lambda" not in project
        if (
            not sketch
            and _is_library(project, dockerfile)
            and not _RUNTIME_FILES.search(project + dockerfile)
        ):
            return "runtime config", {"name": assembly, "file": projects[assembly]}
    return wrong


def _is_library(project: str, dockerfile: str) -> bool:
    """Whether a project of C# surely makes an assembly without an entry point."""
    return (
        _PLAIN_SDK.search(project) is not None
        and _PROGRAM.search(project) is None
        and "<Import" not in project
        and "OutputType" not in dockerfile
    )


def _dotnet_type(
    context: BuildContext, paths: list[str], parts: list[str]
) -> tuple[str, dict[str, str]] | None:
    wanted = parts[1]
    simple = re.split(r"[.+`]", wanted.partition("`")[0])[-1]
    sources = [path for path in paths if path.endswith(".cs")]
    if not sources or len(sources) > MOST_FILES:
        return None
    found = declares(context, sources, simple)
    if found == []:
        return "no class", {"name": wanted, "file": f"{simple}.cs"}
    if found is None or len(found) != 1 or "+" in wanted or "`" in wanted:
        return None
    declared = type_text(read_text(context, found[0]) or "", simple)
    if declared is None:
        return None
    namespaces: list[tuple[str, str]] = _NAMESPACE.findall(declared.code)
    if len(namespaces) > 1 or declared.depth != sum(opening == "{" for _, opening in namespaces):
        return None
    actual = ".".join([*(name for name, _ in namespaces), simple])
    if actual == wanted:
        return None
    correct = "::".join((parts[0], actual, parts[2]))
    values = {"name": wanted, "assembly": parts[0], "file": found[0], "actual": actual, "correct": correct}
    return "type", values
