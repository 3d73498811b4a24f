"""LI304: an installation that resolves versions anew although a lock file is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join

from lintimg.checks.made import word_text
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.packages import Operation

_LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
}
_VERBS = {"npm": ("install", "i", "isntall", "in", "add"), "yarn": ("", "install"), "pnpm": ("install", "i")}
_EXACT = {
    "npm": (
        "-g",
        "--global",
        "--location",
        "--no-package-lock",
        "--package-lock",
        "--package-lock-only",
        "--dry-run",
    ),
    "yarn": ("--frozen-lockfile", "--immutable", "--pure-lockfile", "--no-lockfile", "--global"),
    "pnpm": (
        "--frozen-lockfile",
        "--no-frozen-lockfile",
        "--frozen-lockfile=true",
        "--lockfile-only",
        "-g",
        "--global",
        "--offline",
    ),
}
_INSTEAD = {
    "npm": "npm ci",
    "yarn": "yarn install --frozen-lockfile",
    "pnpm": "pnpm install --frozen-lockfile",
}


def install_without_lockfile(subject: Subject) -> Iterator[Hit]:
    """A hit for each `npm install`, `yarn` or `pnpm install` that may change what a copied lock file says."""
    copied: dict[int, dict[str, str]] = {}
    for stage in subject.build.stages:
        if stage.number not in subject.build.used:
            continue
        locks = dict(copied.get(stage.parent, {})) if stage.parent is not None else {}
        copied[stage.number] = locks
        for step in stage.steps:
            if step.instruction.keyword == "COPY" and subject.context is None:
                for manager, names in _LOCKS.items():
                    lock = None if manager in locks else _copied_lock(step, names)
                    if lock is not None:
                        locks[manager] = lock
            elif step.instruction.keyword == "RUN":
                run = subject.run(step)
                for operation in run.operations:
                    if operation.manager in _LOCKS and _resolves(operation):
                        lock = _found_lock(operation, run, subject) or locks.get(operation.manager)
                        if lock is not None:
                            yield _hit(operation, lock, run)


def _resolves(operation: Operation) -> bool:
    verb = operation.verb.pieces if operation.verb is not None else ""
    return (
        operation.action == "install"
        and verb in _VERBS[operation.manager]
        and not operation.packages
        and not operation.has(*_EXACT[operation.manager])
    )


def _found_lock(operation: Operation, run: ShippedRun, subject: Subject) -> str | None:
    """The lock file of the context that lies beside the manifest, None when there is none or no context is known."""
    folders = {manifest.path.rpartition("/")[0] for manifest in operation.manifests} or {""}
    for name in _LOCKS[operation.manager]:
        if any(subject.manifest(run.step, join(folder, name)) is not None for folder in folders):
            return name
    return None


def _copied_lock(step: Step, names: tuple[str, ...]) -> str | None:
    copy = read_copy(step.instruction)
    if copy is None or copy.from_ is not None:
        return None
    for word in copy.sources:
        name = basename(word_text(word, step) or "")
        if name.rstrip("*") in names or name in names:
            return name.rstrip("*")
        if (
            name in ("package*.json", "package*", "package-*.json", "package*json")
            and names[0] == "package-lock.json"
        ):
            return names[0]
    return None


def _hit(operation: Operation, lock: str, run: ShippedRun) -> Hit:
    verb = operation.verb
    edits: tuple[HitEdit, ...] = ()
    if operation.manager == "npm" and verb is not None and not run.step.instruction.json:
        edits = (HitEdit(verb.span, "ci"),)
    elif verb is not None and not run.step.instruction.json:
        edits = (HitEdit(verb.span._replace(start=verb.span.end), " --frozen-lockfile"),)
    return Hit(
        operation.span,
        {
            "command": f"{operation.program} {verb.pieces}" if verb is not None else operation.program,
            "lock": lock,
            "instead": _INSTEAD[operation.manager],
        },
        edits=edits,
        details={"manager": operation.manager, "lock": lock},
    )
