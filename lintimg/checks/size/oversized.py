"""LI404: packages with a much lighter way to the same end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintimg.aws.sizes import PackageSize, normalised_name, package_size
from lintimg.aws.tables import table
from lintimg.checks.asked import dependency_span, kept_runs
from lintimg.checks.effects import follows, variable
from lintimg.context.names import is_lock
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.installs import LIBRARY_MANAGERS
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import size
from lintimg.model.finding import Saving
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.text import SourceText

_ECOSYSTEMS = {**LIBRARY_MANAGERS, "apt": "apt"}
_INDEX_VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_INDEX",
    "UV_DEFAULT_INDEX",
    "PIP_FIND_LINKS",
)
_SKIPPING_VARIABLES = ("PUPPETEER_SKIP_DOWNLOAD", "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD")
_ACCELERATED = ("cuda", "nvidia", "gpu", "rocm")
_SCAN_LIMIT = 500
_MAJOR = regex(r"\d+")
_PRODUCTION = frozenset(("--production", "--prod", "-P", "--no-dev"))


class Wanted(NamedTuple):
    """A package that an installation asks for: on its line, or (with `path`) in a manifest of the context."""

    measured: PackageSize
    words: str
    span: Span
    operation: Operation
    path: str | None
    name: str
    version: str | None


def oversized_package(subject: Subject) -> Iterator[Hit]:
    """A hit for each package that the image gets and that could be much lighter."""
    image = (subject.base_image or "").lower()
    if any(word in image for word in _ACCELERATED):
        return
    found = [
        wanted
        for run in kept_runs(subject)
        for operation in run.operations
        for wanted in _wanted(operation, run, subject)
    ]
    if not found:
        return
    fine = {wanted.measured.name for wanted in found if _followed(wanted)}
    heavy = {wanted.measured.name for wanted in found} - fine
    told: set[tuple[str, str | None]] = set()
    on_arm = _on_arm(subject)
    if any(wanted.measured.through for wanted in found):
        fine |= _dealt_with(subject)
    for wanted in found:
        measured = wanted.measured
        key = (measured.name, wanted.path)
        if measured.name in fine or key in told or (on_arm and _only_on_x86(measured)):
            continue
        if measured.through in fine or measured.through in heavy:
            continue
        told.add(key)
        yield _hit(wanted, subject)


def _hit(wanted: Wanted, subject: Subject) -> Hit:
    measured = wanted.measured
    comparable = _same_major(wanted)
    saving = measured.saving if comparable else None
    variant = "version" if not comparable else "" if measured.alternative else "needless"
    return Hit(
        wanted.span,
        {
            "package": wanted.name,
            "bytes": size(measured.unpacked),
            "saving": f", about {size(saving)} less" if saving else "",
            "alternative": measured.alternative or "a function without it",
            "advice": measured.advice or "",
            "share": _share(measured.unpacked) if subject.target.kind == "lambda" else "",
        },
        variant=variant,
        severity="info" if subject.target.kind == "generic" else None,
        details={
            "package": measured.name,
            "ecosystem": measured.ecosystem,
            "bytes": measured.unpacked if comparable else None,
            "alternative": measured.alternative,
        },
        saving=Saving(saving, "estimated") if saving else None,
        path=wanted.path,
        edits=_edits(wanted, subject),
        related=(HitRelated(wanted.operation.span, "installed here"),) if wanted.path is not None else (),
    )


def _edits(wanted: Wanted, subject: Subject) -> tuple[HitEdit, ...]:
    from lintimg.checks.size.oversized_fix import edits_in_file, edits_on_line

    row = _row(wanted.measured)
    if wanted.path is None:
        return edits_on_line(row, wanted.name, wanted.span, wanted.operation, subject.document.source)
    data = subject.context.read(wanted.path) if subject.context is not None else None
    return () if data is None else edits_in_file(row, wanted.span, wanted.path, data, wanted.operation)


def _row(measured: PackageSize) -> Mapping[str, Any]:
    row: Mapping[str, Any] = table("oversized")["packages"].get(measured.ecosystem, {}).get(measured.name, {})
    return row


def _same_major(wanted: Wanted) -> bool:
    """Whether the version asked for is near the measured one: sizes of other major versions say nothing."""
    measured = wanted.measured
    row = table(f"package_sizes_{measured.ecosystem}")["packages"].get(measured.name, {})
    known = str(row.get("version", "")).partition(".")[0]
    asked = _MAJOR.search(wanted.version or "")
    return asked is None or not known or wanted.version is None or ">" in wanted.version or asked[0] == known


def _only_on_x86(measured: PackageSize) -> bool:
    return bool(_row(measured).get("x86_64_only"))


def _on_arm(subject: Subject) -> bool:
    """Whether the image is certainly built for 64-bit Arm."""
    root = subject.root_stage
    base = subject.aws_base
    return (
        (base is not None and base.architecture == "arm64")
        or (root is not None and "arm64" in (root.platform or ""))
        or any(deployment.architecture == "arm64" for deployment in subject.deployments)
    )


def _share(bytes_: int) -> str:
    percent = bytes_ * 100 // 10_737_418_240
    return f", {percent} % of what Lambda accepts" if percent >= 2 else ""


def _followed(wanted: Wanted) -> bool:
    return any(word in wanted.words for word in wanted.measured.unless)


def _dealt_with(subject: Subject) -> frozenset[str]:
    """The packages whose lighter build is installed somewhere in the file."""
    text = subject.document.source.text
    return (
        frozenset(("torch",))
        if "whl/cpu" in text or "+cpu" in text or "torch-backend=cpu" in text
        else frozenset()
    )


def _wanted(operation: Operation, run: ShippedRun, subject: Subject) -> Iterator[Wanted]:
    ecosystem = _ECOSYSTEMS.get(operation.manager)
    if ecosystem is None or operation.action != "install":
        return
    around: str | None = None
    for package in operation.packages:
        if package.kind not in ("name", "url"):
            continue
        extras = package.text.partition("[")[2].partition("]")[0].split(",")
        measured = _oversized(ecosystem, package.name, *extras)
        if measured is None or not _applies(measured, subject) or _removed(measured, operation, run):
            continue
        around = _around(operation, run) if around is None else around
        name, version = _asked_for(measured, package.name, package.version)
        yield Wanted(measured, f"{package.text} {around}", package.span, operation, None, name, version)
    if operation.manifests and subject.context is not None:
        yield from _in_manifests(ecosystem, operation, run, subject)


def _asked_for(measured: PackageSize, name: str, version: str | None) -> tuple[str, str | None]:
    """How to call what is asked for, and the version of what weighs: an extra's own is not written."""
    if normalised_name(measured.ecosystem, name) == measured.name:
        return name, version
    return f"{name}[{measured.name}]", None


