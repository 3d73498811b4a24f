"""LI303: packages named on an install line without a version."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.effects import variable
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.shell.packages import Operation, PackageArgument

_EXAMPLES = {
    "pip": "{name}==1.2.3",
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
_FLOATING = frozenset(("latest", "@latest", "*", "@*", "next", "@next", "master", "@master", "main", "@main"))


def unpinned_package(subject: Subject) -> Iterator[Hit]:
    """A hit for each install command that names packages without a version."""
    for stage in subject.build.stages:
        if stage.number not in subject.build.used:
            continue
        for run in subject.runs(stage.number):
            for operation in run.operations:
                if operation.manager in _EXAMPLES and operation.action == "install":
                    loose = _loose(operation, run)
                    if loose:
                        yield _hit(operation, loose)


def _loose(operation: Operation, run: ShippedRun) -> list[PackageArgument]:
    if operation.manager in ("pip", "uv") and (
        operation.has("-c", "--constraint", "--constraints", "--no-index", "--dry-run")
        or variable(operation, run.step, "PIP_CONSTRAINT")[0]
        or variable(operation, run.step, "UV_CONSTRAINT")[0]
    ):
        return []
    ignored = _INSTALLERS.get(operation.manager, frozenset())
    return [
        package
        for package in operation.packages
        if package.kind == "name"
        and not package.pinned
        and (package.version is None or package.version in _FLOATING)
        and package.name.lower() not in ignored
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
        details={"manager": operation.manager, "packages": names},
    )
