"""Handlers and who reads them: what the inherited entrypoint gets, and by which language's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintimg.aws.handlers import handler_problem
from lintimg.checks.program import Program, classified
from lintimg.lazy import regex

if TYPE_CHECKING:
    from lintimg.lint.subject import Subject

_CLIENTS = (
    (regex(r"awslambdaric\b"), "python"),
    (regex(r"aws-lambda-ric\b"), "nodejs"),
    (regex(r"aws_lambda_ric\b"), "ruby"),
    (regex(r"lambda\.runtime\.api\.client\.AWSLambda\b"), "java"),
)
AWS_ENTRYPOINT = ("/lambda-entrypoint.sh",)
"""The entrypoint of AWS's base images; CDK's documentation repeats it where it gives a command."""
_PROGRAMS = ("interpreter", "launcher", "server", "shell")


def inherited_arguments(subject: Subject) -> tuple[str, ...] | None:
    """What the entrypoint of AWS's base image is handed; None when the image, or its deployment, starts something else."""
    if subject.aws_base is None:
        return None
    entrypoint = subject.process.entrypoint_arguments
    if not entrypoint or entrypoint[0] != AWS_ENTRYPOINT[0]:
        return None
    if any(d.function and d.entrypoint not in (None, (), AWS_ENTRYPOINT) for d in subject.deployments):
        return None
    cmd = subject.process.cmd_arguments
    return None if cmd is None else (*entrypoint[1:], *cmd)


def command_comes_from_code(subject: Subject) -> bool:
    """Whether infrastructure code gives every function of this image a command, so that CMD never counts."""
    functions = [deployment for deployment in subject.deployments if deployment.function]
    return bool(functions) and all(
        function.command or function.command_given or function.entrypoint for function in functions
    )


def handler_language(subject: Subject) -> str | None:
    """The language whose runtime reads CMD's handler: by AWS's base image with its own entrypoint, or by the
    runtime client that ENTRYPOINT starts. None when neither does.
    """
    if inherited_arguments(subject) is not None:
        return subject.aws_base.language if subject.aws_base is not None else None
    entrypoint = subject.process.entrypoint
    words = subject.process.entrypoint_arguments
    if entrypoint is None or not entrypoint.instruction.json or not words:
        return None
    # The handler may be the entrypoint's last word, with nothing left for CMD.
    for pattern, language in _CLIENTS:
        if pattern.search(words[-1]):
            return language
    return None


def is_handler(text: str, language: str) -> bool:
    """Whether the runtime of `language` can take `text` apart."""
    return handler_problem(language, text) is None


def is_program(program: Program) -> bool:
    """Whether `program` is a well-known one rather than a handler or something of the image's own."""
    return program.kind in _PROGRAMS


def is_program_name(word: str, language: str) -> bool:
    """Whether a lone `word` is a well-known program or a command line rather than a handler. On bases for any
    language every word is a handler.
    """
    if language in ("provided", "go"):
        return False
    return is_program(classified(tuple(word.split())))
