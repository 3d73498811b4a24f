"""LI405 and LI406: the estimated size against what Lambda accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.aws.limits import IMAGE_LIMIT, IMAGE_WARNING, ZIP_LIMIT
from lintimg.lint.estimate import estimate_zip
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing, size
from lintimg.model.finding import Severity
from lintimg.model.report import Estimate, EstimatePart
from lintimg.model.span import Span

_SHOWN = 3
_MANAGED = frozenset(("python", "nodejs", "java", "dotnet", "ruby"))
_SYSTEM = frozenset(("apt", "yum", "dnf", "microdnf", "apk", "zypper"))


def image_limit_risk(subject: Subject) -> Iterator[Hit]:
    """One hit when the image will, or may, be too big for Lambda or for the team's own `max-size`."""
    estimate = subject.estimate
    where = _first_from(subject)
    if estimate is None or where is None:
        return
    function = subject.target.kind == "lambda"
    wanted = subject.policy.max_size
    severity: Severity
    if function and estimate.low > IMAGE_LIMIT:
        severity, variant, limit, bytes_ = "error", "refused", IMAGE_LIMIT, estimate.low
    elif function and estimate.likely > IMAGE_WARNING:
        severity, variant, limit, bytes_ = "warning", "", IMAGE_WARNING, estimate.likely
    elif wanted is not None and estimate.likely > wanted:
        severity, variant, limit, bytes_ = "warning", "policy", wanted, estimate.likely
    elif function and estimate.high > IMAGE_LIMIT:
        severity, variant, limit, bytes_ = "info", "possible", IMAGE_LIMIT, estimate.high
    else:
        return
    yield Hit(
        where,
        {**_values(estimate, bytes_, limit), "likely": size(estimate.likely)},
        variant=variant,
        severity=severity,
        details=_details(estimate, limit),
    )


def zip_limit(subject: Subject) -> Iterator[Hit]:
    """One hit when code and dependencies are too big for a zip package; when LI406 was asked for, also when they
    would fit one.
    """
    where = _first_from(subject)
    fit = subject.zip_fit
    if where is None or fit is None:
        return
    bundling = subject.target.kind == "bundling"
    if not bundling and fit.fits:
        if "LI406" in subject.policy.chosen and _could_be_zip(subject):
            yield Hit(
                where,
                {"bytes": size(fit.bytes), "limit": size(fit.limit), "biggest": "", "parts": ""},
                variant="fits",
                severity="info",
                details={"likely": fit.bytes, "limit": fit.limit, "fits": True},
            )
        return
    estimate = estimate_zip(subject)
    if estimate is None:
        return
    bytes_ = estimate.low if bundling else estimate.likely
    if bytes_ > ZIP_LIMIT:
        yield Hit(
            where,
            _values(estimate, bytes_, ZIP_LIMIT),
            variant="" if bundling else "image",
            severity="error" if bundling else "info",
            details={**_details(estimate, ZIP_LIMIT), "fits": False},
        )


def _could_be_zip(subject: Subject) -> bool:
    """Whether nothing but its size stands against a zip package: a managed runtime, no system packages."""
    base = subject.aws_base
    if base is None or base.language not in _MANAGED:
        return False
    return not any(
        operation.manager in _SYSTEM and operation.action == "install"
        for run in subject.shipped_runs
        for operation in run.operations
    )


def _first_from(subject: Subject) -> Span | None:
    for instruction in subject.document.instructions:
        if instruction.keyword == "FROM":
            return instruction.head_span
    return None


def _values(estimate: Estimate, bytes_: int, limit: int) -> dict[str, object]:
    biggest = _biggest(estimate.parts)
    return {
        "bytes": size(bytes_),
        "limit": size(limit),
        "parts": listing([f"{_name(part)} ({size(part.bytes)})" for part in biggest]),
        "biggest": _name(biggest[0]) if biggest else "the base image",
    }


def _details(estimate: Estimate, limit: int) -> dict[str, object]:
    return {"low": estimate.low, "likely": estimate.likely, "high": estimate.high, "limit": limit}


def _name(part: EstimatePart) -> str:
    """The part as a sentence names it: a package without its manager."""
    manager, _, package = part.what.partition(": ")
    return part.what if package[:1].isdigit() else package or manager


def _biggest(parts: Sequence[EstimatePart]) -> list[EstimatePart]:
    return sorted((part for part in parts if part.bytes), key=lambda part: -part.bytes)[:_SHOWN]
