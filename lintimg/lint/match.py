"""Declarative rules: a predicate on one instruction, a command, an image, or on something absent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lintimg.lint.rule import Hit, HitEdit
from lintimg.model.span import Span

if TYPE_CHECKING:
    from lintimg.dockerfile.build import Step
    from lintimg.lint.subject import Subject
    from lintimg.shell.script import Command

_PATTERN_LIMIT = 500
_SUBJECT_LIMIT = 4_000
_KEYS = {
    "instruction": "names the instructions, e.g. RUN or [COPY, ADD]",
    "stage": "any, shipped or final",
    "form": "json or shell",
    "flag": "a flag that must be there, e.g. from",
    "no-flag": "a flag that must not be there",
    "argument": "a regular expression that an argument must contain",
    "image": "globs of the base image (FROM)",
    "command": "a command of a RUN",
    "absent": "true: fires when the shipped image has no such instruction",
    "fix": "",
}
_COMMAND_KEYS = ("name", "all", "any", "none", "argument")
_FIX_KEYS = ("title", "applicability", "insert-after", "insert", "replace-with", "remove")


class MatchError(ValueError):
    """A `match` that means nothing; `keys` lead to the place."""

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys


def validate_match(match: Mapping[str, Any], fix: Mapping[str, Any]) -> None:
    """Raises MatchError when `match` or `fix` has an unknown key or a wrong value."""
    for key in match:
        if key not in _KEYS or key == "fix":
            raise MatchError(f"unknown key {key}; known are {', '.join(k for k in _KEYS if k != 'fix')}", key)
    if "instruction" not in match and "image" not in match:
        raise MatchError("an instruction is needed")
    for key, allowed in (("stage", ("any", "shipped", "final")), ("form", ("json", "shell"))):
        if match.get(key, allowed[0]) not in allowed:
            raise MatchError(f"{key} is one of {', '.join(allowed)}", key)
    command = match.get("command", {})
    for key in command:
        if key not in _COMMAND_KEYS:
            raise MatchError(f"unknown key {key}; known are {', '.join(_COMMAND_KEYS)}", "command", key)
    for holder, keys in ((match, ("argument",)), (command, ("command", "argument"))):
        if "argument" in holder:
            _check_pattern(holder["argument"], keys)
    for key in fix:
        if key not in _FIX_KEYS:
            raise MatchError(f"unknown key {key} in fix; known are {', '.join(_FIX_KEYS)}")


def _check_pattern(pattern: object, keys: tuple[str, ...]) -> None:
    if not isinstance(pattern, str) or len(pattern) > _PATTERN_LIMIT:
        raise MatchError(f"must be a regular expression of at most {_PATTERN_LIMIT} characters", *keys)
    try:
        re.compile(pattern)
    except re.error as error:
        raise MatchError(f"is no regular expression: {error}", *keys) from error


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def run_match(match: Mapping[str, Any], subject: Subject) -> Iterator[Hit]:
    """The hits of a declarative rule."""
    steps = tuple(_steps(match, subject))
    matcher = _COMMAND if "command" in match else _INSTRUCTION
    if match.get("absent"):
        stage = subject.final_stage
        if stage is not None and not any(True for step in steps for _ in matcher(match, step, subject)):
            yield Hit(stage.base.span, {"image": stage.base.text})
        return
    for step in steps:
        yield from matcher(match, step, subject)
    if "image" in match:
        yield from _images(match, subject)


def _names(value: object) -> tuple[str, ...]:
    return (
        (value,)
        if isinstance(value, str)
        else tuple(str(v) for v in value)
        if isinstance(value, list)
        else ()
    )


def _steps(match: Mapping[str, Any], subject: Subject) -> Iterator[Step]:
    keywords = {name.upper() for name in _names(match.get("instruction"))}
    build = subject.build
    where = match.get("stage", "any")
    stages = {"any": range(len(build.stages)), "shipped": build.chain, "final": build.chain[-1:]}[where]
    for number in stages:
        for step in build.stages[number].steps:
            instruction = step.instruction
            if instruction.keyword not in keywords:
                continue
            if "form" in match and instruction.json != (match["form"] == "json"):
                continue
            if "flag" in match and instruction.flag(match["flag"]) is None:
                continue
            if "no-flag" in match and instruction.flag(match["no-flag"]) is not None:
                continue
            yield step


def _instruction(match: Mapping[str, Any], step: Step, subject: Subject) -> Iterator[Hit]:
    instruction = step.instruction
    values = {"instruction": instruction.keyword}
    if "argument" in match:
        pattern = _compiled(match["argument"])
        for word in instruction.arguments:
            if pattern.search(word.text[:_SUBJECT_LIMIT]):
                yield Hit(word.span, {**values, "argument": word.text}, _edits(match, subject, word.span))
        return
    yield Hit(instruction.keyword_span, values, _edits(match, subject, instruction.span, whole=True))


def _command(match: Mapping[str, Any], step: Step, subject: Subject) -> Iterator[Hit]:
    wanted = match["command"]
    names = _names(wanted.get("name"))
    for script in subject.run(step).scripts:
        for command in script.commands:
            if names and command.name not in names:
                continue
            texts = [word.pieces for word in command.arguments]
            if not _command_fits(wanted, texts):
                continue
            yield Hit(
                command.words[0].span,
                {"command": command.name or "", "instruction": step.instruction.keyword},
                _command_edits(match, command, subject),
            )


def _command_fits(wanted: Mapping[str, Any], texts: list[str]) -> bool:
    present = set(texts)
    if any(word not in present for word in _names(wanted.get("all"))):
        return False
    one_of = _names(wanted.get("any"))
    if one_of and not present.intersection(one_of):
        return False
    if present.intersection(_names(wanted.get("none"))):
        return False
    if "argument" in wanted:
        pattern = _compiled(wanted["argument"])
        return any(pattern.search(text[:_SUBJECT_LIMIT]) for text in texts)
    return True


def _images(match: Mapping[str, Any], subject: Subject) -> Iterator[Hit]:
    globs = _names(match["image"])
    for stage in subject.build.stages:
        image = stage.base_image
        if stage.parent is None and image and any(fnmatchcase(image, glob) for glob in globs):
            if match.get("stage") in ("shipped", "final") and stage.number not in subject.build.chain:
                continue
            yield Hit(stage.base.span, {"image": image}, _edits(match, subject, stage.base.span))


_INSTRUCTION: Callable[[Mapping[str, Any], Step, Subject], Iterator[Hit]] = _instruction
_COMMAND: Callable[[Mapping[str, Any], Step, Subject], Iterator[Hit]] = _command


def _edits(
    match: Mapping[str, Any], subject: Subject, span: Span, *, whole: bool = False
) -> tuple[HitEdit, ...]:
    fix = match.get("fix") or {}
    if "replace-with" in fix and not whole:
        return (HitEdit(span, fix["replace-with"]),)
    if fix.get("remove") and whole:
        text = subject.document.source.text
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end)
        return (HitEdit(Span(start, len(text) if end < 0 else end + 1), ""),)
    return ()


def _command_edits(match: Mapping[str, Any], command: Command, subject: Subject) -> tuple[HitEdit, ...]:
    fix = match.get("fix") or {}
    if "insert" in fix:
        after = fix.get("insert-after")
        for word in command.words:
            if after is None or word.pieces == after:
                return (HitEdit(Span(word.span.end, word.span.end), f" {fix['insert']}"),)
    if "replace-with" in fix:
        return _edits(match, subject, command.words[0].span)
    return ()
