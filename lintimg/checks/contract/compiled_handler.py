"""LI216 for Java and .NET: a handler whose class or assembly the sources in the build context do not have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from posixpath import basename, splitext

from lintimg.context.build_context import BuildContext
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_ROOT = regex(r"(?:^|/)src/main/(?:java|kotlin|scala|groovy)/")
_TEST = regex(r"(?:^|[/.])tests?(?:/|\.|$)", re.IGNORECASE)
_ASSEMBLY_NAME = regex(r"<AssemblyName>([^<>]*)</AssemblyName>")
_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_MOST_FILES = 500
_LIMIT = 500_000


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
        if context.truncated or len(paths) > 100 * _MOST_FILES:
            return
        found = _java(context, paths, text) if language == "java" else _dotnet(context, paths, text)
        if found is None:
            continue
        variant, values = found
        correct = values.get("correct", "")
        yield Hit(
            span,
            {"handler": text, "correct": "", **values},
            edits=(HitEdit(span, json.dumps(correct)),) if correct and path is None else (),
            variant=variant,
            details={"handler": text, "file": values["file"]},
            path=path,
        )


def _java(context: BuildContext, paths: list[str], text: str) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a Java handler; None for a class that is there, or that a library may bring."""
    name, method = text.partition("::")[0], text.partition("::")[1] + text.partition("::")[2]
    name = name.partition("$")[0]
    sources = {}
    for path in paths:
        root = _ROOT.search(path)
        if root is not None and not _TEST.search(path[: root.start()]):
            sources[splitext(path[root.end() :])[0].replace("/", ".")] = path
    if not sources or name in sources or len(sources) > _MOST_FILES:
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
    if _is_declared(context, [path for path in sources.values() if not path.endswith(".java")], simple):
        return None
    return "no class", values


def _dotnet(context: BuildContext, paths: list[str], text: str) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a .NET handler; None where assembly and type are there, or cannot be told."""
    projects = [path for path in paths if path.endswith(_PROJECTS)]
    if not projects or len(projects) > 100:
        return None
    if any(basename(path) in ("Directory.Build.props", "Directory.Build.targets") for path in paths):
        return None
    assemblies: dict[str, str] = {}
    for path in projects:
        data = context.read(path, _LIMIT)
        named = _ASSEMBLY_NAME.search((data or b"").decode("utf-8", "replace"))
        assembly = named[1].strip() if named is not None else splitext(basename(path))[0]
        if "$" in assembly or data is None:
            return None
        assemblies[assembly] = path
    parts = text.split("::")
    assembly = parts[0].removesuffix(".dll")
    shipped = [name for name in assemblies if not _TEST.search(name)]
    if assembly not in assemblies:
        correct = "::".join([shipped[0], *parts[1:]]) if len(shipped) == 1 else ""
        values = {
            "name": assembly,
            "file": f"{assembly}.dll",
            "actual": ", ".join(shipped[:3]),
            "correct": correct,
        }
        return ("assembly" if shipped else "no assembly"), values
    if len(parts) != 3 or "_Generated" in parts[1] or any(path.endswith((".fs", ".vb")) for path in paths):
        return None
    simple = re.split(r"[.+`]", parts[1].partition("`")[0])[-1]
    sources = [path for path in paths if path.endswith(".cs")]
    if not sources or len(sources) > _MOST_FILES or _is_declared(context, sources, simple):
        return None
    return "no class", {"name": parts[1], "file": f"{simple}.cs"}


def _is_declared(context: BuildContext, paths: list[str], name: str) -> bool:
    """Whether one of the files declares a type of that name, or cannot be read."""
    declaration = re.compile(rf"\b(?:class|record|struct|object|interface)\s+{re.escape(name)}\b".encode())
    for path in paths:
        data = context.read(path, _LIMIT)
        if data is None or declaration.search(data):
            return True
    return False
