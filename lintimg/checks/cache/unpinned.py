"""LI303: packages named on an install line without a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.checks.effects import variable
from lintimg.lazy import regex
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.shell.packages import Operation, PackageArgument

_EXAMPLES = {
    "pip": "{name}==1.2.3",
    "pipx": "{name}==1.2.3",
    "uv": "{name}==1.2.3",
    "npm": "{name}@1.2.3",
    "yarn": "{name}@1.2.3",
    "pnpm": "{name}@1.2.3",
    "gem": "{name} -v 1.2.3",
    "go": "{name}@v1.2.3",
}
_INSTALLERS = {
    "pip": frozenset(("pip", "setuptools", "wheel")),
    "uv": frozenset(("pip", "setuptools", "wheel")),
    "npm": frozenset(("npm",)),
}
_REFERENCE = regex(r"[^/:]@[^/]+$|#")
_FLOATING = frozenset(("latest", "@latest", "*", "@*", "next", "@next", "master", "@master", "main", "@main"))


def unpinned_package(subject: Subject) -> Iterator[Hit]:
    """A hit for each install command that names packages without a version."""
    for run in subject.every_run:
        if run.step.stage not in subject.build.used:
            continue
        for operation in run.operations:
            if operation.manager in _EXAMPLES:
                loose = _loose(operation, run)
                if loose:
                    yield _hit(operation, loose)


def unpinned_installer(subject: Subject) -> Iterator[Hit]:
    """LI309: a hit for each command that fetches the newest release of a package manager itself."""
    for manager, names in _INSTALLERS.items():
        for run, operation in subject.every_operation.get(manager, ()):
            if operation.action == "install" and not _constrained(operation, run):
                loose = [package for package in _unversioned(operation) if package.name.lower() in names]
                if loose:
                    yield _hit(operation, loose)


def _loose(operation: Operation, run: ShippedRun) -> list[PackageArgument]:
    if operation.action == "run":
        # Behind the package of `go run` stand arguments of its program. Without a version go.mod has the say.
        return [each for each in operation.packages[:1] if each.version in _FLOATING]
    if operation.action != "install":
        return []
    if _constrained(operation, run):
        return []
    ignored = _INSTALLERS.get(operation.manager, frozenset())
    return [package for package in _unversioned(operation) if package.name.lower() not in ignored]


def _constrained(operation: Operation, run: ShippedRun) -> bool:
    return operation.manager in ("pip", "uv") and (
        operation.has("-c", "--constraint", "--constraints", "--no-index", "--dry-run")
        or variable(operation, run.step, "PIP_CONSTRAINT")[0]
        or variable(operation, run.step, "UV_CONSTRAINT")[0]
    )


def _unversioned(operation: Operation) -> list[PackageArgument]:
    return [
        package
        for package in operation.packages
        if not package.pinned
        and (
            (package.kind == "name" and (package.version is None or package.version in _FLOATING))
            or (package.kind == "vcs" and "$" not in package.text and not _REFERENCE.search(package.text))
        )
    ]


def _hit(operation: Operation, loose: list[PackageArgument]) -> Hit:
    names = [package.name for package in loose]
    return Hit(
        loose[0].span,
        {
            "packages": listing(names),
            "has": "has" if len(names) == 1 else "have",
            "example": _EXAMPLES[operation.manager].format(name=names[0]),
            "program": operation.program,
        },
        details={
            "manager": operation.manager,
            "verb": operation.verb.pieces if operation.verb is not None else "",
            "packages": names,
            "version": _vaguest(loose),
        },
    )


def _vaguest(loose: Sequence[PackageArgument]) -> str:
    """Whether a package has no version at all ("none"), else "latest" or the "branch" that it names."""
    versions = [package.version for package in loose]
    if None in versions:
        return "none"
    return "latest" if any("latest" in (version or "") for version in versions) else "branch"
