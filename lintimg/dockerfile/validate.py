"""What BuildKit's instruction layer refuses in text that its parser accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lintimg.dockerfile.document import Instruction, SyntaxProblem
from lintimg.model.span import Span

FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset(("chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude")),
    "COPY": frozenset(("chown", "chmod", "from", "link", "parents", "exclude")),
    "FROM": frozenset(("platform",)),
    "HEALTHCHECK": frozenset(("interval", "timeout", "start-period", "start-interval", "retries")),
    "RUN": frozenset(("mount", "network", "security", "device")),
}
"""Source: docs.docker.com/reference/dockerfile, as of 2026-11-23."""

KEYWORDS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)  # fmt: skip

_SWITCHES = frozenset(("link", "keep-git-dir", "unpack", "parents"))
_REPEATABLE = frozenset(("mount", "exclude", "device"))
_AT_LEAST_ONE = frozenset(("ENV", "LABEL", "EXPOSE", "VOLUME", "ARG"))
_EXACTLY_ONE = frozenset(("MAINTAINER", "WORKDIR", "USER", "STOPSIGNAL"))
_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*\Z")


def instruction_problems(instruction: Instruction) -> Iterator[SyntaxProblem]:
    """Why BuildKit refuses `instruction`, if it does."""
    keyword = instruction.keyword
    if keyword not in KEYWORDS:
        yield _unknown(instruction)
        return
    if instruction.flags:
        yield from _flag_problems(instruction)
    count = len(instruction.arguments)
    if keyword in _AT_LEAST_ONE and not count:
        yield _problem(
            instruction,
            f"{keyword} requires at least one argument",
            f"Say what {keyword} should set, or remove the line.",
        )
    elif keyword in _EXACTLY_ONE and count != 1:
        yield _problem(
            instruction,
            f"{keyword} requires exactly one argument",
            f"Say what {keyword} should be, or remove the line.",
        )
    special = _SPECIAL.get(keyword)
    if special is not None:
        yield from special(instruction)


def _problem(instruction: Instruction, message: str, remedy: str, span: Span | None = None) -> SyntaxProblem:
    return SyntaxProblem(message, remedy, span or instruction.keyword_span)


def _unknown(instruction: Instruction) -> SyntaxProblem:
    from difflib import get_close_matches

    near = get_close_matches(instruction.keyword, KEYWORDS, 1, 0.5)
    hint = f" (did you mean {near[0]}?)" if near else ""
    remedy = (
        f"Write {near[0]}."
        if near
        else "Start the line with an instruction, or end the line before it with a continuation if it belongs there."
    )
    return _problem(instruction, f"unknown instruction: {instruction.keyword[:80]}{hint}", remedy)


def _flag_problems(instruction: Instruction) -> Iterator[SyntaxProblem]:
    known = FLAGS.get(instruction.keyword, frozenset())
    seen = set()
    for flag in instruction.flags:
        if flag.name not in known:
            allowed = ", ".join(f"--{name}" for name in sorted(known)) or "none"
            yield _problem(
                instruction,
                f"unknown flag: --{flag.name[:80]}",
                f"{instruction.keyword} takes these flags: {allowed}.",
                flag.span,
            )
            continue
        if flag.name in seen and flag.name not in _REPEATABLE:
            yield _problem(
                instruction, f"duplicate flag specified: {flag.name}", "Keep one of them.", flag.span
            )
        seen.add(flag.name)
        if flag.name in _SWITCHES:
            if flag.value is not None and flag.value.lower() not in ("true", "false"):
                yield _problem(
                    instruction,
                    f"expecting boolean value for flag {flag.name}, not: {flag.value[:80]}",
                    f"Write --{flag.name} or --{flag.name}=false.",
                    flag.span,
                )
        elif flag.value is None:
            yield _problem(
                instruction, f"missing a value on flag: {flag.name}", f"Write --{flag.name}=value.", flag.span
            )


def _from(instruction: Instruction) -> Iterator[SyntaxProblem]:
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
            f'invalid name for build stage: "{words[2].text[:80]}", name can\'t start with a number or contain symbols',
            "Use letters, digits, dashes, dots and underscores, a letter first.",
            words[2].span,
        )


def _copy(instruction: Instruction) -> Iterator[SyntaxProblem]:
    count = len(instruction.arguments)
    if count < 2:
        counted = "only one was provided" if count else "none were provided"
        yield _problem(
            instruction,
            f"{instruction.keyword} requires at least two arguments, but {counted}. Destination could not be determined",
            f"Write {instruction.keyword} source destination.",
        )


def _shell(instruction: Instruction) -> Iterator[SyntaxProblem]:
    if not instruction.json:
        yield _problem(
            instruction, "SHELL requires the arguments to be in JSON form", 'Write SHELL ["/bin/bash", "-c"].'
        )
    elif not instruction.arguments:
        yield _problem(
            instruction, "SHELL requires at least one argument", 'Write SHELL ["/bin/bash", "-c"].'
        )


def _health(instruction: Instruction) -> Iterator[SyntaxProblem]:
    words = instruction.arguments
    remedy = "Write HEALTHCHECK CMD command or HEALTHCHECK NONE."
    if not words:
        yield _problem(instruction, "HEALTHCHECK requires at least one argument", remedy)
        return
    kind = words[0].text.upper()
    if kind == "NONE" and len(words) > 1:
        yield _problem(instruction, "HEALTHCHECK NONE takes no arguments", remedy, words[1].span)
    elif kind == "CMD" and len(words) < 2:
        yield _problem(instruction, "missing command after HEALTHCHECK CMD", remedy)
    elif kind not in ("NONE", "CMD"):
        yield _problem(
            instruction,
            f'unknown type "{words[0].text[:80]}" in HEALTHCHECK (try CMD)',
            remedy,
            words[0].span,
        )


def _onbuild(instruction: Instruction) -> Iterator[SyntaxProblem]:
    trigger = instruction.trigger
    if trigger is None:
        yield _problem(
            instruction, "ONBUILD requires at least one argument", "Write ONBUILD and an instruction."
        )
    elif trigger.keyword == "ONBUILD":
        yield _problem(
            instruction,
            "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
            "Keep one ONBUILD.",
            trigger.keyword_span,
        )
    elif trigger.keyword in ("FROM", "MAINTAINER"):
        yield _problem(
            instruction,
            f"{trigger.keyword} isn't allowed as an ONBUILD trigger",
            "Remove it: only the image that is built can say that.",
            trigger.keyword_span,
        )
    else:
        yield from instruction_problems(trigger)


_SPECIAL: dict[str, Callable[[Instruction], Iterator[SyntaxProblem]]] = {
    "FROM": _from,
    "COPY": _copy,
    "ADD": _copy,
    "SHELL": _shell,
    "HEALTHCHECK": _health,
    "ONBUILD": _onbuild,
}


def structure_problems(
    instructions: Iterable[Instruction], length: int, *, has_problems: bool
) -> Iterator[SyntaxProblem]:
    """What is wrong with the file as a whole: nothing in it, no FROM, something before it."""
    first = True
    early = False
    for instruction in instructions:
        first = False
        if instruction.keyword == "FROM":
            return
        if instruction.keyword != "ARG" and not early and instruction.keyword in KEYWORDS:
            early = True
            yield _problem(
                instruction,
                "no build stage in current context",
                "Begin with FROM: only ARG may stand before it.",
            )
    if first and not has_problems:
        yield SyntaxProblem(
            "file with no instructions", "Begin with FROM and a base image.", Span(0, min(length, 1))
        )
    elif not early and not has_problems:
        yield SyntaxProblem(
            "dockerfile contains no stages to build", "Add FROM and a base image.", Span(0, min(length, 1))
        )
