"""COPY --from and RUN --mount=from: stages that are not there, that come too late, or that are copied whole."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.mounts import read_mounts
from lintimg.dockerfile.vocabulary import nearest
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import expanded, lineage
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_STAGE_NAME = regex(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
"""What can be a stage, or an image without tag and registry."""
_SHORT = 3
_LONGEST_NUMBER = 9


class _From(NamedTuple):
    """A reference to a stage or an image: what it says and where; `exact` is the span of the name alone."""

    name: str
    step: Step
    span: Span
    exact: bool


def undefined_copy_source(subject: Subject) -> Iterator[Hit]:
    """LI625: a hit for each `--from` that names no earlier stage and does not look like an image."""
    for reference in _references(subject):
        name = reference.name
        if "$" in name:
            if reference.step.instruction.keyword == "COPY":
                yield _hit(reference, "variable", severity="error")
            continue
        own = reference.step.stage
        if _is_number(name):
            count = _stage_count(subject)
            if not 0 <= int(name) <= own or int(name) >= count:
                variant = "later" if own < int(name) < count else "number"
                yield _hit(reference, variant, severity="error")
            continue
        stage = _stage_called(subject, name)
        if stage is None:
            if _STAGE_NAME.match(name):
                yield _unknown(subject, reference)
        elif stage.number > own:
            yield _hit(reference, "later", severity="error")


def copy_from_itself(subject: Subject) -> Iterator[Hit]:
    """LI626: a hit for each `--from` that names the stage it stands in."""
    for reference in _references(subject):
        own = reference.step.stage
        if _is_number(reference.name):
            itself = int(reference.name) == own < _stage_count(subject)
        else:
            stage = _stage_called(subject, reference.name)
            itself = stage is not None and stage.number == own
        if itself:
            yield _hit(reference, "")


def whole_filesystem(subject: Subject) -> Iterator[Hit]:
    """LI633: a hit for each COPY of another stage's root to the root."""
    return (hit for hit in _whole_copies(subject) if hit.variant != "image")


def whole_image(subject: Subject) -> Iterator[Hit]:
    """LI648: a hit for each COPY of the root of an image that may have been made for it."""
    return (hit for hit in _whole_copies(subject) if hit.variant == "image")


def _whole_copies(subject: Subject) -> Iterator[Hit]:
    for step in subject.steps.get("COPY", ()):
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is None or _text(copy.destination.text, step, subject) != "/":
            continue
        variant = _overlay(subject, step, copy.from_)
        for source in copy.sources:
            if variant is not None and _text(source.text, step, subject) == "/":
                yield Hit(
                    source.span,
                    {"stage": copy.from_},
                    variant=variant,
                    severity="info" if variant == "squash" else None,
                    details={"from": copy.from_},
                )


def _overlay(subject: Subject, step: Step, name: str) -> str | None:
    """The variant of the hit for a whole copy of `name`, None where that is nothing but what was put together for it."""
    stages = subject.build.stages
    if stages[step.stage].base_image == "scratch":
        return "squash"
    stage = subject.build.stage_called(name)
    if stage is None:
        return "system" if _is_system(name) else "image"
    image = stages[stage.root].base_image
    if image == "scratch":
        return None
    if any(stages[number].steps for number in lineage(subject.build, stage.number)):
        return ""
    return "system" if image is not None and _is_system(image) else "image"


def _is_system(image: str) -> bool:
    """Whether `image` is known to hold a whole operating system."""
    # Imported here: most files copy from no image.
    from lintimg.checks.bases import plain_language
    from lintimg.checks.contract.package_manager import system_of

    return system_of(image) is not None or plain_language(image) is not None


def _text(word: str, step: Step, subject: Subject) -> str | None:
    return expanded(word, step.environment, subject.document.escape)


def _references(subject: Subject) -> Iterator[_From]:
    for step in subject.steps.get("COPY", ()):
        flag = step.instruction.flag("from")
        if flag is not None and flag.value:
            span = flag.value_span
            exact = span is not None and subject.document.source.slice(span) == flag.value
            yield _From(flag.value, step, span or flag.span, exact)
    for step in subject.steps.get("RUN", ()):
        if step.instruction.flags:
            flag = step.instruction.flag("mount")
            for mount in read_mounts(step.instruction):
                if mount.from_ and flag is not None:
                    yield _From(mount.from_, step, flag.span, exact=False)


def _stage_count(subject: Subject) -> int:
    """How many FROM the file has; what stands in a piece of a file is in none of them."""
    return sum(stage.instruction.number >= 0 for stage in subject.build.stages)


def _is_number(name: str) -> bool:
    return name.isascii() and name.removeprefix("-").isdecimal() and len(name) <= _LONGEST_NUMBER


def _stage_called(subject: Subject, name: str) -> Stage | None:
    """The last stage with that name, in whatever case, as Docker looks it up."""
    wanted = name.lower()
    found = None
    for stage in subject.build.stages:
        if stage.name == wanted:
            found = stage
    return found


def _unknown(subject: Subject, reference: _From) -> Hit:
    own = reference.step.stage
    names = tuple(sorted({stage.name for stage in subject.build.stages[:own] if stage.name}))
    near = nearest(reference.name.lower(), names) if len(reference.name) > _SHORT else None
    if near is None:
        return _hit(reference, "unknown")
    hit = _hit(reference, "near")
    edits = (HitEdit(reference.span, near),) if reference.exact else ()
    return hit._replace(values={**hit.values, "suggestion": near}, edits=edits)


def _hit(reference: _From, variant: str, severity: str | None = None) -> Hit:
    return Hit(
        reference.span,
        {"name": reference.name, "instruction": reference.step.instruction.keyword, "suggestion": ""},
        variant=variant,
        severity="error" if severity == "error" else None,
        details={"name": reference.name, "problem": variant or "itself"},
    )
