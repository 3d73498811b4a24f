"""LI209: the Runtime Interface Emulator, started on Lambda too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from lintimg.checks.contract.handlers import inherited_arguments
from lintimg.dockerfile.build import Step
from lintimg.lazy import regex
from lintimg.lint.image_files import context_file
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_EMULATOR = regex(r"aws-lambda-(?:rie|runtime-interface-emulator)\b")
_ASKS_FIRST = regex(r"AWS_LAMBDA_RUNTIME_API|AWS_LAMBDA_FUNCTION_NAME|AWS_EXECUTION_ENV")
_FOR_TESTS = regex(
    r"(?:^|[-_./])(?:local|dev|develop|development|debug|test|tests|testing|rie|emulator)(?:$|[-_.])",
    re.IGNORECASE,
)
_SCRIPT_LIMIT = 200_000


def emulator_always_started(subject: Subject) -> Iterator[Hit]:
    """A hit when what the image starts is the emulator, on Lambda as well as on the developer's machine."""
    process, stage = subject.process, subject.final_stage
    if stage is None or inherited_arguments(subject) is not None or _is_for_tests(subject):
        return
    if any(deployment.function and deployment.entrypoint for deployment in subject.deployments):
        return
    steps = [step for step in (process.entrypoint, process.cmd) if step is not None]
    text = " ".join(word.text for step in steps for word in step.instruction.arguments)
    if _ASKS_FIRST.search(text):
        return
    for step in steps:
        yield from _started(step, subject)


def _is_for_tests(subject: Subject) -> bool:
    """Whether the file or the shipped stage is by its name only for local tests."""
    stage = subject.final_stage
    names = [basename(subject.document.source.path.replace("\\", "/"))]
    if stage is not None and stage.name:
        names.append(stage.name)
    return any(_FOR_TESTS.search(name) for name in names)


def _started(step: Step, subject: Subject) -> Iterator[Hit]:
    words = step.instruction.arguments
    for number, word in enumerate(words):
        if not _EMULATOR.search(word.text):
            if step.instruction.json:
                yield from _by_script(word.text, word.span, step, subject)
            continue
        edits: tuple[HitEdit, ...] = ()
        if step.instruction.json and _EMULATOR.search(basename(word.text)) and number + 1 < len(words):
            edits = (HitEdit(Span(word.span.start, words[number + 1].span.start), ""),)
        yield Hit(word.span, {"instruction": step.instruction.keyword, "script": ""}, edits=edits)
        return


def _by_script(path: str, span: Span, step: Step, subject: Subject) -> Iterator[Hit]:
    """A hit for a script of the context that starts the emulator without asking where it is."""
    context = subject.context
    if context is None or not path.endswith((".sh", ".bash")):
        return
    last = subject.build.stages[step.stage].steps[-1]
    found = context_file(subject.build, context, last, path)
    data = None if found is None else context.read(found, _SCRIPT_LIMIT)
    if data is None:
        return
    lines = [line.partition("#")[0] for line in data.decode("utf-8", "replace").splitlines()]
    script = "\n".join(lines)
    if _EMULATOR.search(script) and not _ASKS_FIRST.search(script):
        yield Hit(span, {"instruction": step.instruction.keyword, "script": basename(path)}, variant="script")
