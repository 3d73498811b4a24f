"""What BuildKit's instruction layer refuses in text that its parser accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lintimg.dockerfile.document import Flag, Instruction, SyntaxProblem
from lintimg.dockerfile.durations import duration_problem, retries_problem
from lintimg.dockerfile.heredoc import is_heredoc
from lintimg.dockerfile.mounts import MountError, split_fields
from lintimg.dockerfile.quoting import quoted, shortened
from lintimg.dockerfile.vocabulary import FlagKind, nearest, vocabulary
from lintimg.lazy import regex
from lintimg.model.span import Span

_STAGE_NAME = regex(r"[a-z][a-z0-9\-_.]*\Z")
Problems = Iterator[SyntaxProblem]


def instruction_problems(instruction: Instruction) -> list[SyntaxProblem]:
    """Why BuildKit refuses an instruction that it knows, if it does. An ONBUILD's trigger is not looked at:
    BuildKit does that when another image is built on this one.
    """
    keyword = instruction.keyword
    problems: list[SyntaxProblem] = []
    allowed = vocabulary().flags.get(keyword)
    if instruction.flags and allowed is not None and not _is_disabled_check(instruction):
        problems += _flag_problems(instruction, allowed)
    check = _CHECKS.get(keyword)
    if check is not None:
        problems += check(instruction)
    return problems


def _is_disabled_check(instruction: Instruction) -> bool:
    """HEALTHCHECK NONE, whose flags BuildKit reads over."""
    words = instruction.arguments
    return instruction.keyword == "HEALTHCHECK" and bool(words) and words[0].text.upper() == "NONE"


def _problem(instruction: Instruction, message: str, remedy: str, span: Span | None = None) -> SyntaxProblem:
    return SyntaxProblem(message, remedy, span or instruction.keyword_span)


def unknown_instruction(written: str, span: Span) -> SyntaxProblem:
    """The problem of an instruction that BuildKit does not know; `written` is its keyword as it stands there."""
    near = nearest(written.upper(), tuple(vocabulary().flags))
    message = f"unknown instruction: {shortened(written)}"
    if near is not None:
        shown = near if written == written.upper() else near.lower()
        return SyntaxProblem(f"{message} (did you mean {shown}?)", f"Write {near}.", span)
    remedy = (
        "Start the line with an instruction, or end the line before with a continuation if it belongs there."
    )
    if not written:
        remedy = "Remove the continuation character that stands alone."
    return SyntaxProblem(message, remedy, span)


def _flag_problems(instruction: Instruction, allowed: dict[str, FlagKind]) -> Problems:
    seen = set()
    for flag in instruction.flags:
        kind = allowed.get(flag.name)
        if kind is None:
            yield _unknown_flag(instruction, flag, tuple(allowed))
            continue
        if flag.name in seen and kind != "strings":
            yield _problem(
                instruction, f"duplicate flag specified: --{flag.name}", "Keep one of them.", flag.span
            )
        seen.add(flag.name)
        if flag.value == "" if kind == "boolean" else flag.value is None:
            remedy = f"Write --{flag.name}=value." if kind != "boolean" else f"Write --{flag.name}."
            yield _problem(instruction, f"missing a value on flag: --{flag.name}", remedy, flag.span)
        elif kind == "boolean" and flag.value is not None and flag.value.lower() not in ("true", "false"):
            yield _problem(
                instruction,
                f"expecting boolean value for flag --{flag.name}, not: {shortened(flag.value)}",
                f"Write --{flag.name} or --{flag.name}=false.",
                flag.span,
            )


def _unknown_flag(instruction: Instruction, flag: Flag, allowed: tuple[str, ...]) -> SyntaxProblem:
    message = f"unknown flag: --{shortened(flag.name)}"
    near = nearest(flag.name, allowed)
    if near is not None:
        return _problem(instruction, f"{message} (did you mean {near}?)", f"Write --{near}.", flag.span)
    if not flag.name.isascii():
        remedy = "Retype the blank behind the flag: it is not an ordinary one."
    elif allowed:
        shown = ", ".join(f"--{name}" for name in sorted(allowed))
        remedy = f"{instruction.keyword} takes these flags: {shown}."
    else:
        remedy = f"{instruction.keyword} takes no flags."
    return _problem(instruction, message, remedy, flag.span)


def _from(instruction: Instruction) -> Problems:
    words = instruction.arguments
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].text.upper() != "AS"):
        yield _problem(
            instruction,
            "FROM requires either one or three arguments",
            "Write FROM image or FROM image AS name; a comment needs a line of its own.",
        )
    elif len(words) == 3 and not _STAGE_NAME.match(words[2].text.lower()):
        yield _problem(
            instruction,
            f"invalid name for build stage: {quoted(words[2].text)},"
            " name can't start with a number or contain symbols",
            "Use letters, digits, dashes, dots and underscores, a letter first.",
            words[2].span,
        )


def _copy(instruction: Instruction) -> Problems:
    words = instruction.arguments
    keyword = instruction.keyword
    if len(words) < 2:
        yield _problem(
            instruction,
            f"{keyword} requires at least two arguments, but only one was provided."
            " Destination could not be determined",
            f"Write {keyword} source destination.",
        )
    elif is_heredoc(words[-1].text):
        yield _problem(
            instruction,
            f"{keyword} cannot accept a heredoc as a destination",
            "Put the destination behind the here-document.",
            words[-1].span,
        )


def _run(instruction: Instruction) -> Problems:
    for flag in instruction.flags:
        limited = vocabulary().run_values.get(flag.name)
        if limited is not None and flag.value is not None and flag.value not in limited:
            shown = quoted(flag.value)
            message = (
                f"invalid network mode {shown}"
                if flag.name == "network"
                else f"{flag.name} {shown} is not valid"
            )
            yield _problem(instruction, message, f"Use one of {', '.join(limited)}.", flag.span)
        elif flag.name == "mount" and flag.value is not None:
            yield from _mount(instruction, flag, flag.value)


def _mount(instruction: Instruction, flag: Flag, value: str) -> Problems:
    try:
        fields = split_fields(value)
    except MountError as error:
        yield _problem(
            instruction,
            f"failed to parse csv mounts: {error}",
            "Write --mount=type=cache,target=/path.",
            flag.span,
        )
        return
    for field in fields:
        key, _, text = field.partition("=")
        if key.lower() == "from" and "$" in text[:-1]:
            yield _problem(
                instruction,
                "'from' doesn't support variable expansion, define alias stage instead",
                "Give the image a stage of its own (FROM image AS name) and mount from that.",
                flag.span,
            )


def _exactly_one(instruction: Instruction) -> Problems:
    keyword = instruction.keyword
    if len(instruction.arguments) != 1:
        yield _problem(
            instruction,
            f"{keyword} requires exactly one argument",
            f"Say what {keyword} should be, or remove the line.",
        )


def _at_least_one(instruction: Instruction) -> Problems:
    keyword = instruction.keyword
    if not instruction.arguments:
        yield _problem(
            instruction,
            f"{keyword} requires at least one argument",
            f"Say what {keyword} should set, or remove the line.",
        )


def _named(instruction: Instruction) -> Problems:
    """ENV, LABEL, ARG."""
    words = instruction.arguments
    if not words:
        yield from _at_least_one(instruction)
    keyword = instruction.keyword
    for word in words if keyword == "ARG" else words[::3]:
        if word.text.startswith("=") if keyword == "ARG" else not word.text:
            yield _problem(
                instruction, f"{keyword} names can not be blank", "Write a name before the =.", word.span
            )


def _volume(instruction: Instruction) -> Problems:
    yield from _at_least_one(instruction)
    for word in instruction.arguments:
        if not word.text.strip():
            yield _problem(
                instruction,
                "VOLUME specified can not be an empty string",
                "Name a folder or remove it.",
                word.span,
            )


def _shell(instruction: Instruction) -> Problems:
    remedy = 'Write SHELL ["/bin/bash", "-c"].'
    if not instruction.arguments:
        yield _problem(instruction, "SHELL requires at least one argument", remedy)
    elif not instruction.json:
        yield _problem(instruction, "SHELL requires the arguments to be in JSON form", remedy)


def _health(instruction: Instruction) -> Problems:
    words = instruction.arguments
    remedy = "Write HEALTHCHECK CMD command or HEALTHCHECK NONE."
    if not words:
        yield _problem(instruction, "HEALTHCHECK requires at least one argument", remedy)
        return
    kind = words[0].text.upper()
    if kind == "NONE":
        if len(words) > 1:
            yield _problem(instruction, "HEALTHCHECK NONE takes no arguments", remedy, words[1].span)
    elif kind != "CMD":
        message = f"Unknown type {quoted(kind)} in HEALTHCHECK (try CMD)"
        yield _problem(instruction, message, remedy, words[0].span)
    else:
        if len(words) < 2:
            yield _problem(instruction, "Missing command after HEALTHCHECK CMD", remedy)
        for flag in instruction.flags:
            if flag.value:
                find = retries_problem if flag.name == "retries" else duration_problem
                found = find(flag.name, flag.value)
                if found is not None:
                    yield _problem(instruction, *found, flag.span)


def _onbuild(instruction: Instruction) -> Problems:
    trigger = instruction.trigger
    if trigger is None:
        yield _problem(
            instruction, "ONBUILD requires at least one argument", "Write ONBUILD and an instruction."
        )
    elif trigger.keyword == "ONBUILD":
        message = "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
        yield SyntaxProblem(message, "Keep one ONBUILD.", trigger.keyword_span, "onbuild")
    elif trigger.keyword in ("FROM", "MAINTAINER"):
        yield SyntaxProblem(
            f"{trigger.keyword} isn't allowed as an ONBUILD trigger",
            "Remove it: only the image that is built can say that.",
            trigger.keyword_span,
            "onbuild",
        )


_CHECKS: dict[str, Callable[[Instruction], Problems]] = {
    "ADD": _copy,
    "ARG": _named,
    "COPY": _copy,
    "ENV": _named,
    "EXPOSE": _at_least_one,
    "FROM": _from,
    "HEALTHCHECK": _health,
    "LABEL": _named,
    "MAINTAINER": _exactly_one,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _exactly_one,
    "USER": _exactly_one,
    "VOLUME": _volume,
    "WORKDIR": _exactly_one,
}


def structure_problems(instructions: Iterable[Instruction], length: int) -> Problems:
    """What is wrong with the file as a whole: nothing in it, no FROM, something before it. `length` is the
    text's, in characters.
    """
    known = vocabulary().flags
    first = True
    for instruction in instructions:
        first = False
        keyword = instruction.keyword
        # What is not known may be a FROM with a slip in it; it is a problem of its own.
        if keyword == "FROM" or keyword not in known:
            return
        if keyword != "ARG":
            yield SyntaxProblem(
                "no build stage in current context",
                "Begin with FROM: only ARG may stand before it.",
                instruction.keyword_span,
                "order",
            )
            return
    message = "file with no instructions" if first else "dockerfile contains no stages to build"
    yield SyntaxProblem(message, "Begin with FROM and a base image.", Span(0, min(length, 1)))
