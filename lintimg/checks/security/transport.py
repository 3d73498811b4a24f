"""LI505: downloads and packages whose origin is no longer checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lintimg.checks.tables import table
from lintimg.dockerfile.document import Instruction, Word
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import PlacedCommand, Subject
from lintimg.model.span import Span
from lintimg.shell.script import Assignment, Command, ShellWord

_VERSION = regex(r"[\d.]+\Z")
_HOST = regex(r"\A(?:[a-z]+://)?\[?([A-Za-z0-9.:_-]+?)\]?(?::\d+)?(?:/|\Z)")
_WRITERS = ("echo", "printf", "cat", "tee")


def unchecked_origin(subject: Subject) -> Iterator[Hit]:
    """A hit for each option, setting and variable that switches off the check of certificates or signatures."""
    names = {name: _VERSION.sub("", name) for name in subject.every_command}
    for name, calls in subject.every_command.items():
        for call in calls:
            words = call.command.words
            program = names[name]
            if program in ("python", "pypy") and [word.pieces for word in words[1:3]] == ["-m", "pip"]:
                program, words = "pip", words[2:]
            yield from _of_call(call, program, words)
    yield from _of_variables(subject)


def _of_call(call: PlacedCommand, program: str, words: Sequence[ShellWord]) -> Iterator[Hit]:
    if program in _WRITERS:
        yield from _of_text(call.command)
        return
    for row in table("transport_checks")["options"]:
        if program in row["programs"]:
            found = _option(row, words)
            if found is not None:
                span, shown, edits = found
                from_file = _of_files(row, words)
                # A file that no repository signed is refused without the option.
                edits = () if from_file or call.run.instruction.json else edits
                yield _hit(row, span, f"{program} {shown}", edits, info=from_file)
    for row in table("transport_checks")["settings"]:
        if program in row["programs"]:
            found_setting = _setting(row, words)
            if found_setting is not None:
                yield _hit(row, found_setting, f"{program} … {row['names'][0]}", ())


def _hit(
    row: Mapping[str, Any], span: Span, what: str, edits: tuple[HitEdit, ...], *, info: bool = False
) -> Hit:
    return Hit(
        span,
        {"what": what},
        edits=edits,
        variant="file" if info else row["missing"],
        severity="info" if info else None,
        details={"check": row["check"]},
    )


def _option(
    row: Mapping[str, Any], words: Sequence[ShellWord]
) -> tuple[Span, str, tuple[HitEdit, ...]] | None:
    """The place of the option that switches the check off, its text, and the edits that take it out."""
    hosts = row.get("hosts", ())
    for at, word in enumerate(words[1:], 1):
        text = word.pieces
        if text == "--":
            return None
        if text in row.get("options", ()):
            return None if _local(words) else (word.span, text, (_without(words, at, at),))
        name, equals, value = text.partition("=")
        if name in hosts:
            following = words[at + 1].pieces if not equals and at + 1 < len(words) else value
            if not _is_local(following):
                return word.span, name, (_without(words, at, at if equals else min(at + 1, len(words) - 1)),)
        letter = row.get("letter")
        if letter and re.match(r"-[A-Za-z#0-9:]+\Z", text) and not _local(words):
            place = _letter(text, letter, row["valued"])
            if place is not None:
                edit = _without(words, at, at)
                if len(text) > 2:
                    start = word.span.start + word.raw.find(letter)
                    edit = HitEdit(Span(start, start + 1), "")
                return word.span, f"-{letter}", (edit,)
    return None


def _letter(text: str, letter: str, valued: str) -> int | None:
    """Where `letter` stands in a bunch of options, None where it is another's value."""
    for at, character in enumerate(text[1:], 1):
        if character == letter:
            return at
        if character in valued:
            return None
    return None


def _without(words: Sequence[ShellWord], first: int, last: int) -> HitEdit:
    """The edit that takes the words `first` to `last` out, and the blanks before them."""
    return HitEdit(Span(words[first - 1].span.end, words[last].span.end), "")


def _setting(row: Mapping[str, Any], words: Sequence[ShellWord]) -> Span | None:
    for at, word in enumerate(words[1:], 1):
        text = word.pieces.lower().removeprefix("--setopt=").removeprefix("-o").removeprefix("-c")
        name, equals, value = text.lstrip("-").partition("=")
        if not any(name == known or name.endswith("." + known) for known in row["names"]):
            continue
        following = words[at + 1] if not equals and at + 1 < len(words) else None
        given = value if following is None else following.pieces.lower()
        wanted = row["values"]
        if (given in wanted) if wanted else (given and not _is_local(given)):
            return word.span if following is None else Span(word.span.start, following.span.end)
    return None


def _of_files(row: Mapping[str, Any], words: Sequence[ShellWord]) -> bool:
    """Whether packages are installed from files, which have their own origin."""
    named = [word.pieces for word in words[2:] if not word.pieces.startswith("-")]
    return row["missing"] == "package" and any(name.endswith((".apk", ".rpm", ".deb")) for name in named)


def _local(words: Sequence[ShellWord]) -> bool:
    """Whether a download comes from the machine itself."""
    urls = [word.pieces for word in words[1:] if "://" in word.pieces]
    return bool(urls) and all(_is_local(url) for url in urls)


def _is_local(url: str) -> bool:
    found = _HOST.match(url)
    return found is not None and found[1].lower() in table("transport_checks")["local"]


def _of_text(command: Command) -> Iterator[Hit]:
    """What echo, or a here-document, writes into a configuration file."""
    if not command.redirects and command.stages < 2:
        return
    words = [
        *command.arguments,
        *(redirect.body for redirect in command.redirects if redirect.body is not None),
    ]
    for word in words:
        text = word.pieces.replace("\\n", "\n")
        for row in table("transport_checks")["texts"]:
            match = re.search(row["pattern"], text)
            if match is not None:
                yield _hit(row, word.span, match[0].strip(), ())


def _of_variables(subject: Subject) -> Iterator[Hit]:
    known = table("transport_checks")["variables"]
    for outer in subject.document.instructions:
        instruction = outer.trigger or outer
        for name, value, span in _settings(instruction):
            row = known.get(name.upper())
            if row is not None and _switches_off(row, value.strip("\"'")):
                yield _hit(row, span, name, ())
    seen: set[Span] = set()
    for run in subject.every_run:
        for script in run.scripts:
            for command in script.commands:
                for assignment in (*command.assignments, *command.environment):
                    row = known.get(assignment.name.upper())
                    if row is None or assignment.span in seen or not _switches_off(row, _value(assignment)):
                        continue
                    seen.add(assignment.span)
                    yield _hit(row, assignment.span, assignment.name, ())


def _settings(instruction: Instruction) -> Iterator[tuple[str, str, Span]]:
    words: Sequence[Word] = instruction.arguments
    if instruction.keyword == "ENV":
        for name, value in zip(words[0::3], words[1::3], strict=False):
            yield name.text, value.text, name.span
    elif instruction.keyword == "ARG":
        for word in words:
            name_text, equals, text = word.text.partition("=")
            if equals:
                yield name_text, text, Span(word.span.start, word.span.start + len(name_text))


def _value(assignment: Assignment) -> str:
    return assignment.value.pieces if assignment.value is not None else ""


def _switches_off(row: Mapping[str, Any], value: str) -> bool:
    values = row.get("values")
    if values is None:
        return bool(value) and not value.startswith("$") and not _is_local(value)
    return value.lower() in values or (not value and "*" in values)
