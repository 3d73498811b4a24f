"""LI402: what package managers keep for a next time that never comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lintimg.checks.effects import (
    Placed,
    Removal,
    covers,
    follows,
    located,
    mounted,
    option_value,
    placed_commands,
    removals,
    variable,
)
from lintimg.checks.package_cache_fix import cleaning_edits
from lintimg.checks.tables import table
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import size
from lintimg.model.finding import Saving
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command

_FALSE = frozenset(("", "0", "false", "no", "off", "n", "f"))
_CLEANERS = ("clean", "purge", "cleanup")


class Leftover(NamedTuple):
    """An operation that leaves a cache in the layer of its RUN, and the folder it lies in."""

    operation: Operation
    cache: str


def package_cache_left(subject: Subject) -> Iterator[Hit]:
    """A hit for every package manager whose cache stays in a shipped layer."""
    for run in subject.shipped_runs:
        seen: set[str] = set()
        for leftover in leftovers(run, subject):
            operation, cache = leftover
            manager = operation.manager
            row = table("package_caches")["managers"][manager]
            if manager in seen and not row.get("each"):
                continue
            seen.add(manager)
            linked = row.get("hard_links") or (manager == "uv" and not _copies(operation, run))
            verb = operation.verb.pieces if operation.verb is not None else ""
            bytes_ = _estimated(operation, subject) if manager == "pip" else None
            yield Hit(
                operation.span,
                {
                    "command": f"{operation.program} {verb}".strip(),
                    "cache": cache,
                    "bytes": f" (about {size(bytes_)})" if bytes_ else "",
                    "where": "the image that Lambda loads"
                    if subject.target.kind == "lambda"
                    else "the image",
                },
                edits=cleaning_edits(leftover.operation, run, subject, row),
                variant=manager,
                severity="info" if linked else None,
                details={"manager": manager, "cache": cache},
                saving=Saving(bytes_, "estimated") if bytes_ else None,
            )


def _estimated(operation: Operation, subject: Subject) -> int | None:
    """The bytes of pip's cache as the image's estimate has them, None when it has none."""
    line = subject.document.source.position(operation.span.start).line
    parts = subject.estimate.parts if subject.estimate is not None else ()
    return sum(part.bytes for part in parts if part.line == line and part.what == "pip cache") or None


def leftovers(run: ShippedRun, subject: Subject) -> Iterator[Leftover]:
    """The operations of `run` whose caches its layer keeps, in order."""
    rows = table("package_caches")["managers"]
    candidates = [op for op in run.operations if op.manager in rows and _fetches(op, rows[op.manager])]
    if not candidates:
        return
    surroundings: _Surroundings | None = None
    for operation in candidates:
        row = rows[operation.manager]
        if _switched_off(operation, run, row):
            continue
        if surroundings is None:
            surroundings = _Surroundings(run, subject)
        cache = surroundings.kept(operation, row)
        if cache is not None:
            yield Leftover(operation, cache)


def _fetches(operation: Operation, row: Mapping[str, Any]) -> bool:
    if operation.action not in row["actions"]:
        return False
    if operation.has(*row.get("not_options", ()), "--help", "--version"):
        return False
    return not (
        operation.manager in ("pip", "uv")
        and operation.packages
        and not operation.manifests
        and all(
            package.kind == "path" and package.name.endswith((".whl", "*")) for package in operation.packages
        )
    )


def _switched_off(operation: Operation, run: ShippedRun, row: Mapping[str, Any]) -> bool:
    if operation.has(*row.get("off_options", ())):
        return True
    for name in row.get("off_variables", ()):
        is_set, value = variable(operation, run.step, name)
        if is_set and (
            value is None or (bool(value) if row.get("any_value") else value.lower() not in _FALSE)
        ):
            return True
    return False


def _copies(operation: Operation, run: ShippedRun) -> bool:
    """Whether uv copies out of its cache rather than linking to it."""
    return (
        option_value(operation, "--link-mode") or variable(operation, run.step, "UV_LINK_MODE")[1]
    ) == "copy"


class _Surroundings:
    """What else a RUN does, and what was configured before it."""

    def __init__(self, run: ShippedRun, subject: Subject) -> None:
        self.run = run
        self.subject = subject
        self.mounts = mounted(run.step)
        placed = list(placed_commands(run))
        self.removed: list[Removal] = []
        self.cleaners: list[Command] = []
        for at, place in enumerate(placed):
            following = placed[at + 1].command if at + 1 < len(placed) else None
            self.removed += removals(place, following)
            if _is_cleaner(place):
                self.cleaners.append(place.command)
        self.cleans = [op for op in run.operations if op.action == "clean"]
        self.asked = [(manager, place.command) for place in placed for manager in _asked_for(place, placed)]

    def kept(self, operation: Operation, row: Mapping[str, Any]) -> str | None:
        """The cache folder that stays, None when nothing does or it cannot be told."""
        paths: list[str] = row["paths"]
        for value in self.configured(operation, row):
            if value is None or "no-cache" in value or value.startswith("/dev/"):
                return None
            path = located(value, self.run.step.workdir)
            if path is None:
                return None
            paths = [path]
        if any(covers(mount, path) for mount in self.mounts for path in paths):
            return None
        command = operation.command
        for removal in self.removed:
            if follows(removal.command, command) and any(
                covers(removal.path, path) and (not removal.filtered or removal.path == path)
                for path in paths
            ):
                return None
        if any(follows(cleaner, command) for cleaner in self.cleaners):
            return None
        if any(manager == operation.manager and follows(remover, command) for manager, remover in self.asked):
            return None
        for clean in self.cleans:
            words = row["cleaned_by"].get(clean.manager)
            if words is not None and follows(clean.command, command):
                given = {word.pieces for word in clean.command.words}
                if not words or not given.isdisjoint(words):
                    return None
        return paths[0]

    def configured(self, operation: Operation, row: Mapping[str, Any]) -> Iterator[str | None]:
        """Where the cache was moved to: by option, variable or configuration command; None for a value not known."""
        names = row.get("directory_options")
        moved = option_value(operation, *names) if names else None
        if moved is not None:
            yield None if "$" in moved else moved
            return
        for name in row.get("directory_variables", ()):
            is_set, value = variable(operation, self.run.step, name)
            if is_set and value != "":
                yield value
                return
        keys = row.get("configured", ())
        if not keys:
            return
        for run in self.subject.shipped_runs:
            for other in run.operations:
                if other.manager == operation.manager and other.action == "configure":
                    if run is self.run and not follows(operation.command, other.command):
                        continue
                    words = [word.pieces for word in other.command.words]
                    for key in keys:
                        for at, word in enumerate(words):
                            if word == key or word.endswith(f".{key}"):
                                yield (
                                    key
                                    if key == "no-cache-dir"
                                    else (words[at + 1] if at + 1 < len(words) else None)
                                )
                                return
            if run is self.run:
                return


def _is_cleaner(place: Placed) -> bool:
    """Whether a command is, or fetches, a script that says it cleans."""
    words = place.command.words
    if not words:
        return False
    path = words[0].pieces
    if "/" in path and any(part in path.rpartition("/")[2] for part in _CLEANERS):
        return True
    return place.command.stages > 1 and any("://" in word.pieces and "clean" in word.pieces for word in words)


def _asked_for(place: Placed, placed: list[Placed]) -> Iterator[str]:
    """The managers whose cache folder `rm -rf "$(yarn cache dir)"` asks for."""
    remover = place.command
    if remover.name != "rm" or not any("$()" in word.pieces for word in remover.words):
        return
    for other in placed:
        inner = other.command
        if (
            inner.depth > remover.depth
            and remover.statement.start <= inner.statement.start < remover.statement.end
        ):
            words = " ".join(word.pieces for word in inner.words)
            if "cache" in words or "store" in words:
                yield (inner.name or "").rstrip("0123456789.")
