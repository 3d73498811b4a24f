"""The edit that moves COPYs of sources, as they stand, behind an installation that does not need them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from posixpath import basename

from lintimg.checks.cache.build_inputs import SourceCopy, source_copy
from lintimg.checks.cache.cache_order_fix import only_installs
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_BETWEEN = frozenset(("ENV", "ARG", "LABEL", "EXPOSE"))


def moving_edits(
    copy: SourceCopy, run: ShippedRun, operation: Operation, subject: Subject, *, needs_manifest: bool
) -> tuple[HitEdit, ...]:
    """What puts `copy` and the COPYs of sources after it behind `run`; nothing where the installation may need them.

    With `needs_manifest` another COPY must bring what `operation` reads.
    """
    if copy.step.stage != run.step.stage or run.step.instruction.heredocs or not only_installs(run):
        return ()
    moved: list[Step] = []
    for step in subject.build.stages[copy.step.stage].steps:
        if not copy.step.instruction.number <= step.instruction.number < run.step.instruction.number:
            continue
        keyword = step.instruction.keyword
        if keyword in ("COPY", "ADD"):
            found = source_copy(step, subject)
            if found is not None and (found.manifests or step.instruction.heredocs):
                return ()
            if found is not None:
                moved.append(step)
        elif keyword == "RUN":
            if not only_installs(subject.run(step)):
                return ()
        elif keyword not in _BETWEEN:
            return ()
    if not moved or (needs_manifest and not _brought(operation, run, moved, subject)):
        return ()
    return tuple(_edits(moved, run, subject))


def _brought(operation: Operation, run: ShippedRun, moved: list[Step], subject: Subject) -> bool:
    """Whether a COPY that stays brings one of the files that `operation` reads."""
    names = {basename(manifest.path) for manifest in operation.manifests}
    globs = {*names, *table("build_inputs")["managers"][operation.manager]["copy"]}
    for step in subject.build.stages[run.step.stage].steps:
        if step.instruction.number >= run.step.instruction.number:
            return False
        copy = read_copy(step.instruction)
        if copy is None or step in moved:
            continue
        for word in copy.sources:
            name = basename(word.text.strip("\"'"))
            if any(fnmatchcase(name, glob) or fnmatchcase(glob, name) for glob in globs):
                return True
    return False


def _edits(moved: list[Step], run: ShippedRun, subject: Subject) -> Iterator[HitEdit]:
    source = subject.document.source
    blocks = []
    for step in moved:
        first, last = step.instruction.start_line, step.instruction.end_line
        while (
            first > 1
            and source.line(first - 1).lstrip().startswith("#")
            and not _is_directive(first - 1, subject)
        ):
            first -= 1
        count = len(source.line_starts)
        start = source.line_starts[first - 1]
        end = source.line_starts[last] if last < count else len(source.text)
        block = source.text[start:end].rstrip("\r\n")
        apart = first > 1 and not source.line(first - 1).strip()
        if apart and last < count and not source.line(last + 1).strip():
            # One of two empty lines goes along.
            end = source.line_starts[last + 1] if last + 1 < count else len(source.text)
        blocks.append(f"\n{block}" if apart else block)
        yield HitEdit(Span(start, end), "")
    end = run.step.instruction.head_span.end
    yield HitEdit(Span(end, end), "".join(f"\n{block}" for block in blocks).replace("\r\n", "\n"))


def _is_directive(line: int, subject: Subject) -> bool:
    return any(directive.line == line for directive in subject.document.directives)
