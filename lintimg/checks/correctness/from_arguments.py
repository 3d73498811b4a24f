"""Build arguments in FROM: names that nobody declared, defaults that make no image, platforms."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.correctness.variable_places import Use, uses
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.document import Word
from lintimg.dockerfile.expand import ExpansionError, expand, variable_names
from lintimg.dockerfile.reference import parse_reference
from lintimg.dockerfile.vocabulary import nearest
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_BUILT_IN = {
    f"{side}{what}": value
    for side in ("BUILD", "TARGET")
    for what, value in (
        ("PLATFORM", "linux/amd64"),
        ("OS", "linux"),
        ("ARCH", "amd64"),
        ("VARIANT", ""),
        ("OSVERSION", ""),
    )
} | {"TARGETSTAGE": "default"}
"""The predefined arguments with values such as a build gives them."""
_SYSTEMS = ("linux", "windows", "darwin", "freebsd")
_SHORT = 3


def undefined_argument_in_from(subject: Subject) -> Iterator[Hit]:
    """LI609: a hit for each variable of a FROM or its --platform that no ARG before the first FROM declares."""
    declared = subject.build.global_arguments
    for stage in subject.build.stages:
        words = [stage.base]
        platform = stage.instruction.flag("platform")
        if platform is not None and platform.value and platform.value_span is not None:
            words.append(Word(platform.value, platform.value_span))
        for word in words:
            for use in uses(subject, word):
                if use.name not in declared and use.operator not in ("+", "?"):
                    yield _undeclared(subject, stage, use)


def _undeclared(subject: Subject, stage: Stage, use: Use) -> Hit:
    declared = subject.build.global_arguments
    # What is no name could not be used after ARG declared it.
    names = tuple(sorted(name for name in declared if name.isidentifier()))
    near = nearest(use.name, names) if len(use.name) > _SHORT else None
    inside = _declared_in_stage(subject, stage, use.name)
    edits: tuple[HitEdit, ...] = ()
    if near is not None and use.exact:
        edits = (HitEdit(Span(use.span.end - len(use.name), use.span.end), near),)
    return Hit(
        use.span,
        {"variable": use.name, "suggestion": near or "", "line": inside},
        edits=edits,
        variant="near"
        if near is not None
        else "inside"
        if inside
        else "default"
        if use.operator == "-"
        else "",
        severity="info" if use.operator == "-" else None,
        details={"variable": use.name, "suggestion": near},
    )


def _declared_in_stage(subject: Subject, stage: Stage, name: str) -> int:
    """The line of an ARG of that name in a stage before `stage`, 0 if there is none."""
    for step in subject.steps.get("ARG", ()):
        if step.stage < stage.number and any(
            word.text.partition("=")[0] == name for word in step.instruction.arguments
        ):
            return step.instruction.start_line
    return 0


def invalid_default_argument(subject: Subject) -> Iterator[Hit]:
    """LI615: a hit for each base image that is empty or no image reference unless the build is given arguments."""
    document = subject.document
    if not any("$" in stage.base.text for stage in subject.build.stages):
        return
    defaults = dict(_BUILT_IN)
    for instruction in document.instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword == "ARG":
            for word in instruction.arguments:
                name, equals, value = word.text.partition("=")
                if equals:
                    defaults[name] = _expanded(value, defaults, document.escape) or ""
    for stage in subject.build.stages:
        names = [name for name, _ in variable_names(stage.base.text, document.escape)]
        if not names:
            continue
        image = _expanded(stage.base.text, defaults, document.escape)
        if image is None or _is_reference(image):
            continue
        empty = [name for name in names if not defaults.get(name)]
        yield Hit(
            stage.base.span,
            {"image": image, "variable": empty[0] if empty else names[0]},
            variant="" if image else "empty",
            details={"variables": names},
        )


def _expanded(word: str, values: dict[str, str], escape: str) -> str | None:
    try:
        return expand(word, values, escape)
    except ExpansionError:
        return None


def _is_reference(image: str) -> bool:
    return image == "scratch" or parse_reference(image) is not None


def redundant_target_platform(subject: Subject) -> Iterator[Hit]:
    """LI614: a hit for each `--platform=$TARGETPLATFORM`."""
    for stage in subject.build.stages:
        flag = stage.instruction.flag("platform")
        if flag is None or flag.value not in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
            continue
        text = subject.document.source.text
        end = flag.span.end
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        yield Hit(flag.span, {}, edits=(HitEdit(Span(flag.span.start, end), ""),))


def constant_platform(subject: Subject) -> Iterator[Hit]:
    """LI616: a hit for each FROM whose platform is a constant, stages named for a platform left out."""
    for stage in subject.build.stages:
        flag = stage.instruction.flag("platform")
        if flag is None or not flag.value or "$" in flag.value or _is_named_for(stage, flag.value):
            continue
        edits = (HitEdit(Span(flag.span.start, stage.base.span.start), ""),)
        yield Hit(flag.span, {"platform": flag.value}, edits=edits, details={"platform": flag.value})


def _is_named_for(stage: Stage, platform: str) -> bool:
    name = stage.name or ""
    parts = platform.lower().split("/")
    system = parts[0] if len(parts) > 1 or parts[0] in _SYSTEMS else ""
    architecture = parts[1] if len(parts) > 1 else "" if system else parts[0]
    return any(part and part in name for part in (system, architecture))
