"""LI233: packages whose compiled part does not fit the image that they are copied to."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.checks.asked import Asked, asked_libraries
from lintimg.checks.bases import plain_language, without_digest
from lintimg.checks.effects import variable
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.image_files import lineage
from lintimg.lint.installs import LIBRARY_MANAGERS
from lintimg.lint.rule import Hit, HitRelated
from lintimg.lint.subject import Subject

_PYTHON_TAG = regex(r"(?:python)?(3\.\d+)(?=$|[-.])")
_MAJOR = regex(r"[\^~=v\s]*(\d+)(?=$|[.,])")
_UV = "ghcr.io/astral-sh/uv"


def packages_for_another_image(subject: Subject) -> Iterator[Hit]:
    """A hit for each stage on another base whose compiled packages are copied into the image: for another version
    of Python, or for another C library.
    """
    image = subject.base_image
    if image is None or len(subject.build.used) == len(subject.build.chain):
        return
    done: set[int] = set()
    for asked in asked_libraries(subject):
        number = asked.run.step.stage
        if number in subject.build.chain:
            continue
        root = subject.build.stages[subject.build.stages[number].root]
        builder = root.base_image
        if root.number in done or builder is None or builder == image or _is_told(asked):
            continue
        hit = _hit(asked, root, builder, image)
        if hit is not None and not _installed_again(subject, asked.ecosystem):
            done.add(root.number)
            yield hit


def _hit(asked: Asked, root: Stage, builder: str, image: str) -> Hit | None:
    data = table("native_packages")
    listed = data[asked.ecosystem]
    by_version = asked.name in listed.get("version", ())
    if not by_version and asked.name not in listed["library"]:
        return None
    major = _major(asked.version)
    bundled_from = listed["below"].get(asked.name)
    if bundled_from is not None and (major is None or major >= bundled_from):
        return None
    compiled_from = data["pure_below"].get(asked.name)
    if compiled_from is not None and ((major is not None and major < compiled_from) or _has_ceiling(asked)):
        return None
    theirs, ours = _is_musl(builder), _is_musl(image)
    values = {"package": asked.name, "builder": without_digest(builder), "image": without_digest(image)}
    if theirs is not None and ours is not None and theirs != ours:
        libraries = {"theirs": _library(musl=theirs), "ours": _library(musl=ours)}
        variant = f"{asked.ecosystem} library"
    else:
        versions = python_version(builder), python_version(image)
        if not by_version or None in versions or versions[0] == versions[1]:
            return None
        libraries = {"theirs": f"Python {versions[0]}", "ours": f"Python {versions[1]}"}
        variant = "version"
    return Hit(
        root.base.span,
        values | libraries,
        variant=variant,
        details=values | libraries,
        related=(HitRelated(asked.operation.span, "installed here"),),
    )


def _major(version: str | None) -> int | None:
    found = _MAJOR.match(version or "")
    return int(found[1]) if found else None


def _has_ceiling(asked: Asked) -> bool:
    return "<" in (asked.version or "")


def _library(*, musl: bool) -> str:
    return "musl, Alpine's C library" if musl else "glibc"


def _is_musl(image: str) -> bool | None:
    """Whether the C library of `image` is musl (else glibc), None when it is not known."""
    if aws_base(image) is not None:
        return False
    reference = parse_reference(image)
    if image == "scratch" or reference is None or plain_language(image) is None:
        return None
    name = canonical_name(reference)
    if name == "alpine" or "alpine" in (reference.tag or ""):
        return True
    return None if reference.tag is None and reference.digest is not None else False


def python_version(image: str) -> str | None:
    """The version of Python in `image` ("3.12"), None when it is not known."""
    base = aws_base(image)
    if base is not None:
        known = base.runtime is not None and base.language == "python"
        return base.runtime.tag if base.runtime is not None and known else None
    reference = parse_reference(image)
    if reference is None:
        return None
    name = canonical_name(reference)
    distroless: str | None = table("native_packages")["distroless"].get(name.rpartition("/")[2])
    if distroless is not None:
        return distroless
    if name not in ("python", _UV):
        return None
    found = _PYTHON_TAG.match(reference.tag or "")
    return found[1] if found and (name == "python") != (reference.tag or "").startswith("python") else None


def _is_told(asked: Asked) -> bool:
    """Whether the installation is told for which machine or Python it is."""
    data = table("native_packages")
    return asked.operation.has(*data["told"]) or any(
        variable(asked.operation, asked.run.step, name)[0] for name in data["told_by"]
    )


def _installed_again(subject: Subject, ecosystem: str) -> bool:
    """Whether the image itself installs or rebuilds packages of this kind."""
    for number in lineage(subject.build, subject.build.chain[-1]):
        for run in subject.runs(number):
            if "rebuild" in run.instruction.rest.text:
                return True
            if any(
                LIBRARY_MANAGERS.get(operation.manager) == ecosystem and operation.action == "install"
                for operation in run.operations
            ):
                return True
    return False
