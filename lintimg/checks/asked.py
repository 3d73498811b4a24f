"""The packages that installations ask for, whatever kept stage they run in."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.sizes import normalised_name
from lintimg.checks.made import word_text
from lintimg.context.manifests import Dependency
from lintimg.context.names import is_lock
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple
from lintimg.lint.image_files import absolute, inside, steps_of
from lintimg.lint.installs import LIBRARY_MANAGERS, install_place
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.text import SourceText

_INSTALLERS = frozenset((*LIBRARY_MANAGERS, "apt"))
_SCAN_LIMIT = 500


class Asked(NamedTuple):
    """A library that an installation asks for. `name` is normalised; `version` its specifier; `span` is its word, or that of the manifest in the
    Dockerfile (the command's name where none is written); `manifest` the path of the manifest in the context.
    `dependency` is its row there.
    """

    ecosystem: str
    name: str
    version: str | None
    span: Span
    operation: Operation
    run: ShippedRun
    manifest: str | None
    dependency: Dependency | None


def asked_libraries(subject: Subject) -> Iterator[Asked]:
    """Every library named on an installation's line or in a manifest that it reads (not those that only a lock file
    names, nor those for development).
    """
    for run in kept_runs(subject):
        for operation in run.operations:
            ecosystem = LIBRARY_MANAGERS.get(operation.manager)
            if ecosystem is None or operation.action != "install":
                continue
            for package in operation.packages:
                if package.kind in ("name", "url"):
                    name = normalised_name(ecosystem, package.name)
                    yield Asked(ecosystem, name, package.version, package.span, operation, run, None, None)
            for manifest in operation.manifests if subject.context is not None else ():
                if is_lock(manifest.path):
                    continue
                found = subject.manifest(run.step, manifest.path)
                read = None if found is None else found.requirements if ecosystem == "pip" else found.manifest
                for dependency in read.dependencies if read is not None else ():
                    if found is not None and not dependency.development:
                        name = normalised_name(ecosystem, dependency.name)
                        yield Asked(
                            ecosystem,
                            name,
                            dependency.version,
                            manifest.span,
                            operation,
                            run,
                            found.path,
                            dependency,
                        )


def dependency_span(source: SourceText, dependency: Dependency) -> Span:
    """The dependency's name in its line, or the line."""
    line = dependency.line or 1
    start = source.line_starts[line - 1]
    text = source.line(line)
    at = text.lower().find(dependency.name.lower())
    if at < 0:
        return Span(start, start + len(text))
    return Span(start + at, start + at + len(dependency.name))


def kept_runs(subject: Subject) -> Iterator[ShippedRun]:
    """The RUNs whose packages end in the image: the shipped ones, and those of stages it copies packages from."""
    yield from subject.shipped_runs
    build = subject.build
    if len(build.used) == len(build.chain):
        return
    folders: dict[int, list[str]] = {}
    for step in build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is None:
            continue
        stage = build.stage_called(copy.from_)
        if stage is None or stage.number in build.chain:
            continue
        wanted = folders.setdefault(stage.number, [])
        for word in copy.sources:
            folder = word_text(word, step)
            if folder and len(wanted) < _SCAN_LIMIT:
                wanted.append(absolute("/", folder) or "/")
    for number, wanted in folders.items():
        for step in steps_of(build, number):
            if step.instruction.keyword == "RUN":
                run = subject.run(step)
                if run.operations and _lands(run, wanted):
                    yield run


def _lands(run: ShippedRun, folders: list[str]) -> bool:
    for operation in run.operations:
        if operation.action != "install" or operation.manager not in _INSTALLERS:
            continue
        place = install_place(run.step, operation)
        for folder in folders:
            if place is None:
                if operation.manager != "apt" and (
                    "site-packages" in folder or folder in ("/", "/usr", "/usr/local")
                ):
                    return True
            elif inside(place, folder):
                return True
    return False
