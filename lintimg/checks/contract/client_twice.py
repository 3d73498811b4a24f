"""LI215: a runtime interface client that AWS's base image has already."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.contract.handlers import inherited_arguments
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_CLIENTS = {
    "python": ("awslambdaric", ("pip", "uv", "poetry", "pipenv", "pdm")),
    "nodejs": ("aws-lambda-ric", ("npm", "yarn", "pnpm", "bun")),
    "ruby": ("aws_lambda_ric", ("gem", "bundle")),
}


def client_installed_again(subject: Subject) -> Iterator[Hit]:
    """A hit for each installation of the runtime client on a base image that starts its own."""
    base = subject.aws_base
    row = None if base is None else _CLIENTS.get(base.language)
    root = subject.root_stage
    # A base that a build argument chooses may be another one tomorrow.
    if row is None or root is None or "$" in root.base.text or inherited_arguments(subject) is None:
        return
    client, managers = row
    for run in subject.shipped_runs:
        for operation in run.operations:
            if operation.manager in managers and operation.action == "install":
                yield from _installed(subject, run, operation, client)


def _installed(subject: Subject, run: ShippedRun, operation: Operation, client: str) -> Iterator[Hit]:
    details = {"package": client}
    for package in operation.packages:
        if package.kind == "name" and package.name.lower().replace("_", "-") == client.replace("_", "-"):
            edits: tuple[HitEdit, ...] = ()
            start = package.span.start
            alone = len(operation.packages) + len(operation.manifests) == 1
            if not alone and subject.document.source.text[start - 1 : start] == " ":
                edits = (HitEdit(Span(start - 1, package.span.end), ""),)
            yield Hit(package.span, {"package": client}, edits=edits, details=details)
    for manifest in operation.manifests:
        found = subject.manifest(run.step, manifest.path)
        read = None if found is None else found.requirements or found.manifest
        for dependency in read.dependencies if read is not None else ():
            if dependency.name.replace("_", "-") == client.replace("_", "-") and not dependency.development:
                values = {"package": client, "file": read.path if read is not None else ""}
                yield Hit(manifest.span, values, variant="manifest", details=details)
                break
