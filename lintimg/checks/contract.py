"""What Lambda wants of CMD: one handler, in exec form, as the runtime reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lintimg.aws.handlers import handler_problem
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_PROGRAMS = re.compile(
    r"(?:python|pip|node|nodejs|npm|npx|yarn|pnpm|java|ruby|bundle|dotnet|go|php|perl|bash|sh|dash|ash|uvicorn|gunicorn|"
    r"flask|hypercorn|streamlit|celery|nginx|supervisord|poetry|uv|pipenv|exec|env|sleep|tail|cat|echo)[\d.]*\Z"
)
_METACHARACTERS = re.compile(r"[$`;&|<>()*?\[\]{}~\\\"'#\n]")
_QUOTED_LIST = re.compile(
    r"\[\s*(?:'[^']*'|\"[^\"]*\"|[^\s'\",\[\]]+)(?:\s*,\s*(?:'[^']*'|\"[^\"]*\"|[^\s'\",\[\]]+))*\s*,?\s*\]\Z"
)
_LIST_WORD = re.compile(r"'([^']*)'|\"([^\"]*)\"|([^\s'\",\[\]]+)")


def _handler_step(subject: Subject) -> Step | None:
    """The CMD that names the handler: only on an AWS base whose own entry point is left alone."""
    if subject.aws_base is None or subject.process.entrypoint is not None:
        return None
    return subject.process.cmd


def cmd_not_exec_form(subject: Subject) -> Iterator[Hit]:
    """LI201: Docker wraps a shell-form CMD into `/bin/sh -c`, so the entry point gets three arguments."""
    step = _handler_step(subject)
    if step is None or step.instruction.json or not step.instruction.arguments:
        return
    word = step.instruction.arguments[0]
    text = word.text
    if _QUOTED_LIST.match(text):
        words = [a or b or c for a, b, c in _LIST_WORD.findall(text)]
        yield Hit(
            word.span,
            {"written": text, "instead": json.dumps(words, ensure_ascii=False)},
            _replacement(step, words),
            variant="quotes",
            details={"written": text},
        )
        return
    words = text.split()
    plain = not _METACHARACTERS.search(text)
    handler = words[-1] if words else text
    instead = json.dumps(words if len(words) == 1 else [handler], ensure_ascii=False)
    yield Hit(
        word.span,
        {"written": text if len(text) < 60 else text[:59] + "…", "instead": instead},
        _replacement(step, words) if plain and len(words) == 1 else (),
        details={"written": text},
    )


def _replacement(step: Step, words: list[str]) -> tuple[HitEdit, ...]:
    """The CMD's argument in exec form. Only where it stands on one line: nothing else is lost then."""
    word = step.instruction.arguments[0]
    if len(words) != 1 or step.instruction.rest.starts != (0,):
        return ()
    return (HitEdit(Span(word.span.start, word.span.end), json.dumps(words, ensure_ascii=False)),)


def wrong_cmd_arguments(subject: Subject) -> Iterator[Hit]:
    """LI204: other than exactly one argument, or a program where the handler belongs."""
    step = _handler_step(subject)
    if step is None or not step.instruction.json:
        return
    words = step.instruction.arguments
    if not words:
        yield Hit(step.instruction.keyword_span, variant="none", details={"count": 0})
        return
    first = words[0].text.rpartition("/")[2]
    program = bool(_PROGRAMS.match(first))
    if len(words) == 1 and not program:
        return
    count = len(words)
    span = Span(words[0].span.start, words[-1].span.end)
    yield Hit(
        words[0].span if program else span,
        {"program": first, "count": count, "handler": words[0].text},
        variant="program" if program else "",
        details={"count": count, "program": first if program else None},
    )


def missing_handler(subject: Subject) -> Iterator[Hit]:
    """LI202: an AWS base has no CMD of its own, and nothing here gives one."""
    base, stage = subject.aws_base, subject.final_stage
    process = subject.process
    if base is None or stage is None or process.entrypoint is not None or process.cmd is not None:
        return
    if any(d.command is not None or d.entrypoint is not None or d.command_given for d in subject.deployments):
        return
    if not _has_code(subject):
        return
    yield Hit(
        stage.instruction.head_span,
        {"example": _EXAMPLES.get(base.language, "function.handler")},
        variant=base.language if base.language in ("dotnet", "provided", "go") else "",
        details={"language": base.language},
    )


def _has_code(subject: Subject) -> bool:
    """Whether anything is copied in besides a runtime, layers or extensions: without it the image is a base for others."""
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None:
            continue
        try:
            destination = expand(copy.destination.text, step.environment, subject.document.escape)
        except ExpansionError:
            destination = None
        if destination is None or not destination.startswith(_NO_CODE):
            return True
    return False


_NO_CODE = ("/var/runtime", "/var/lang", "/opt", "/etc", "/usr", "/bin", "/lib")

_EXAMPLES = {
    "python": "app.handler",
    "nodejs": "index.handler",
    "java": "com.example.Handler::handleRequest",
    "ruby": "lambda_function.LambdaFunction::Handler.process",
}


def malformed_handler(subject: Subject) -> Iterator[Hit]:
    """LI203: a handler that the runtime's own grammar refuses."""
    step = _handler_step(subject)
    base = subject.aws_base
    if step is None or base is None or not step.instruction.json or len(step.instruction.arguments) != 1:
        return
    word = step.instruction.arguments[0]
    handler = word.text
    if "$" in handler or _PROGRAMS.match(handler.rpartition("/")[2]):
        return
    problem = handler_problem(base.language, handler)
    if problem is None:
        return
    edits: tuple[HitEdit, ...] = ()
    if problem.suggestion is not None:
        edits = (HitEdit(word.span, json.dumps(problem.suggestion, ensure_ascii=False)),)
    yield Hit(
        word.span,
        {
            "handler": handler,
            "reason": problem.reason,
            "error": problem.error,
            "suggestion": problem.suggestion or "MODULE.FUNCTION as the runtime wants it",
        },
        edits,
        variant="" if problem.suggestion is None else "suggestion",
        details={"language": base.language, "problem": problem.kind},
    )
