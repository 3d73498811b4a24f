"""Variables that have no value where they are used."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.correctness.variable_places import Use, expanded_words, uses
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Instruction, Word
from lintimg.dockerfile.variables import Variables
from lintimg.dockerfile.vocabulary import nearest
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_KEYWORDS = ("ENV", "ARG", "COPY", "ADD", "LABEL", "WORKDIR", "USER", "VOLUME", "STOPSIGNAL", "RUN")
_NOT_VARIABLES = frozenset(("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"))
"""Arguments that BuildKit reads without handing them on."""
_SHORT = 3


def undefined_variable(subject: Subject) -> Iterator[Hit]:
    """LI611: a hit for each use of a variable that neither the file nor its base image sets; none on a base
    image that nobody here knows.
    """
    for keyword in _KEYWORDS:
        for step in subject.steps.get(keyword, ()):
            yield from _undefined(subject, step)


def _undefined(subject: Subject, step: Step) -> Iterator[Hit]:
    instruction = step.instruction
    words = expanded_words(instruction)
    if not any("$" in word.text for word in words):
        return
    # Later names of one ARG see the earlier ones, those of one ENV do not; another rule speaks of these.
    own = set(_set_names(instruction))
    for word in words:
        found = tuple(uses(subject, word))
        guarded = {use.name for use in found if use.operator in ("+", "?")}
        for use in found:
            name = use.name
            if name in _NOT_VARIABLES or name in guarded or _has_value(subject, step, name):
                continue
            if name in own and not _appends(instruction, use):
                continue
            if use.operator and word.text.startswith(f"{name}=") and instruction.keyword == "ARG":
                # ARG NAME=${NAME:-default} says no more than ARG NAME=default.
                continue
            yield _hit(subject, step, use)


def _has_value(subject: Subject, step: Step, name: str) -> bool:
    """Whether a variable is set at `step`, or may be by a base image that nobody here knows."""
    return name in step.environment and not declared_outside(subject, step, name)


def declared_outside(subject: Subject, step: Step, name: str) -> bool:
    """Whether an ARG before the first FROM declares `name` for nothing: the stage of `step` has no such variable,
    and where its base image is not known, no FROM uses the argument either.
    """
    if name not in global_names(subject) or _is_set(step, name):
        return False
    return name not in step.environment or not any(
        name in stage.instruction.text.text for stage in subject.build.stages
    )


def global_names(subject: Subject) -> frozenset[str]:
    """The names that ARG declares before the first FROM."""
    found: set[str] = set()
    for instruction in subject.document.instructions:
        if instruction.keyword == "FROM":
            break
        if instruction.keyword == "ARG":
            found.update(word.text.partition("=")[0] for word in instruction.arguments)
    return frozenset(found)


def _hit(subject: Subject, step: Step, use: Use) -> Hit:
    keyword = step.instruction.keyword
    suggestion = _suggestion(use.name, step)
    values = {"variable": use.name, "instruction": keyword, "suggestion": suggestion or ""}
    variant = ""
    edits: tuple[HitEdit, ...] = ()
    if use.name in global_names(subject):
        # The argument is there, only not in this stage.
        variant = "outside"
        start = step.instruction.span.start
        edits = (HitEdit(Span(start, start), f"ARG {use.name}\n"),)
    elif suggestion is not None:
        variant = "near"
        if use.exact:
            edits = (HitEdit(Span(use.span.end - len(use.name), use.span.end), suggestion),)
    elif use.operator == "-":
        variant = "default"
    return Hit(
        use.span,
        values,
        edits=edits,
        variant=variant,
        severity="info" if variant == "default" or _appends(step.instruction, use) else None,
        details={"variable": use.name, "suggestion": suggestion},
    )


def _appends(instruction: Instruction, use: Use) -> bool:
    """Whether an ENV adds to what the same variable may hold already, which does no harm where it holds nothing."""
    if instruction.keyword != "ENV":
        return False
    words = instruction.arguments
    return any(
        name.text == use.name and value.span.start <= use.span.start < value.span.end
        for name, value in zip(words[0::3], words[1::3], strict=False)
    )


def _suggestion(name: str, step: Step) -> str | None:
    environment = step.environment
    collected = environment.collected() if isinstance(environment, Variables) else dict(environment)
    # What is no name cannot be used, whatever sets it.
    known = [name for name in collected if name.isidentifier()]
    for other in known:
        if other.lower() == name.lower():
            return other
    # Of short names too many are near.
    return nearest(name, tuple(sorted(known))) if len(name) > _SHORT else None


def _set_names(instruction: Instruction) -> tuple[str, ...]:
    words = instruction.arguments
    if instruction.keyword == "ENV":
        return tuple(word.text for word in words[0::3]) if len(words) > 3 else ()
    if instruction.keyword == "ARG":
        return tuple(word.text.partition("=")[0] for word in words) if len(words) > 1 else ()
    return ()


def self_referencing_env(subject: Subject) -> Iterator[Hit]:
    """LI629: a hit for each variable that an ENV uses and sets in one go, though it has no value before."""
    for step in subject.steps.get("ENV", ()):
        words = step.instruction.arguments
        if len(words) > 3 and any("$" in word.text for word in words):
            yield from _own_references(subject, step, words)


def _own_references(subject: Subject, step: Step, words: tuple[Word, ...]) -> Iterator[Hit]:
    pairs = list(zip(words[0::3], words[1::3], strict=False))
    set_at: dict[str, list[int]] = {}
    for at, (name, _) in enumerate(pairs):
        set_at.setdefault(name.text, []).append(at)
    split: set[int] = set()
    for at, (_, value) in enumerate(pairs):
        for use in uses(subject, value):
            others = [other for other in set_at.get(use.name, ()) if other != at]
            if not others or _is_set(step, use.name):
                continue
            before = others[0] < at
            edits: tuple[HitEdit, ...] = ()
            if before and not split.intersection(range(others[0] + 1, at + 1)):
                edits = _split(subject, pairs, at)
                split.add(at)
            yield Hit(
                use.span,
                {"variable": use.name},
                edits=edits,
                variant="" if before else "later",
                details={
                    "variable": use.name,
                    "value": "none" if use.name not in step.environment else "unknown",
                },
            )


def _is_set(step: Step, name: str) -> bool:
    environment = step.environment
    return environment.states(name) if isinstance(environment, Variables) else name in environment


def _split(subject: Subject, pairs: list[tuple[Word, Word]], at: int) -> tuple[HitEdit, ...]:
    """The edit that makes a second ENV of the pairs from `at` on."""
    span = Span(pairs[at - 1][1].span.end, pairs[at][0].span.start)
    text = subject.document.source.slice(span)
    return () if "#" in text or "\\" in pairs[at - 1][1].text[-1:] else (HitEdit(span, "\nENV "),)
