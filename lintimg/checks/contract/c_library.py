"""LI229: programs built against a newer C library, or another one, than the image has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from posixpath import basename

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.checks.bases import without_digest
from lintimg.checks.effects import variable
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.copy import Copy, read_copy
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_MUSL = "musl"
_SOFTENERS = (
    "gcompat",
    "libc6-compat",
    "glibc",
    "musl",
    "zig",
    "cross",
    "crt-static",
    "extldflags",
    "static",
)
"""Words of a stage that show that somebody thought of the C library."""
_BUILD_VERBS = {"cargo": ("build", "install"), "go": ("build", "install")}


class _Program(NamedTuple):
    """A compilation, with the file names that its program may have."""

    language: str
    operation: Operation
    run: ShippedRun
    names: frozenset[str]


def newer_glibc(subject: Subject) -> Iterator[Hit]:
    """A hit for each program that a stage with a newer C library, or a different one, compiles for the image."""
    image = subject.base_image
    ours = c_library(image) if image is not None else None
    if image is None or ours is None or _prepared(subject, subject.build.chain):
        return
    told: set[int] = set()
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        stage = (
            subject.build.stage_called(copy.from_) if copy is not None and copy.from_ is not None else None
        )
        if copy is None or stage is None or stage.number in told or stage.number in subject.build.chain:
            continue
        builder = subject.build.stages[stage.root].base_image
        theirs = c_library(builder) if builder is not None else None
        if builder is None or theirs is None or not _newer(theirs, ours):
            continue
        program = _program(subject, stage, copy)
        if program is not None and (program.language != "go" or _needs_network(subject, ours)):
            told.add(stage.number)
            yield _hit(program, copy, (builder, theirs), (image, ours))


def _needs_network(subject: Subject, ours: str) -> bool:
    """Whether a Go program surely asks for what `ours` lacks: one that talks to Lambda's Runtime API uses the system's
    resolver, with symbols that glibc has had since 2.34.
    """
    return subject.target.kind == "lambda" and (ours == _MUSL or _number(ours) < (2, 34))


@lru_cache(maxsize=1024)
def c_library(image: str) -> str | None:
    """The C library of `image`: a version of glibc, "musl", or None when it is not known."""
    base = aws_base(image)
    if base is not None:
        return base.runtime.glibc if base.runtime is not None else None
    reference = parse_reference(image)
    if reference is None or (reference.digest is not None and reference.tag is None):
        return None
    name = canonical_name(reference)
    for row in table("c_libraries")["images"]:
        if name in row["images"]:
            for pattern, found in row["tags"]:
                if re.search(pattern, reference.tag or ""):
                    version: str | None = found
                    return version
    return None


def _newer(theirs: str, ours: str) -> bool:
    """Whether a program for the library `theirs` may not start with `ours`."""
    if _MUSL in (theirs, ours):
        return theirs != ours == _MUSL
    return _number(theirs) > _number(ours)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _prepared(subject: Subject, stages: tuple[int, ...]) -> bool:
    """Whether a RUN or ENV of `stages` shows that the C library was thought of."""
    text = subject.document.source.text
    for number in stages:
        for step in subject.build.stages[number].steps:
            if step.instruction.keyword in ("RUN", "ENV", "ARG"):
                span = step.instruction.span
                if any(word in text[span.start : span.end] for word in _SOFTENERS):
                    return True
    return False


def _program(subject: Subject, stage: Stage, copy: Copy) -> _Program | None:
    """What `stage` compiles and `copy` brings."""
    lineage = [stage.number]
    while (parent := subject.build.stages[lineage[-1]].parent) is not None:
        lineage.append(parent)
    if _prepared(subject, tuple(lineage)):
        return None
    sources = {basename(word.text.rstrip("/")) for word in copy.sources}
    compiled = any("/release/" in word.text for word in copy.sources)
    for number in lineage:
        for run in subject.runs(number):
            for operation in run.operations:
                verbs = _BUILD_VERBS.get(operation.manager, ())
                verb = operation.verb.pieces if operation.verb is not None else ""
                if verb not in verbs:
                    continue
                names = _outputs(operation, run)
                if not (sources & names or (operation.manager == "cargo" and compiled)):
                    continue
                if _for_another_library(operation, run):
                    return None
                return _Program("go" if operation.manager == "go" else "rust", operation, run, names)
    return None


def _outputs(operation: Operation, run: ShippedRun) -> frozenset[str]:
    """The names under which a program may be copied: what -o says, and where mv and cp put it."""
    found = set()
    words = operation.command.words
    for word, following in pairwise(words):
        if word.pieces == "-o":
            found.add(basename(following.pieces.rstrip("/")))
        elif word.pieces.startswith("-o="):
            found.add(basename(word.pieces[3:]))
    if operation.manager == "cargo":
        for script in run.scripts:
            for command in script.commands:
                if command.name in ("cp", "mv", "install") and any(
                    "release/" in word.pieces for word in command.arguments
                ):
                    found.update(basename(word.pieces.rstrip("/")) for word in command.arguments)
    return frozenset(found)


def _for_another_library(operation: Operation, run: ShippedRun) -> bool:
    """Whether the compilation is told to depend on no C library of the machine, or where that cannot be told."""
    if operation.manager == "cargo":
        return operation.has("--target") or variable(operation, run.step, "CARGO_BUILD_TARGET")[0]
    known, value = variable(operation, run.step, "CGO_ENABLED")
    return (known and value != "1") or variable(operation, run.step, "GOFLAGS")[0]


def _hit(program: _Program, copy: Copy, builder: tuple[str, str], image: tuple[str, str]) -> Hit:
    word = copy.sources[0]
    go = program.operation.command.words[0].span
    at = Span(go.start, go.start)
    musl = image[1] == _MUSL
    severity: Severity | None = "error" if musl else None
    if not musl and _number(image[1]) >= (2, 34) and _number(builder[1]) < (2, 38):
        # Little that programs use came with 2.35 to 2.37.
        severity = "info"
    return Hit(
        word.span,
        {
            "program": basename(word.text.rstrip("/")) or word.text,
            "builder": without_digest(builder[0]),
            "theirs": builder[1],
            "image": without_digest(image[0]),
            "ours": image[1],
        },
        (HitEdit(at, "CGO_ENABLED=0 "),) if program.language == "go" else (),
        f"{program.language} musl" if musl else program.language,
        severity,
        {"language": program.language, "built": builder[1], "image": image[1]},
        (HitRelated(program.operation.span, "compiled here"),),
    )
