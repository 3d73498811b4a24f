"""LI228: parts of an image that are made for different architectures."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.contract.architectures import Evidence, artefact_evidence, image_evidence, stage_evidence
from lintimg.dockerfile.copy import read_copy
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_GO = {"x86_64": "GOARCH=amd64", "arm64": "GOARCH=arm64"}
_COMPILERS = frozenset(("gcc", "g++", "cc", "c++", "clang", "clang++", "cmake", "make", "go", "cargo"))


def mixed_architectures(subject: Subject) -> Iterator[Hit]:
    """A hit for each part of the image that is made for another architecture than the rest."""
    image = list(image_evidence(subject))
    artefacts = list(artefact_evidence(subject))
    yield from _for_the_builder(subject)
    if len({each.architecture for each in image}) > 1:
        yield _hit(image[-1], image[0], "image")
        return
    if image:
        yield from _foreign_stages(subject, image[0], artefacts)
    several = _made_for_several(artefacts)
    artefacts = [each for each in artefacts if _key(each) not in several]
    if image:
        for artefact in artefacts:
            if artefact.architecture != image[0].architecture:
                yield _hit(artefact, image[0], "")
    elif artefacts:
        for artefact in artefacts:
            if artefact.architecture != artefacts[0].architecture:
                yield _hit(artefact, artefacts[0], "parts")._replace(severity="warning")
                return


def _key(evidence: Evidence) -> str:
    return evidence.words.partition("=")[0].partition(" ")[0]


def _made_for_several(artefacts: list[Evidence]) -> set[str]:
    """The ways to say an architecture in which both are said: somebody builds for both on purpose."""
    found: dict[str, set[str]] = {}
    for each in artefacts:
        found.setdefault(_key(each), set()).add(each.architecture)
    return {key for key, architectures in found.items() if len(architectures) > 1}


def _hit(wrong: Evidence, right: Evidence, variant: str) -> Hit:
    edits = (HitEdit(wrong.span, _GO[right.architecture]),) if wrong.words.startswith("GOARCH=") else ()
    return Hit(
        wrong.span,
        {
            "words": wrong.words,
            "architecture": wrong.architecture,
            "other": right.architecture,
            "others_words": right.words,
        },
        edits,
        variant,
        details={"architecture": wrong.architecture, "image": right.architecture},
        related=(HitRelated(right.span, f"this is for {right.architecture}"),),
    )


def _for_the_builder(subject: Subject) -> Iterator[Hit]:
    """A shipped stage for the machine that builds, whatever the image is to run on."""
    stage = subject.root_stage
    flag = stage.instruction.flag("platform") if stage is not None else None
    if flag is None or "BUILDPLATFORM" not in (flag.value or "") or ":-" in (flag.value or ""):
        return
    text = subject.document.source.text
    end = flag.span.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    yield Hit(
        flag.span,
        {"words": flag.text},
        (HitEdit(Span(flag.span.start, end), ""),),
        "builder",
        severity="warning",
        details={"architecture": None, "image": None},
    )


def _foreign_stages(subject: Subject, image: Evidence, artefacts: list[Evidence]) -> Iterator[Hit]:
    """Stages for the other architecture that compile for themselves, and from which the image copies."""
    told = {each.span for each in artefacts}
    copied = set()
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        stage = (
            subject.build.stage_called(copy.from_) if copy is not None and copy.from_ is not None else None
        )
        if stage is not None:
            copied.add(stage.number)
    for stage in subject.build.stages:
        if stage.number not in copied or stage.number in subject.build.chain or stage.number != stage.root:
            continue
        wrong = [each for each in stage_evidence(stage) if each.architecture != image.architecture]
        end = stage.steps[-1].instruction.span.end if stage.steps else 0
        across = any(stage.instruction.span.start < span.start < end for span in told)
        if wrong and not across and _compiles(subject, stage.number):
            yield _hit(wrong[0], image, "stage")


def _compiles(subject: Subject, stage: int) -> bool:
    return any(
        command.name in _COMPILERS
        for run in subject.runs(stage)
        for script in run.scripts
        for command in script.commands
    )
