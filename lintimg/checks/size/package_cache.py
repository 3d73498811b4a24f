"""LI402: what package managers keep for a next time that never comes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from lintimg.checks.effects import (
    Cleanings,
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
from lintimg.checks.size.package_cache_fix import cleaning_edits
from lintimg.checks.tables import table
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import size
from lintimg.model.finding import Saving
from lintimg.model.span import Span
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
    runs = [run for run in subject.every_run if run.step.stage in subject.build.chain]
    settings = CacheSettings(runs)
    rows = table("package_caches")["managers"]
    estimated: dict[int, int] | None = None
    for run in runs:
        left = tuple(leftovers(run, settings))
        for operation, cache in _told(left):
            manager = operation.manager
            row = rows[manager]
            linked = row.get("hard_links") or (manager == "uv" and not _copies(operation, run))
            verb = operation.verb.pieces if operation.verb is not None else ""
            bytes_ = None
            if manager == "pip":
                if estimated is None:
                    estimated = _estimated(subject)
                bytes_ = estimated.get(subject.document.source.position(operation.span.start).line)
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
                edits=cleaning_edits(operation, run, subject, row),
                variant=manager,
                severity="info" if linked else None,
                details=_details(operation, cache, left),
                saving=Saving(bytes_, "estimated") if bytes_ else None,
            )


def _told(left: Iterable[Leftover]) -> Iterator[Leftover]:
    """Of `left` the first of each manager, and all of those that keep a cache for each call."""
    rows = table("package_caches")["managers"]
    seen: set[str] = set()
    for leftover in left:
        manager = leftover.operation.manager
        if manager not in seen or rows[manager].get("each"):
            yield leftover
        seen.add(manager)


def _details(operation: Operation, cache: str, left: Sequence[Leftover]) -> dict[str, object]:
    """The details of a finding that stands for all of `left` by the same manager: an installation among them counts."""
    shown = operation
    if operation.action != "install":
        same = (other.operation for other in left if other.operation.manager == operation.manager)
        shown = next((other for other in same if other.action == "install"), operation)
    return {
        "manager": operation.manager,
        "cache": cache,
        "action": shown.action,
        "verb": shown.verb.pieces if shown.verb is not None else "",
    }


def cache_in_build_stage(subject: Subject) -> Iterator[Hit]:
    """LI414: a hit for every package manager whose cache stays in a layer of a stage that is not shipped."""
    rows = table("package_caches")["managers"]
    for stage in subject.build.stages:
        if stage.number in subject.build.chain:
            continue
        runs = [run for run in subject.every_run if run.step.stage == stage.number]
        settings = CacheSettings(runs)
        for run in runs:
            left = tuple(leftovers(run, settings))
            for operation, cache in _told(left):
                verb = operation.verb.pieces if operation.verb is not None else ""
                yield Hit(
                    operation.span,
                    {"command": f"{operation.program} {verb}".strip(), "cache": cache},
                    edits=cleaning_edits(operation, run, subject, rows[operation.manager]),
                    details=_details(operation, cache, left),
                )


def apk_cache_by_hand(subject: Subject) -> Iterator[Hit]:
    """LI417: a hit for each `apk add` with a cache that something else removes."""
    settings = CacheSettings(())
    for run, operation in subject.every_operation.get("apk", ()):
        verb = operation.verb
        if verb is None or verb.pieces != "add" or operation.has("--no-cache", "--no-network", "--cache-dir"):
            continue
        if any(covers(mount, "/var/cache/apk") for mount in mounted(run.step)):
            continue
        if all(left.operation is not operation for left in leftovers(run, settings)):
            yield Hit(
                operation.span,
                edits=()
                if run.instruction.json
                else (HitEdit(Span(verb.span.end, verb.span.end), " --no-cache"),),
            )


def _estimated(subject: Subject) -> dict[int, int]:
    """The bytes of pip's cache by line, as the image's estimate has them."""
    found: dict[int, int] = {}
    for part in subject.estimate.parts if subject.estimate is not None else ():
        if part.what == "pip cache" and part.line is not None:
            found[part.line] = found.get(part.line, 0) + part.bytes
    return found


def leftovers(run: ShippedRun, settings: CacheSettings) -> Iterator[Leftover]:
    """The operations of `run` whose caches its layer keeps, in order."""
    rows = table("package_caches")["managers"]
    surroundings: _Surroundings | None = None
    for operation in run.operations:
        row = rows.get(operation.manager)
        if row is None or not _fetches(operation, row) or _switched_off(operation, run, row):
            continue
        if surroundings is None:
            surroundings = _Surroundings(run, settings)
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


class CacheSettings:
    """What configuration commands say about caches, read when first asked for."""

    def __init__(self, runs: Sequence[ShippedRun]) -> None:
        """`runs` in the order they run."""
        self._runs = runs

    @cached_property
    def commands(self) -> list[tuple[int, Operation]]:
        """The configuration commands, each with the number of its instruction."""
        return [
            (run.step.instruction.number, operation)
            for run in self._runs
            for operation in run.operations
            if operation.action == "configure"
        ]

    def value(self, keys: list[str], operation: Operation, run: ShippedRun) -> tuple[bool, str | None]:
        """Whether one of `keys` was set before `operation`, and to what (None: not known)."""
        number = run.step.instruction.number
        for at, other in self.commands:
            if at > number:
                break
            if other.manager != operation.manager or (
                at == number and not follows(operation.command, other.command)
            ):
                continue
            words = [word.pieces for word in other.command.words]
            for position, word in enumerate(words):
                if any(word == key or word.endswith(f".{key}") for key in keys):
                    following = words[position + 1] if position + 1 < len(words) else None
                    return True, "no-cache" if word.endswith("no-cache-dir") else following
        return False, None


class _Surroundings:
    """What else a RUN does, and what was configured before it."""

    def __init__(self, run: ShippedRun, settings: CacheSettings) -> None:
        self.run = run
        self.settings = settings
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
        self.asked = list(_asked_for(placed))
        self.ordered: dict[tuple[str, ...], Cleanings] = {}

    def kept(self, operation: Operation, row: Mapping[str, Any]) -> str | None:
        """The cache folder that stays, None when nothing does or it cannot be told."""
        paths: list[str] = row["paths"]
        is_set, value = self.moved(operation, row)
        if is_set:
            path = None if value is None else located(value, self.run.step.workdir)
            if path is None or value == "no-cache" or path.startswith("/dev/"):
                return None
            paths = [path]
        if any(covers(mount, path) for mount in self.mounts for path in paths):
            return None
        key = (operation.manager, *paths)
        if key not in self.ordered:
            self.ordered[key] = Cleanings(self.cleanings(operation.manager, row, paths))
        return None if self.ordered[key].reach(operation.command) else paths[0]

    def cleanings(self, manager: str, row: Mapping[str, Any], paths: list[str]) -> Iterator[Command]:
        """The commands that empty the cache of `manager` in `paths`."""
        yield from self.cleaners
        for removal in self.removed:
            if any(
                covers(removal.path, path) and (not removal.filtered or removal.path == path)
                for path in paths
            ):
                yield removal.command
        for asked, remover in self.asked:
            if asked == manager:
                yield remover
        for clean in self.cleans:
            words = row["cleaned_by"].get(clean.manager)
            if words is not None and (
                not words or not {word.pieces for word in clean.command.words}.isdisjoint(words)
            ):
                yield clean.command

    def moved(self, operation: Operation, row: Mapping[str, Any]) -> tuple[bool, str | None]:
        """Whether the cache was moved by option, variable or configuration command, and where to (None: not known)."""
        names = row.get("directory_options")
        moved = option_value(operation, *names) if names else None
        if moved is not None:
            return True, None if "$" in moved else moved
        for name in row.get("directory_variables", ()):
            is_set, value = variable(operation, self.run.step, name)
            if is_set and value != "":
                return True, value
        keys = row.get("configured")
        return self.settings.value(keys, operation, self.run) if keys else (False, None)


def _is_cleaner(place: Placed) -> bool:
    """Whether a command is, or fetches, a script that says it cleans."""
    words = place.command.words
    if not words:
        return False
    path = words[0].pieces
    if "/" in path and any(part in path.rpartition("/")[2] for part in _CLEANERS):
        return True
    return place.command.stages > 1 and any("://" in word.pieces and "clean" in word.pieces for word in words)


def _asked_for(placed: list[Placed]) -> Iterator[tuple[str, Command]]:
    """The managers whose cache folder `rm -rf "$(yarn cache dir)"` asks for, each with the command that removes it."""
    removers = sorted(
        (
            place.command
            for place in placed
            if place.command.name == "rm" and any("$()" in word.pieces for word in place.command.words)
        ),
        key=lambda command: command.statement.start,
    )
    if not removers:
        return
    starts = [command.statement.start for command in removers]
    for place in placed:
        inner = place.command
        at = bisect_right(starts, inner.statement.start) - 1
        if not inner.depth or at < 0 or inner.statement.start >= removers[at].statement.end:
            continue
        words = " ".join(word.pieces for word in inner.words)
        if "cache" in words or "store" in words:
            yield (inner.name or "").rstrip("0123456789."), removers[at]
