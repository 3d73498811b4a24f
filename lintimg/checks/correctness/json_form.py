"""Exec form and shell form: which of the two is meant, and which it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from posixpath import basename

from lintimg.aws.images import aws_base
from lintimg.checks.shell_form import ArrayLike, array_like, plain_words, shown
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Instruction, Word
from lintimg.lazy import regex
from lintimg.lint.image_files import steps_of
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_SHOWN = 60
_DEFAULT_SHELL = ("/bin/sh", "-c")
_STARTS = ("ENTRYPOINT", "CMD")
_WITH_FORMS = ("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK", "COPY", "ADD", "VOLUME")
_VARIABLE = regex(r"\$(?:\{([A-Za-z_]\w*)|([A-Z_][A-Z0-9_]*)\b)")
_CODE_OPTIONS = regex(r"-(?:[a-zA-Z]{0,3}[ceE]|r)\Z|--?(?:eval|command|execute)\Z", re.IGNORECASE)
"""Behind one of these comes a program's text, which may have dollar signs of its own."""


def shell_form_command(subject: Subject) -> Iterator[Hit]:
    """LI607: a hit for each CMD and ENTRYPOINT in shell form for which no shell is needed."""
    for step, word in _shell_forms(subject):
        words = plain_words(word.text)
        if words is not None and not _is_shell_wanted(subject, step, words):
            repaired = _array(words)
            yield Hit(
                word.span,
                _values(step, word) | {"repaired": repaired},
                edits=(HitEdit(word.span, repaired),) if _starts_the_same(subject, step) else (),
                details=_details(step),
            )


def wanted_shell_form(subject: Subject) -> Iterator[Hit]:
    """LI634: a hit for each command in shell form for which LI607 says nothing, those of HEALTHCHECK included."""
    for step, word in _shell_forms(subject):
        words = plain_words(word.text)
        if words is None or _is_shell_wanted(subject, step, words):
            yield Hit(word.span, _values(step, word), details=_details(step))
    for step in subject.steps.get("HEALTHCHECK", ()):
        instruction = step.instruction
        if not instruction.json and len(instruction.arguments) > 1:
            word = instruction.arguments[1]
            yield Hit(word.span, _values(step, word), details=_details(step))


def _shell_forms(subject: Subject) -> Iterator[tuple[Step, Word]]:
    """The CMD and ENTRYPOINT in shell form of which the rules on Lambda's entrypoint say nothing."""
    steps = [
        step
        for keyword in _STARTS
        for step in subject.steps.get(keyword, ())
        if step.instruction.arguments and not step.instruction.json
    ]
    if not steps:
        return
    from lintimg.checks.contract.command import cmd_not_exec_form

    told = {hit.span for hit in cmd_not_exec_form(subject)}
    for step in steps:
        word = step.instruction.arguments[0]
        if word.span in told or array_like(word.text) is not None or _is_on_aws(subject, step):
            continue
        if not _lacks_shell(subject, step):
            yield step, word


def _lacks_shell(subject: Subject, step: Step) -> bool:
    """Whether LI645 says that the shell is missing."""
    if subject.build.stages[subject.build.stages[step.stage].root].base_image != "scratch":
        return False
    from lintimg.checks.correctness.from_scratch import lacks_shell

    return lacks_shell(subject, step)


def _is_on_aws(subject: Subject, step: Step) -> bool:
    """Whether Lambda's entrypoint would get what CMD says."""
    image = subject.build.stages[subject.build.stages[step.stage].root].base_image
    return step.instruction.keyword == "CMD" and image is not None and aws_base(image) is not None


def _is_shell_wanted(subject: Subject, step: Step, words: tuple[str, ...]) -> bool:
    """Whether a shell form is on purpose: `exec` in front, a builtin, a SHELL of the file's own; or made for Windows."""
    from lintimg.checks.contract.runtime_client import has_adapter

    base = subject.build.stages[subject.build.stages[step.stage].root].base_image or ""
    return (
        words[0] == "exec"
        or words[0] in table("programs")["builtins"]
        or step.shell != _DEFAULT_SHELL
        or "windows" in base
        or "nanoserver" in base
        or has_adapter(subject)
    )


def _starts_the_same(subject: Subject, step: Step) -> bool:
    """Whether the exec form starts the same program: no ENTRYPOINT gets a CMD that it did not get before."""
    return not subject.steps.get("CMD" if step.instruction.keyword == "ENTRYPOINT" else "ENTRYPOINT")