def _oversized(ecosystem: str, *names: str) -> PackageSize | None:
    """The measured size of the first of a package and its extras that has a lighter way, None when none has."""
    listed = table("oversized")["packages"].get(ecosystem, ())
    for name in names:
        if normalised_name(ecosystem, name) in listed:
            return package_size(ecosystem, name)
    return None


def _applies(measured: PackageSize, subject: Subject) -> bool:
    """Whether the advice on the package holds for what the image is for."""
    if subject.target.kind != "generic":
        return True
    return measured.alternative is not None and "function_only" not in _row(measured)


def _removed(measured: PackageSize, operation: Operation, run: ShippedRun) -> bool:
    """Whether the same RUN uninstalls the package again."""
    return any(
        other.action == "remove"
        and other.manager == operation.manager
        and follows(other.command, operation.command)
        and any(
            normalised_name(measured.ecosystem, package.name) == measured.name for package in other.packages
        )
        for other in run.operations[-_SCAN_LIMIT:]
    )


def _around(operation: Operation, run: ShippedRun) -> str:
    """Everything that says where packages come from."""
    parts = list(operation.options)
    for name in _INDEX_VARIABLES:
        is_set, value = variable(operation, run.step, name)
        if is_set:
            parts.append(value or "")
    parts += [name for name in _SKIPPING_VARIABLES if variable(operation, run.step, name)[0]]
    return " ".join(parts)


def _in_manifests(
    ecosystem: str, operation: Operation, run: ShippedRun, subject: Subject
) -> Iterator[Wanted]:
    production = any(
        option in _PRODUCTION or option in ("--omit=dev", "--only=main", "--only=prod")
        for option in operation.options
    )
    for manifest in operation.manifests:
        if is_lock(manifest.path):
            continue
        found = subject.manifest(run.step, manifest.path)
        read = None if found is None else found.requirements if ecosystem == "pip" else found.manifest
        if found is None or found.data is None or read is None:
            continue
        source: SourceText | None = None
        for dependency in read.dependencies:
            if dependency.line is None or (dependency.development and (production or ecosystem == "npm")):
                continue
            measured = _oversized(ecosystem, dependency.name, *dependency.extras)
            if measured is None or not _applies(measured, subject):
                continue
            source = source or SourceText(found.path, found.data)
            words = " ".join(
                (dependency.version or "", dependency.source or "", *read.options, _around(operation, run))
            )
            name, version = _asked_for(measured, dependency.name, dependency.version)
            span = dependency_span(source, dependency)
            yield Wanted(measured, words, span, operation, found.path, name, version)
