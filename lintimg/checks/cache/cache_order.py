"""LI301: sources copied before the dependencies are installed, so that every change installs them anew."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from lintimg.checks.cache.build_inputs import SourceCopy, is_whole_context, source_copy
from lintimg.checks.cache.install_inputs import copied_manifests, needs_sources
from lintimg.checks.tables import table
from lintimg.dockerfile.mounts import read_mounts
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.shell.packages import Operation

_INSTALLERS = frozenset(("pip", "setuptools", "wheel"))
_RANKS = {"manifest": 0, "together": 0, "names": 1, "one-step": 2}


class Bust(NamedTuple):
    """An installation that runs again whenever the sources copied before it change."""

    copy: SourceCopy
    run: ShippedRun
    operation: Operation
    variant: str


class _State(NamedTuple):
    """What a stage has copied so far: its first sources, those of its own, whether any was a folder; and the
    ecosystems whose manifests were installed.
    """

    first: SourceCopy | None
    own: SourceCopy | None
    whole: bool
    installed: frozenset[str]


def copy_before_install(subject: Subject) -> Iterator[Hit]:
    """A hit for each COPY of sources that stands before an installation which does not need them."""
    found: dict[int, Bust] = {}
    states: dict[int, _State] = {}
    for stage in subject.build.stages:
        if stage.number not in subject.build.used:
            continue
        before = states.get(stage.parent) if stage.parent is not None else None
        state = before._replace(own=None) if before else _State(None, None, False, frozenset())
        for step in stage.steps:
            keyword = step.instruction.keyword
            if keyword in ("COPY", "ADD"):
                copy = source_copy(step, subject)
                if copy is not None:
                    state = state._replace(
                        first=state.first or copy, own=state.own or copy, whole=state.whole or copy.whole
                    )
            elif keyword == "RUN":
                run = subject.run(step)
                if run.operations:
                    state = _after(run, state, found, subject)
        states[stage.number] = state
    for bust in found.values():
        yield _hit(bust, subject)


def _after(run: ShippedRun, state: _State, found: dict[int, Bust], subject: Subject) -> _State:
    managers = table("build_inputs")["managers"]
    installed = set(state.installed)
    mounts = {mount.type for mount in read_mounts(run.step.instruction)}
    for operation in run.operations:
        row = managers.get(operation.manager)
        if row is None:
            continue
        variant = _variant(operation)
        if variant is None:
            continue
        ecosystem = row["ecosystem"]
        known = ecosystem in installed
        if variant != "names":
            installed.add(ecosystem)
        copy = state.own if variant == "names" else state.first
        if copy is None or (variant != "names" and (known or "bind" in mounts)):
            continue
        # A cache mount keeps what was fetched, whatever the sources do.
        if variant == "one-step" and (not state.whole or "cache" in mounts):
            continue
        bust = Bust(copy, run, operation, variant)
        earlier = found.get(copy.step.instruction.number)
        if earlier is not None and _RANKS[earlier.variant] <= _RANKS[variant]:
            continue
        if variant == "manifest":
            if needs_sources(operation, run, subject):
                continue
            if _together(copy, operation):
                bust = bust._replace(variant="together")
        found[copy.step.instruction.number] = bust
    return state._replace(installed=frozenset(installed))


def _variant(operation: Operation) -> str | None:
    if operation.action == "build":
        return "one-step"
    if operation.action != "install" or operation.has("--help", "--version", "--dry-run"):
        return None
    if any(package.kind == "path" for package in operation.packages):
        local = [package for package in operation.packages if package.kind == "path"]
        if all(
            package.name.endswith((".whl", ".tar.gz", ".zip", ".rpm", ".deb", ".apk", ".tgz", ".gem"))
            for package in local
        ):
            return None
        return (
            "one-step"
            if not operation.manifests or all(m.implied for m in operation.manifests)
            else "manifest"
        )
    if operation.packages:
        names = [
            package
            for package in operation.packages
            if package.kind in ("name", "group", "vcs", "url", "variable")
        ]
        if any(not manifest.implied for manifest in operation.manifests):
            return "manifest"
        if not names or {package.name.lower() for package in names} <= _INSTALLERS:
            return None
        return "names" if any(package.kind != "variable" for package in names) else None
    return "manifest" if operation.manifests else None


def _together(copy: SourceCopy, operation: Operation) -> bool:
    """Whether the manifest stands beside the sources in the same COPY."""
    if not copy.manifests:
        return False
    names = {basename(manifest.path).lower() for manifest in operation.manifests}
    row = table("build_inputs")["managers"][operation.manager]
    names.update(name.lower() for name in row["copy"])
    stems = {name.partition(".")[0].partition("*")[0].partition("-")[0] for name in names}
    return any(basename(word.text.strip("\"'")).lower().startswith(tuple(stems)) for word in copy.manifests)


def _hit(bust: Bust, subject: Subject) -> Hit:
    operation = bust.operation
    verb = operation.verb.pieces if operation.verb is not None else ""
    command = f"{operation.program} {verb}".strip()
    manifests = () if bust.variant == "names" else copied_manifests(operation, bust.run, bust.copy, subject)
    shown = bust.copy.word.text.strip("\"'")
    position = subject.document.source.position(operation.span.start)
    row = table("build_inputs")["managers"][operation.manager]
    severity = None
    if bust.variant == "one-step":
        severity = "info"
    return Hit(
        bust.copy.word.span,
        {
            "source": "the whole context" if is_whole_context(shown) else shown,
            "manifest": listing(manifests, 4) if manifests else "the dependency manifest",
            "others": row.get("others", ""),
            "copy": " ".join(manifests) or "MANIFEST",
            "command": command,
            "fetch": row.get("fetch", command),
            "line": position.line,
            "packages": listing([package.name for package in operation.packages]) or command,
            "instruction": bust.copy.copy.keyword,
        },
        edits=_edits(bust, manifests, subject),
        variant=bust.variant,
        severity="info" if severity else None,
        details={"manager": operation.manager, "manifests": list(manifests), "reason": bust.variant},
        related=(HitRelated(operation.span, f"{command} runs again after every change of {shown}"),),
    )


def _edits(bust: Bust, manifests: tuple[str, ...], subject: Subject) -> tuple[HitEdit, ...]:
    if bust.variant == "one-step":
        return ()
    # Imported here: most files have no such finding.
    from lintimg.checks.cache.cache_order_fix import reordering_edits
    from lintimg.checks.cache.cache_order_move import moving_edits

    split: tuple[HitEdit, ...] = ()
    if bust.variant != "names":
        split = reordering_edits(bust.copy, bust.run, bust.operation, manifests, subject)
    return split or moving_edits(
        bust.copy, bust.run, bust.operation, subject, needs_manifest=bust.variant != "names"
    )
