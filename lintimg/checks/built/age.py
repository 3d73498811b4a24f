"""LI812: an image whose runtime or operating system gets no more patches."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.runtimes import Runtime, deprecation_state, newest, runtime_of
from lintimg.checks.built.language import language_of
from lintimg.image.tree import FileTree
from lintimg.lazy import regex
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.model.finding import Severity

_RELEASE = b"var/runtime/runtime-release"
_SYSTEM = (b"etc/os-release", b"usr/lib/os-release", b"etc/system-release")
_RUNTIME = regex(r"\b(python|nodejs|ruby|java|dotnet)(\d+(?:\.\d+)?(?:\.al2(?:023)?)?)(?:\.x)?\b")
_PROGRAM = regex(rb"var/lang/bin/(python|ruby)(\d\.\d+)\Z")
_ID = regex(r'^ID="?amzn"?\s*$', 8)
_VERSION = regex(r'^VERSION_ID="?([\d.]+)"?\s*$', 8)
_SYSTEMS = {"2018.03": "alami", "2": "al2", "2023": "al2023"}
_NAMES = {"alami": "Amazon Linux 1", "al2": "Amazon Linux 2", "al2023": "Amazon Linux 2023"}


def old_runtime(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for AWS's runtime, or its operating system alone, after or shortly before its end."""
    tree = subject.tree
    if tree is None:
        return
    language = language_of(subject)
    runtime, name = None, ""
    if language not in (None, "provided"):
        runtime = _runtime(tree, language or "")
        name = "" if runtime is None else runtime.runtime
    if runtime is None:
        system = _system(tree)
        if system is None:
            return
        runtime, name = runtime_of("provided", system), _NAMES[system]
    if runtime is None or runtime.deprecation is None:
        return
    state = deprecation_state(runtime, subject.policy.as_of)
    if state == "current":
        return
    severity: Severity = "info" if state == "soon" else "warning"
    if state == "deprecated" and subject.policy.fail_deprecated:
        severity = "error"
    best = runtime.successor_tags[0] if runtime.successor_tags else ""
    latest = newest(runtime.language)
    yield ImageHit(
        {
            "name": name,
            "date": runtime.deprecation.isoformat(),
            "successor": best
            or (f"{runtime.language}:{latest.tag}" if latest is not None else "a newer one"),
        },
        variant=state,
        severity=severity,
        details={"runtime": runtime.runtime, "deprecation": runtime.deprecation.isoformat()},
    )


def _runtime(tree: FileTree, language: str) -> Runtime | None:
    """The runtime as the image's own note says, or as its interpreter is called."""
    data = tree.read_path(_RELEASE, 4096)
    for found in _RUNTIME.finditer(data.decode("utf-8", "replace")) if data is not None else ():
        runtime = runtime_of(found[1], found[2])
        if runtime is not None and found[1] == language:
            return runtime
    versions = {
        match[2].decode()
        for path in tree.paths
        if b"var/lang/bin/" in path and (match := _PROGRAM.match(path))
    }
    return runtime_of(language, versions.pop()) if len(versions) == 1 else None


def _system(tree: FileTree) -> str | None:
    """Which Amazon Linux it is, None for another system."""
    for path in _SYSTEM[:2]:
        data = tree.read_path(path, 4096)
        if data is None:
            continue
        text = data.decode("utf-8", "replace")
        version = _VERSION.search(text)
        if _ID.search(text) and version is not None:
            return _SYSTEMS.get(version[1])
    return None
