"""The edit that makes or extends the ignore file of a build context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from posixpath import normpath, relpath

from lintimg.checks.made import word_text
from lintimg.checks.tables import table
from lintimg.context.build_context import BuildContext
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.mounts import read_mounts
from lintimg.lint.rule import HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_ANYWHERE = ("git", "node", "cache")
"""Kinds of folders whose name says enough, wherever they lie; an `env` may be something else."""

_READS_HISTORY = frozenset(("describe", "rev-parse", "log", "show", "rev-list", "submodule", "status"))


def pattern_for(name: str, kind: str) -> str:
    """The line of an ignore file that keeps the file or folder `name` out."""
    path = PurePosixPath(name)
    anywhere = kind in _ANYWHERE or path.name.startswith(".")
    return f"**/{path.name}" if len(path.parts) > 1 and anywhere else name


def ignore_edit(subject: Subject, context: BuildContext, kinds: dict[str, str]) -> HitEdit | None:
    """The edit that keeps the files and folders of `kinds` out, None where the Dockerfile needs them all."""
    needed = frozenset(_needed(subject))
    kept = {name: kind for name, kind in kinds.items() if _may_go(name, needed)}
    lines = list(_without_doubles(pattern_for(name, kind) for name, kind in kept.items()))
    file = context.ignore_file
    if file is None:
        return HitEdit(None, "".join(f"{line}\n" for line in lines), ".dockerignore") if lines else None
    path = relpath(file.as_posix(), context.root.as_posix())
    data = context.read(path, 1_000_000)
    if path.startswith("..") or data is None:
        return None
    existing = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    wanted = [line.strip() for line in existing.split("\n") if line.startswith("!")]
    # What someone took back in on purpose stays in.
    lines = [line for line in lines if not any(PurePosixPath(line).name in other for other in wanted)]
    if not lines:
        return None
    end = len(existing)
    text = "".join(f"{line}\n" for line in lines)
    return HitEdit(Span(end, end), text if not existing or existing.endswith("\n") else f"\n{text}", path)


def _without_doubles(lines: Iterable[str]) -> Iterator[str]:
    unique = tuple(dict.fromkeys(lines))
    return (line for line in unique if f"**/{line}" not in unique)


def _may_go(name: str, needed: frozenset[str]) -> bool:
    """Whether nothing says that `name` is needed, and it can be written as a pattern."""
    if (
        any(character in name for character in "*?[]\\\n\r")
        or name.startswith(("!", "#"))
        or name != name.strip()
    ):
        return False
    last = name.rpartition("/")[2]
    return not any(
        path in (name, last) or path.startswith((f"{name}/", f"{last}/")) or f"/{last}/" in f"/{path}/"
        for path in needed
    )


def _needed(subject: Subject) -> Iterator[str]:
    """The paths of the context that the Dockerfile names, and `.git` where it asks for the history."""
    for stage in subject.build.stages:
        for step in stage.steps:
            copy = read_copy(step.instruction)
            if copy is not None and copy.from_ is None:
                sources = [word_text(word, step) for word in copy.sources]
            else:
                sources = [mount.source for mount in read_mounts(step.instruction) if mount.from_ is None]
            for source in sources:
                path = normpath(source or ".").lstrip("/")
                if path != ".":
                    yield path
        for run in subject.runs(stage.number):
            for script in run.scripts:
                for command in script.commands:
                    if command.name == "git" and any(
                        word.value in _READS_HISTORY for word in command.arguments
                    ):
                        yield ".git"


def worth_leaving_out(kinds: dict[str, str], told: Iterable[str]) -> dict[str, str]:
    """Of all that was found, what an ignore file should name: what was told of, and small things of the same kinds."""
    named = frozenset(told)
    always = table("context_junk")["always"]
    first = {name: kinds[name] for name in told}
    return first | {
        name: kind
        for name, kind in kinds.items()
        if kind and name not in named and (kind in always or kind == "cache")
    }
