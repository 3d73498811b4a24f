"""What an installation reads, named as COPY would name it, and whether it needs the sources besides."""

from __future__ import annotations

import json
import re
from posixpath import basename, dirname, join, normpath

from lintimg.checks.cache.build_inputs import SourceCopy
from lintimg.checks.made import word_text
from lintimg.checks.tables import table
from lintimg.context.names import is_lock
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import regex
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.packages import Operation

_LOCAL_REQUIREMENT = regex(
    r"^\s*(?:-e\s*|--editable[ =]\s*)?(?:\.{1,2}(?:/|\[|\s|$)|file:)|@\s*file:", re.MULTILINE
)
_WORKSPACE_FILES = ("pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "rush.json")
_SCRIPTS = ("preinstall", "install", "postinstall", "prepare", "prepublish")
_HARMLESS_SCRIPT = regex(r"husky|patch-package|lefthook|is-ci|only-allow|echo|true\b")


def copied_manifests(
    operation: Operation, run: ShippedRun, copy: SourceCopy, subject: Subject
) -> tuple[str, ...]:
    """The manifests `operation` reads as source words for a COPY, none when they cannot be named."""
    explicit = [manifest.path for manifest in operation.manifests if not manifest.implied]
    if explicit:
        paths = [_context_path(path, run, copy, subject) for path in explicit]
        return tuple(dict.fromkeys(path for path in paths if path is not None))
    row = table("build_inputs")["managers"][operation.manager]
    names: list[str] = row["copy"]
    if not names:
        return ()
    if "*" in names[0]:
        return tuple(names)
    beside = [word.text for word in copy.manifests]
    fitting = [text for text in beside if any(_stem(name) in basename(text) for name in names)]
    if fitting:
        return tuple(fitting)
    if subject.context is None:
        return tuple(row.get("globs", names))
    found = [path for name in names if (path := _context_path(name, run, copy, subject)) is not None]
    return tuple(found or names)


def _stem(name: str) -> str:
    return name.partition(".")[0].partition("-")[0]


def _context_path(path: str, run: ShippedRun, copy: SourceCopy, subject: Subject) -> str | None:
    """Where in the context a manifest lies that is seen as `path` when `run` runs."""
    try:
        text = expand(path, run.step.environment)
    except ExpansionError:
        return None
    if text is None or "$" in text:
        return basename(path) if "$" not in basename(path) else None
    if subject.context is not None:
        found = subject.manifest(run.step, path)
        return None if found is None else found.path
    for word in copy.manifests:
        if basename(word.text) == basename(text):
            return word.text
    destination = word_text(copy.copy.destination, copy.step)
    source = word_text(copy.word, copy.step)
    if destination is None or source is None or not copy.whole:
        return basename(text)
    workdir = run.step.workdir or ""
    wanted = normpath(join(workdir, text))
    folder = normpath(join(copy.step.workdir or "", destination))
    if wanted.startswith(f"{folder.rstrip('/')}/"):
        inner = wanted[len(folder.rstrip("/")) + 1 :]
        return normpath(join(source.rstrip("*") or ".", inner))
    return basename(text)


def needs_sources(operation: Operation, run: ShippedRun, subject: Subject) -> bool:
    """Whether the context's manifests show that the installation itself reads sources: local packages, workspaces,
    scripts that run at installation.
    """
    context = subject.context
    if context is None:
        return False
    for manifest in operation.manifests:
        found = None if is_lock(manifest.path) else subject.manifest(run.step, manifest.path)
        if found is None or found.data is None:
            continue
        path, data = found.path, found.data
        text = data.decode("utf-8", "replace")
        name = basename(path)
        if operation.manager in ("pip", "uv") and not name.endswith((".toml", ".lock")):
            if _LOCAL_REQUIREMENT.search(text):
                return True
        elif name == "package.json":
            folder = dirname(path)
            if any(context.exists(join(folder, file)) for file in _WORKSPACE_FILES) or _package_needs_sources(
                text
            ):
                return True
    return False


def _package_needs_sources(text: str) -> bool:
    try:
        package = json.loads(text)
    except ValueError:
        return False
    if not isinstance(package, dict):
        return False
    if package.get("workspaces"):
        return True
    scripts = package.get("scripts")
    if isinstance(scripts, dict) and any(
        isinstance(scripts.get(name), str) and not _HARMLESS_SCRIPT.search(scripts[name]) for name in _SCRIPTS
    ):
        return True
    for key in ("dependencies", "devDependencies", "optionalDependencies"):
        group = package.get(key)
        if isinstance(group, dict) and any(
            isinstance(value, str) and value.startswith(("file:", "link:", "workspace:", "portal:"))
            for value in group.values()
        ):
            return True
    return False