def malformed_json_form(subject: Subject) -> Iterator[Hit]:
    """LI628: a hit for each JSON array that is none, where LI201 does not speak of it."""
    found = []
    for keyword in _WITH_FORMS:
        for step in subject.steps.get(keyword, ()):
            instruction = step.instruction
            if instruction.json or not instruction.arguments:
                continue
            text, span = _form(instruction)
            array = array_like(text) if text.startswith("[") else None
            if array is not None and _is_meant(array, text, keyword):
                found.append((step, span, text, array))
    if not found:
        return
    from lintimg.checks.contract.command import cmd_not_exec_form

    told = {hit.span for hit in cmd_not_exec_form(subject)}
    for step, span, text, array in found:
        if span not in told:
            yield _malformed(step, span, text, array)


def _malformed(step: Step, span: Span, text: str, array: ArrayLike) -> Hit:
    instruction = step.instruction
    repaired = _array(array.elements)
    edits: tuple[HitEdit, ...] = (HitEdit(span, repaired),)
    if array.comment:
        start = instruction.span.start
        edits += (HitEdit(Span(start, start), f"{array.comment}\n"),)
    kind = "path" if instruction.keyword in ("COPY", "ADD", "VOLUME") else ""
    return Hit(
        span,
        {"instruction": instruction.keyword, "text": shown(text, _SHOWN), "repaired": repaired},
        edits=edits,
        variant=kind,
        details={"instruction": instruction.keyword},
    )


def _form(instruction: Instruction) -> tuple[str, Span]:
    """The text that is an array or not, and its place."""
    if instruction.keyword == "HEALTHCHECK":
        if len(instruction.arguments) < 2:
            return "", instruction.keyword_span
        return instruction.arguments[1].text, instruction.arguments[1].span
    rest = instruction.rest
    return rest.text, rest.source_span(0, len(rest.text))


def _is_meant(array: ArrayLike, text: str, keyword: str) -> bool:
    """Whether an array is meant rather than a shell's test or a file whose name begins so."""
    if keyword in ("CMD", "ENTRYPOINT"):
        return True
    first = text[1:].lstrip()[:1]
    if first in ("'", '"', "\u201c", "\u2018"):
        return True
    return keyword in ("COPY", "ADD") and len(array.elements) > 1 and "," in text


def exec_form_variable(subject: Subject) -> Iterator[Hit]:
    """LI643: a hit for each variable in exec form, which nobody expands."""
    for keyword in ("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK"):
        for step in subject.steps.get(keyword, ()):
            instruction = step.instruction
            if instruction.json and any("$" in word.text for word in instruction.arguments):
                yield from _unexpanded(subject, step)


def _unexpanded(subject: Subject, step: Step) -> Iterator[Hit]:
    instruction = step.instruction
    words = instruction.arguments[1:] if instruction.keyword == "HEALTHCHECK" else instruction.arguments
    if _reads_code(words) or (instruction.keyword == "CMD" and _is_read_otherwise(subject, step)):
        return
    for word in words:
        found = _VARIABLE.search(word.text)
        if found is not None:
            yield Hit(
                word.span,
                {
                    "instruction": instruction.keyword,
                    "variable": found[1] or found[2],
                    "word": shown(word.text, _SHOWN),
                },
                variant="run" if instruction.keyword == "RUN" else "",
                details={"instruction": instruction.keyword, "variable": found[1] or found[2]},
            )


def _reads_code(words: tuple[Word, ...]) -> bool:
    """Whether a program's text is among `words`, or a shell that expands what it is given."""
    shells = table("programs")["shells"]
    return any(
        _CODE_OPTIONS.match(word.text) is not None
        or basename(word.text).removesuffix(".exe").lower() in shells
        for word in words
    )


def _is_read_otherwise(subject: Subject, step: Step) -> bool:
    """Whether CMD names a handler, or goes to a shell."""
    if subject.aws_base is not None:
        return True
    entrypoints = [
        each.instruction
        for each in steps_of(subject.build, step.stage)
        if each.instruction.keyword == "ENTRYPOINT"
    ]
    return bool(entrypoints) and (not entrypoints[-1].json or _reads_code(entrypoints[-1].arguments))


def _array(words: tuple[str, ...]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _values(step: Step, word: Word) -> dict[str, object]:
    return {
        "instruction": step.instruction.keyword,
        "text": shown(word.text, _SHOWN),
        "shell": " ".join(step.shell),
    }


def _details(step: Step) -> dict[str, object]:
    own = step.shell != _DEFAULT_SHELL
    return {"instruction": step.instruction.keyword, "shell": "own" if own else "default"}
