"""The edit that puts a COPY of sources behind the installation it disturbs."""

from __future__ import annotations

from posixpath import dirname, join

from lintimg.checks.cache.build_inputs import SourceCopy, is_whole_context
from lintimg.checks.tables import table
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_HARMLESS = frozenset(("rm", "cd", "mkdir", "echo", "true", "set"))
_BETWEEN = frozenset(("ENV", "ARG", "LABEL", "EXPOSE", "RUN"))


def reordering_edits(
    copy: SourceCopy,
    run: ShippedRun,
    operation: Operation,
    manifests: tuple[str, ...],
    subject: Subject,
) -> tuple[HitEdit, ...]:
    """The COPY split in two, manifests before the installation and sources after it; nothing where the text does not
    allow that for sure.
    """
    instruction = copy.step.instruction
    row = table("build_inputs")["managers"][operation.manager]
    if instruction.json or instruction.heredocs or "globs" not in row or not _adjacent(copy, run, subject):
        return ()
    if not only_installs(run):
        return ()
    source = subject.document.source
    keyword = source.slice(instruction.keyword_span)
    flags = "".join(f"{flag.text} " for flag in instruction.flags)
    destination = copy.copy.destination.text
    together = copy.manifests and not copy.whole
    if together:
        first = _line(keyword, flags, [word.text for word in copy.manifests], destination)
        others = [word for word in copy.copy.sources if word not in copy.manifests]
        second = _line(keyword, flags, [word.text for word in others], destination)
    else:
        if len(copy.copy.sources) > 1 or not is_whole_context(copy.word.text) or not manifests:
            return ()
        if any(manifest.startswith(("/", "..")) for manifest in manifests):
            return ()
        folders = {dirname(manifest) for manifest in manifests}
        if len(folders) != 1:
            return ()
        folder = folders.pop()
        target = join(destination.rstrip("/") or "/", folder) if folder else destination
        words = list(manifests)
        if subject.context is None and all(manifest.implied for manifest in operation.manifests):
            words = [join(folder, name) for name in row["globs"]]
        first = _line(keyword, flags, words, target if target.endswith("/") else f"{target}/")
        second = source.slice(_span(copy))
    end = (
        run.step.instruction.head_span.end
        if not run.step.instruction.heredocs
        else run.step.instruction.span.end
    )
    return (HitEdit(_span(copy), first), HitEdit(Span(end, end), f"\n{second}"))


def _span(copy: SourceCopy) -> Span:
    return copy.step.instruction.head_span


def _line(keyword: str, flags: str, words: list[str], destination: str) -> str:
    return f"{keyword} {flags}{' '.join(words)} {destination}"


def _adjacent(copy: SourceCopy, run: ShippedRun, subject: Subject) -> bool:
    """Whether nothing stands between the two that could need the sources, or change where they go."""
    if copy.step.stage != run.step.stage:
        return False
    for step in subject.build.stages[copy.step.stage].steps:
        instruction = step.instruction
        if copy.step.instruction.number < instruction.number < run.step.instruction.number:
            if instruction.keyword not in _BETWEEN:
                return False
            if instruction.keyword == "RUN" and not only_installs(subject.run(step)):
                return False
    return True


def only_installs(run: ShippedRun) -> bool:
    """Whether a RUN consists of package-manager calls that read no sources."""
    if run.step.instruction.heredocs:
        return False
    operations = {
        operation.command.statement
        for operation in run.operations
        if operation.action not in ("build", "run")
    }
    if any(package.kind == "path" for operation in run.operations for package in operation.packages):
        return False
    for script in run.scripts:
        if script.unread:
            return False
        for command in script.commands:
            if command.words and command.statement not in operations and command.name not in _HARMLESS:
                return False
    return True
