"""LI234: what the handler's module imports, and nothing brings to the image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import basename, dirname, join, relpath
from typing import TYPE_CHECKING

from lintimg.checks.contract.handler_file import NamedHandler, named_handlers
from lintimg.checks.contract.handler_function import handler_text
from lintimg.checks.contract.image_contents import Contents, shipped_contents
from lintimg.checks.contract.imports import imported
from lintimg.context.names import dependency_file, is_manifest
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span

if TYPE_CHECKING:
    from lintimg.checks.contract.left_behind import Installed

_ECOSYSTEMS = {"python": "pip", "nodejs": "npm"}
_PLACES = ("/opt", "/var/lang", "/var/runtime", "/usr/lib", "/usr/local/lib")
"""Where a runtime finds packages besides the handler's folders."""
_SHOWN = 3


class _Copied(NamedTuple):
    """A manifest that a COPY names: the word that does so, where the instruction ends, and the command that installs it. `alone`:
    sources are not copied with it.
    """

    span: Span
    end: int
    path: str
    command: str
    alone: bool


def missing_packages(subject: Subject) -> Iterator[Hit]:
    """A hit for each handler whose module begins with an import that must fail."""
    if subject.context is None or subject.aws_base is None:
        return
    for handler in named_handlers(subject):
        if handler.language in _ECOSYSTEMS:
            yield from _missing(subject, handler)


def _missing(subject: Subject, handler: NamedHandler) -> Iterator[Hit]:
    found = handler_text(subject, handler)
    names = () if found is None else imported(handler.language, found[1])
    if found is None or not names:
        return
    from lintimg.checks.contract.left_behind import left_behind

    file = found[0]
    behind = left_behind(subject, _ECOSYSTEMS[handler.language])
    absent: list[str] = []
    for name in names:
        contents = shipped_contents(subject, name)
        if behind is not None:
            contents = contents._replace(packages=set(), hidden_packages=False)
        if _may_be_there(subject, handler, contents, name):
            continue
        beside = _beside(subject, handler, file, name)
        if beside is not None:
            yield _hit(handler, file, [name], "not copied", {"actual": beside})
            return
        if contents.packages or contents.hidden_packages:
            return
        absent.append(name)
    if absent:
        yield _uninstalled(subject, handler, file, absent, behind)


def _uninstalled(
    subject: Subject, handler: NamedHandler, file: str, names: list[str], behind: Installed | None
) -> Hit:
    ecosystem = _ECOSYSTEMS[handler.language]
    if behind is not None:
        return _hit(handler, file, names, "stage", {"stage": behind.stage, "place": behind.place})
    copied = _copied_manifest(subject, ecosystem)
    if copied is None:
        return _hit(handler, file, names, handler.language, {})
    hit = _hit(handler, file, names, "manifest", {"manifest": copied.path, "command": copied.command})
    edits = (HitEdit(Span(copied.end, copied.end), f"\nRUN {copied.command}"),) if copied.alone else ()
    return hit._replace(span=copied.span, path=None, edits=edits)


def _hit(
    handler: NamedHandler, file: str, names: list[str], variant: str, values: Mapping[str, object]
) -> Hit:
    module = handler.module.replace("/", ".")
    error = (
        f"Unable to import module '{module}': No module named '{names[0]}'"
        if handler.language == "python"
        else f"Cannot find module '{names[0]}'"
    )
    return Hit(
        handler.span,
        {"file": file, "names": listing(names, _SHOWN), "first": names[0], "error": error} | dict(values),
        variant=variant,
        details={"handler": handler.text, "file": file, "missing": names},
        path=handler.path,
    )


def _may_be_there(subject: Subject, handler: NamedHandler, contents: Contents, name: str) -> bool:
    """Whether a file, folder or package of that name may be in the image."""
    if _normalised(name) in contents.packages:
        return True
    for path in contents.files:
        if f"/{name}." in path or f"/{name}/" in path:
            return True
    modules = "node_modules/" if handler.language == "nodejs" else ""
    if modules and _may_take_along(subject, contents):
        return True
    return any(contents.may_hold(join(folder, modules + name)) for folder in (*handler.folders, *_PLACES))


def _may_take_along(subject: Subject, contents: Contents) -> bool:
    """Whether a folder is copied in which npm may have run on the host before the image is built."""
    context = subject.context
    return context is not None and any(
        context.ignored_by(join(root, "node_modules")) is None for _, root in contents.folders
    )


def _beside(subject: Subject, handler: NamedHandler, file: str, name: str) -> str | None:
    """The module of the project called `name`, in the context where the handler's folder comes from."""
    depth = handler.module.count("/")
    root = dirname(file)
    for _ in range(depth):
        root = dirname(root)
    context = subject.context
    if context is None or handler.language != "python":
        return None
    if context.exists(join(root, f"{name}.py")):
        return join(root, f"{name}.py")
    package = join(root, name)
    return package if context.exists(join(package, "__init__.py")) else None


def _copied_manifest(subject: Subject, ecosystem: str) -> _Copied | None:
    """The last manifest of `ecosystem` that the shipped chain copies by its name."""
    found = None
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is not None:
            continue
        for word in copy.sources:
            if is_manifest(word.text) == ecosystem:
                target = expanded(copy.destination.text, step.environment, subject.document.escape)
                command = None if target is None else _command(ecosystem, step, word.text, target)
                if command is not None:
                    alone = all(dependency_file(each.text) is not None for each in copy.sources)
                    found = _Copied(word.span, step.instruction.span.end, word.text, command, alone)
    return found


def _command(ecosystem: str, step: Step, path: str, target: str) -> str | None:
    """What installs the manifest `path` that is copied to `target`; None where it cannot be told."""
    folder = absolute(step.workdir, target)
    if folder is None or step.workdir is None:
        return None
    if basename(folder) == basename(path):
        folder = dirname(folder)
    if ecosystem == "npm":
        return "npm install --omit=dev && npm cache clean --force" if folder == step.workdir else None
    if not path.endswith(".txt"):
        return None
    name = join(folder, basename(path))
    return (
        f"pip install --no-cache-dir -r {relpath(name, step.workdir) if inside(name, step.workdir) else name}"
    )


def _normalised(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
