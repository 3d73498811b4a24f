"""Who runs the commands of a build and of the container, and rules on it."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.reference import parse_reference
from lintimg.lint.image_files import expanded, lineage
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import PlacedCommand, Subject
from lintimg.model.span import Span

_ROOT = ("root", "0")
_SWITCHING = ("-u", "--user", "-g", "--group")


def user_at(subject: Subject, stage: int, before: int | None = None) -> tuple[str | None, Step | None]:
    """The user in force in `stage` (before the instruction with that number), without its group, and the USER that set
    it; None where neither the file nor what is known of the base image tells.
    """
    found: Step | None = None
    stages = subject.build.stages
    for number in lineage(subject.build, stage):
        for step in stages[number].steps:
            if before is not None and step.instruction.number >= before:
                break
            if step.instruction.keyword == "USER" and step.instruction.arguments:
                found = step
    if found is not None:
        word = found.instruction.arguments[0].text
        value = expanded(word, found.environment, subject.document.escape)
        return (None if value is None else value.partition(":")[0]), found
    image = stages[stages[stage].root].base_image
    return ("root" if image is not None and _is_root_image(image) else None), None


def _is_root_image(image: str) -> bool:
    if image == "scratch" or aws_base(image) is not None:
        return True
    reference = parse_reference(image)
    return reference is not None and canonical_name(reference) in table("root_bases")["names"]


def sudo(subject: Subject) -> Iterator[Hit]:
    """LI506: a hit for each sudo."""
    text = subject.document.source.text
    seen: set[int] = set()
    for calls in subject.every_command.values():
        for call in calls:
            command = call.command
            if command.name != "sudo" and "sudo" not in command.wrappers:
                continue
            place = _place(text, call)
            if place is not None and place.start not in seen:
                seen.add(place.start)
                yield _sudo_hit(subject, call, place)


def _place(text: str, call: PlacedCommand) -> Span | None:
    """Where the word stands: before the command, or before the shell that the command is given to."""
    command = call.command
    first = command.words[0].span
    if command.name == "sudo":
        return first
    at = text.rfind("sudo", call.run.instruction.span.start, first.start)
    return None if at < 0 else Span(at, at + len("sudo"))


def _sudo_hit(subject: Subject, call: PlacedCommand, place: Span) -> Hit:
    run = call.run
    user, _ = user_at(subject, run.step.stage, run.step.instruction.number)
    text = subject.document.source.text
    rest = text[place.end : place.end + 80].split()
    option = rest[0] if rest else ""
    if option.split("=")[0] in _SWITCHING or option.startswith("-u"):
        variant = "switch"
    elif user is None:
        variant = "unknown"
    else:
        variant = "" if user in _ROOT else "needed"
    edits: tuple[HitEdit, ...] = ()
    following = text[place.end : place.end + 1]
    if variant == "" and following == " " and option and not option.startswith("-") and "=" not in option:
        edits = (HitEdit(Span(place.start, place.end + 1), ""),) if not run.instruction.json else ()
    return Hit(
        place,
        {"user": user or ""},
        edits=edits,
        variant=variant,
        severity=None if variant == "" else "info",
        details={"user": user},
    )


def runs_as_root(subject: Subject) -> Iterator[Hit]:
    """LI507: a hit when the container starts as root."""
    stage = subject.final_stage
    if stage is None or stage.instruction.number < 0:
        return
    user, step = user_at(subject, stage.number)
    if user in _ROOT and subject.base_image != "scratch":
        span = stage.instruction.head_span if step is None else step.instruction.arguments[0].span
        yield Hit(
            span,
            {"image": subject.base_image or "the base image"},
            variant="missing" if step is None else "",
            details={"user": "missing" if step is None else "root"},
        )
