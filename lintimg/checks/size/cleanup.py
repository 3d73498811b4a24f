"""LI403: removing in a later layer what an earlier one keeps all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import join, relpath
from typing import Any

from lintimg.checks.effects import Placed, Removal, covers, placed_commands, removals
from lintimg.checks.made import SITE_PACKAGES, Made, copied, fetched, installed
from lintimg.checks.size.development import development_left, development_names
from lintimg.checks.size.package_cache import CacheSettings, Leftover, leftovers
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitRelated
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import size
from lintimg.model.finding import Saving
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_WORTH_A_WORD = 1_000_000
"""Bytes below which a file that stays behind is not worth a finding."""

_COMPARISONS = 400_000
_NODE = ("npm", "yarn", "pnpm")
_FAMILIES = {
    "apt": "apt",
    "yum": "rpm",
    "dnf": "rpm",
    "microdnf": "rpm",
    "apk": "apk",
    "zypper": "zypper",
    "pip": "pip",
}
_WHERE_PACKAGES_LIE = frozenset(
    ("/", "/usr", "/usr/lib", "/usr/lib64", "/usr/local", "/usr/local/lib", "/var/lang", "/var/lang/lib")
)
_REMOVING = regex(
    r"\b(?:rm|rmdir|unlink|delete|clean|purge|remove|autoremove|erase|del|uninstall|prune|clear|distclean)\b"
)


def cleanup_in_later_layer(subject: Subject) -> Iterator[Hit]:
    """A hit for every removal that frees nothing because an earlier layer holds what it removes."""
    yield from _Layers(subject).hits()


class _Layers:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.settings = CacheSettings(subject.shipped_runs)
        self.budget = _COMPARISONS
        self.made: list[Made] = []
        self.packages: dict[tuple[str, str], Span] = {}
        self.leftovers: dict[str, Leftover] = {}
        self.node: Operation | None = None
        self.begun = False

    def hits(self) -> Iterator[Hit]:
        """Goes through the layers; what one brings is looked at only when a later one removes something."""
        waiting: list[Step] = []
        for step in self.subject.build.shipped_steps():
            keyword = step.instruction.keyword
            if keyword in ("COPY", "ADD"):
                waiting.append(step)
            elif keyword == "RUN":
                if (waiting or self.begun) and _may_remove(step):
                    for earlier in waiting:
                        self.brings(earlier)
                    waiting = []
                    self.begun = True
                    yield from self.run(self.subject.run(step))
                waiting.append(step)

    def brings(self, step: Step) -> None:
        if step.instruction.keyword == "RUN":
            self.remember(self.subject.run(step))
        else:
            self.made += copied(step, self.subject)

    def run(self, run: ShippedRun) -> Iterator[Hit]:
        places = list(placed_commands(run))
        removed = _removals(places)
        if self.made and removed:
            yield from self.paths(run, removed)
        if run.operations:
            if self.packages:
                yield from self.uninstalled(run)
            yield from self.pruned(run)
        if self.leftovers:
            yield from self.cleaned(run, removed)

    def remember(self, run: ShippedRun) -> None:
        """Notes what `run` leaves in its layer."""
        places = list(placed_commands(run))
        removed = _removals(places)
        by_start = {place.command.statement.start: place for place in places}
        moved = {
            word.pieces.rpartition("/")[2]
            for place in places
            if place.command.name == "mv"
            for word in place.command.arguments
        }
        new = [made for place in places for made in fetched(place)]
        new += installed(run, by_start)
        if self.affords(len(new) * len(removed)):
            for made in new:
                gone = any(covers(removal.path, made.path) for removal in removed)
                if not gone and made.path.rpartition("/")[2] not in moved:
                    self.made.append(made)
        for operation in run.operations:
            family = _FAMILIES.get(operation.manager)
            if family is not None and operation.action == "install":
                for name, span in _names(operation):
                    self.packages[family, name] = span
            elif family is not None and operation.action == "remove":
                for name, _span in _names(operation):
                    self.packages.pop((family, name), None)
            if (
                operation.manager in _NODE
                and operation.action == "install"
                and development_left(operation, run)
                and development_names(operation, run, self.subject) != []
            ):
                self.node = operation
        for leftover in leftovers(run, self.settings):
            self.leftovers.setdefault(leftover.operation.manager, leftover)

    def affords(self, comparisons: int) -> bool:
        """Whether that many comparisons are still allowed: files of absurd length are not looked at to the end."""
        self.budget -= comparisons
        return self.budget >= 0

    def paths(self, run: ShippedRun, removed: list[Removal]) -> Iterator[Hit]:
        if not self.affords(2 * len(removed) * len(self.made)):
            return
        own = list(self.own_installs(run))
        told: set[Span] = set()
        for removal in removed:
            for made in self.made:
                found = self.removes(removal, made, own)
                if found is None or removal.span in told:
                    continue
                told.add(removal.span)
                bytes_, severity = found
                yield self.hit(
                    removal.span,
                    _shown(made.path),
                    made.how,
                    made.span,
                    "path",
                    bytes_=bytes_,
                    info=severity,
                    filtered=removal.filtered,
                )
        self.made = [
            made
            for made in self.made
            if not any(not removal.filtered and covers(removal.path, made.path) for removal in removed)
        ]

    def own_installs(self, run: ShippedRun) -> Iterator[str]:
        for operation in run.operations:
            if operation.action in ("install", "update"):
                yield operation.manager

    def removes(self, removal: Removal, made: Made, own: list[str]) -> tuple[int | None, bool] | None:
        """The bytes concerned (None: not known) and whether the finding is only an info; None when `removal` does
        not touch `made`.
        """
        if made.how == "installed":
            if own:
                return None
            if made.path == SITE_PACKAGES:
                inside = SITE_PACKAGES in removal.path or "dist-packages" in removal.path
                return (
                    (None, False)
                    if inside or (removal.filtered and removal.path in _WHERE_PACKAGES_LIE)
                    else None
                )
            below = removal.path.startswith(f"{made.path}/") or (
                removal.filtered and covers(removal.path, made.path)
            )
            whole = not removal.filtered and covers(removal.path, made.path)
            return (None, False) if below or whole else None
        if removal.filtered:
            return None
        if covers(removal.path, made.path):
            if made.bytes is not None:
                return (made.bytes, False) if made.bytes >= _WORTH_A_WORD else None
            return (None, False) if made.heavy or (made.folder and made.how == "copied") else None
        if made.folder and made.source is not None and removal.path.startswith(f"{made.path.rstrip('/')}/"):
            return self.inside(removal, made)
        return None

    def inside(self, removal: Removal, made: Made) -> tuple[int | None, bool] | None:
        context = self.subject.context
        if context is None:
            return (None, True) if not removal.path.endswith("*") else None
        inner = relpath(removal.path, made.path)
        match = context.match(join(made.source or ".", inner))
        return (match.bytes, False) if match.bytes >= _WORTH_A_WORD else None

    def uninstalled(self, run: ShippedRun) -> Iterator[Hit]:
        for operation in run.operations:
            family = _FAMILIES.get(operation.manager)
            if family is None or operation.action != "remove":
                continue
            own = {
                name
                for other in run.operations
                if other.action == "install" and _FAMILIES.get(other.manager) == family
                for name, _span in _names(other)
            }
            for name, span in _names(operation):
                where = self.packages.get((family, name))
                if where is not None and name not in own:
                    yield self.hit(span, name, "installed", where, "package", manager=operation.manager)
                    break

    def pruned(self, run: ShippedRun) -> Iterator[Hit]:
        for operation in run.operations:
            verb = operation.verb.pieces if operation.verb is not None else ""
            if self.node is None or verb != "prune" or operation.manager not in _NODE:
                continue
            if any(other.action == "install" and other.manager in _NODE for other in run.operations):
                continue
            yield self.hit(
                operation.span,
                "development dependencies",
                "installed",
                self.node.span,
                "prune",
                manager=operation.manager,
            )
            self.node = None

    def cleaned(self, run: ShippedRun, removed: list[Removal]) -> Iterator[Hit]:
        rows = table("package_caches")["managers"]
        for manager, leftover in list(self.leftovers.items()):
            row = rows[manager]
            if any(op.manager in row["cleaned_by"] and op.action in row["actions"] for op in run.operations):
                continue
            span = _cleaning(run, removed, row, leftover)
            if span is not None:
                del self.leftovers[manager]
                yield self.hit(
                    span, leftover.cache, "left", leftover.operation.span, "cache", manager=manager
                )

    def hit(
        self,
        span: Span,
        what: str,
        how: str,
        where: Span,
        variant: str,
        *,
        bytes_: int | None = None,
        info: bool = False,
        filtered: bool = False,
        manager: str | None = None,
    ) -> Hit:
        from lintimg.checks.size.cleanup_fix import joining_edits, moving_edits

        line = self.subject.document.source.position(where.start).line
        counted = "Lambda counts" if self.subject.target.kind == "lambda" else "the image carries"
        details: dict[str, object] = {"what": what, "line": line}
        if manager is not None:
            details["manager"] = manager
        return Hit(
            span,
            {
                "what": what,
                "how": how,
                "line": line,
                "counted": counted,
                "bytes": f" ({size(bytes_)})" if bytes_ else "",
                "some": "some of " if filtered else "",
            },
            edits=joining_edits(self.subject, where, span)
            or (moving_edits(self.subject, where, span) if variant == "cache" else ()),
            variant=variant,
            severity="info" if info else None,
            details=details,
            related=(HitRelated(where, f"{what} {how} here"),),
            saving=Saving(bytes_, "estimated") if bytes_ else None,
        )


def _may_remove(step: Step) -> bool:
    """Whether a RUN's text holds a word that removes."""
    instruction = step.instruction
    return any(
        _REMOVING.search(text)
        for text in (instruction.rest.text, *(heredoc.content for heredoc in instruction.heredocs))
    )


def _removals(places: list[Placed]) -> list[Removal]:
    return [
        removal
        for at, place in enumerate(places)
        if place.command.name in ("rm", "rmdir", "unlink", "find")
        for removal in removals(place, places[at + 1].command if at + 1 < len(places) else None)
    ]


def _names(operation: Operation) -> Iterator[tuple[str, Span]]:
    for package in operation.packages:
        if package.kind in ("name", "group"):
            yield package.name, package.span
    if operation.manager == "apk" and operation.action == "install":
        for option in operation.options:
            name, equals, value = option.partition("=")
            if equals and name in ("--virtual", "-t"):
                yield value, operation.span


def _cleaning(
    run: ShippedRun, removed: list[Removal], row: Mapping[str, Any], leftover: Leftover
) -> Span | None:
    for operation in run.operations:
        words = row["cleaned_by"].get(operation.manager)
        if operation.action == "clean" and words is not None:
            given = {word.pieces for word in operation.command.words}
            if not words or not given.isdisjoint(words):
                return operation.span
    for removal in removed:
        if not removal.filtered and covers(removal.path, leftover.cache):
            return removal.span
    return None


def _shown(path: str) -> str:
    return "installed packages" if path == SITE_PACKAGES else path
