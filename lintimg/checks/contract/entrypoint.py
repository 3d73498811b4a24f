"""LI206: an ENTRYPOINT after which nothing asks Lambda for events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, splitext

from lintimg.aws.handlers import looks_like_handler
from lintimg.checks.contract.handlers import is_handler
from lintimg.checks.contract.runtime_client import runtime_client
from lintimg.checks.program import Program, classified
from lintimg.dockerfile.build import Step
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_INHERITED = regex(r"lambda[-_]entrypoint\.sh|aws-lambda-rie|/bootstrap\Z")
_WRAPPER_NAME = regex(r"entry[-_]?point|bootstrap|wrapper|launcher", re.IGNORECASE)
_HANDS_OVER = regex(r"lambda-entrypoint|var/runtime|LAMBDA_RUNTIME_DIR|_HANDLER\b|aws-lambda-rie")
_SCRIPT_LIMIT = 500_000
_STARTERS = ("interpreter", "launcher", "server", "shell", "handler")
_TOOLS = frozenset(("pytest", "jest", "mvn", "gradle", "rake"))
_MODULE = regex(r"[A-Za-z_][\w/-]*\Z")


def entrypoint_without_runtime_client(subject: Subject) -> Iterator[Hit]:
    """A hit for an ENTRYPOINT that takes the place of AWS's own and starts no runtime client."""
    base, process = subject.aws_base, subject.process
    step = process.entrypoint
    if base is None or step is None or process.entrypoint_arguments is None:
        return
    if any(deployment.function and deployment.entrypoint for deployment in subject.deployments):
        return
    words = (*process.entrypoint_arguments, *(process.cmd_arguments or ()))
    if any(_INHERITED.search(word) for word in words):
        return
    program = classified(words)
    handler = _handler(process.cmd_arguments, base.language)
    function = handler is not None or any(deployment.function for deployment in subject.deployments)
    if (
        not _is_mistake(program, function)
        or _hands_over(subject, program)
        or runtime_client(subject).verdict != "absent"
    ):
        return
    arguments = step.instruction.arguments
    variant = "provided" if base.language in ("provided", "go") else ""
    if program.kind == "handler":
        variant = "handler"
    elif handler is not None and not variant:
        variant = "command"
    yield Hit(
        arguments[0].span if arguments else step.instruction.keyword_span,
        {
            "program": program.name,
            "language": base.language,
            "handler": handler or _guess(program, base.language),
        },
        edits=_edits(subject, step, program, handler),
        variant=variant,
        # Whoever runs AWS's image elsewhere, on ECS say, starts a program of its own, too; and a script that
        # cannot be read may start the client.
        severity=None
        if program.kind == "handler" or (function and subject.context is not None)
        else "warning",
        details={"program": program.name, "language": base.language},
    )


def _is_mistake(program: Program, function: bool) -> bool:
    """Whether `program` is one that brings no client; `function` tells that Lambda is sure to start it."""
    if program.kind not in _STARTERS or program.name in _TOOLS:
        return False
    # A bare shell is for people and for tools that only build.
    return program.kind != "shell" or function


def _hands_over(subject: Subject, program: Program) -> bool:
    """Whether a script that is started goes on to start AWS's entrypoint, or may well do so by its name."""
    for word in program.words[1:]:
        path = word.removeprefix("/var/task/").removeprefix("./")
        data = None if subject.context is None else subject.context.read(path, _SCRIPT_LIMIT)
        if data is not None:
            if _HANDS_OVER.search(data.decode("utf-8", "replace")):
                return True
        elif _WRAPPER_NAME.search(basename(path)):
            return True
    return False


def _handler(arguments: tuple[str, ...] | None, language: str) -> str | None:
    """CMD's one word if it is a handler."""
    if arguments is None or len(arguments) != 1 or not looks_like_handler(arguments[0]):
        return None
    return arguments[0] if is_handler(arguments[0], language) else None


def _guess(program: Program, language: str) -> str:
    """The handler that the started script would probably have."""
    if language in ("python", "nodejs", "ruby"):
        for word in program.words[1:]:
            stem, ending = splitext(word)
            stem = stem.removeprefix("./").removeprefix("/var/task/")
            if ending in (".py", ".js", ".mjs", ".cjs", ".rb") and _MODULE.match(stem):
                return f"{stem}.handler"
    return {"nodejs": "index.handler", "java": "com.example.Handler::handleRequest"}.get(
        language, "app.handler"
    )


def _edits(subject: Subject, step: Step, program: Program, handler: str | None) -> tuple[HitEdit, ...]:
    """The edits that leave the start to AWS's entrypoint, where CMD already has, or can get, the handler."""
    instruction = step.instruction
    process = subject.process
    if program.kind == "handler":
        entry = process.entrypoint_arguments or ()
        if process.cmd is None and len(entry) == 1 and instruction.json and basename(entry[0]) == entry[0]:
            return (HitEdit(instruction.keyword_span, "CMD"),)
        if not entry and process.cmd is not None:
            return (_removal(subject, step),)
        return ()
    return (_removal(subject, step),) if handler is not None and step.stage == subject.build.target else ()


def _removal(subject: Subject, step: Step) -> HitEdit:
    text = subject.document.source.text
    span = step.instruction.span
    end = text.find("\n", span.end)
    return HitEdit(Span(span.start, len(text) if end < 0 else end + 1), "")
