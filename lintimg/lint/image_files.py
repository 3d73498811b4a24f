"""Which file of the build context stands at a path of the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from lintimg.context.build_context import BuildContext
from lintimg.dockerfile.build import Build, Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.dockerfile.mounts import read_mounts

_MAX_DEPTH = 8
"""How many stages a file is followed through."""


def lineage(build: Build, stage: int) -> tuple[int, ...]:
    """The numbers of the stages that make up `stage`: itself and those it builds on, root first."""
    found: list[int] = []
    at: int | None = stage
    while at is not None and at not in found:
        found.append(at)
        at = build.stages[at].parent
    return tuple(reversed(found))


def steps_of(build: Build, stage: int) -> Iterator[Step]:
    """The steps that make up `stage` in the order they run."""
    for number in lineage(build, stage):
        yield from build.stages[number].steps


def expanded(word: str, environment: Mapping[str, str | None], escape: str = "\\") -> str | None:
    """`word` with its variables replaced, None when one is not known or the word is refused."""
    try:
        return expand(word, environment, escape)
    except ExpansionError:
        return None


def absolute(workdir: str | None, path: str) -> str | None:
    """`path` made absolute and tidy, None when it is relative to a folder that is not known."""
    if not path.startswith("/"):
        if workdir is None:
            return None
        path = f"{workdir}/{path}"
    return "/" + posixpath.normpath(path).lstrip("/").removeprefix(".")


def inside(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it; both absolute."""
    return folder in (path, "/") or path.startswith(folder + "/")


def context_file(
    build: Build, context: BuildContext, step: Step, path: str, depth: int = _MAX_DEPTH
) -> str | None:
    """The path in `context` of the file that stands at `path` of the image when `step` runs, None when it was
    not copied or cannot be told. Relative paths start at the step's working directory; bind mounts
    of a RUN and copies from other stages are followed.
    """
    wanted = absolute(step.workdir, path)
    if wanted is None or depth == 0:
        return None
    mounted = _mounted(context, step, wanted)
    if mounted is not None:
        return mounted
    before: list[Step] = []
    for each in steps_of(build, step.stage):
        if each.stage == step.stage and each.instruction.number >= step.instruction.number:
            break
        before.append(each)
    return _copied(build, context, before, wanted, depth)


def shipped_file(build: Build, context: BuildContext, path: str) -> str | None:
    """The path in `context` of the file that stands at `path` (absolute) of the shipped image, None when it was not
    copied or cannot be told.
    """
    return _copied(build, context, list(build.shipped_steps()), path, _MAX_DEPTH)


def _copied(build: Build, context: BuildContext, steps: list[Step], wanted: str, depth: int) -> str | None:
    for step in reversed(steps):
        copy = read_copy(step.instruction)
        if copy is None:
            continue
        destination = expanded(copy.destination.text, step.environment, build.document.escape)
        if destination is None:
            continue
        folder = absolute(step.workdir, destination)
        if folder is None or not inside(wanted, folder):
            continue
        several = destination.endswith(("/", "/.")) or destination == "." or len(copy.sources) > 1
        for word in copy.sources:
            source = expanded(word.text, step.environment, build.document.escape)
            if source is None:
                continue
            found = _from_source(build, context, copy, source, folder, wanted, depth, several=several)
            if found is not None:
                return found
    return None


def _from_source(
    build: Build,
    context: BuildContext,
    copy: Copy,
    source: str,
    folder: str,
    wanted: str,
    depth: int,
    *,
    several: bool,
) -> str | None:
    rest = posixpath.relpath(wanted, folder)
    if copy.from_ is not None:
        stage = build.stage_called(copy.from_)
        if stage is None:
            return None
        origin = absolute("/", source) or "/"
        steps = list(steps_of(build, stage.number))
        candidates = [origin if rest == "." else posixpath.join(origin, rest)]
        if posixpath.basename(origin) == rest:
            candidates.insert(0, origin)
        for candidate in candidates:
            found = _copied(build, context, steps, candidate, depth - 1) if depth > 1 else None
            if found is not None:
                return found
        return None
    if is_remote(source):
        return None
    matched = context.match(source, copy.exclude)
    for root in matched.roots:
        nested = posixpath.normpath(posixpath.join(root, rest)) if root else rest
        if rest != "." and _arrives(context, nested):
            return nested
        # Without a slash at its end the destination may be a folder all the same (`COPY app.py ${LAMBDA_TASK_ROOT}`).
        whole = posixpath.basename(root) == rest or (rest == "." and not several)
        if whole and _arrives(context, root):
            return root
    return None


def _arrives(context: BuildContext, path: str) -> bool:
    return context.exists(path) and context.ignored_by(path) is None


def _mounted(context: BuildContext, step: Step, wanted: str) -> str | None:
    for mount in read_mounts(step.instruction):
        if mount.type != "bind" or mount.from_ is not None or mount.target is None:
            continue
        target = absolute(step.workdir, mount.target)
        if target is None or not inside(wanted, target):
            continue
        source = (mount.source or "").strip("/").removeprefix("./")
        rest = posixpath.relpath(wanted, target)
        path = source if rest == "." else posixpath.normpath(posixpath.join(source, rest))
        if context.exists(path):
            return path
    return None
