"""LI408: Python packages without bytecode, which a function cannot write itself."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.asked import kept_runs
from lintimg.lint.installs import compiles_bytecode
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.shell.script import Command

_OPTIONS = {"uv": "--compile-bytecode", "poetry": "--compile"}
_MANAGERS = frozenset(("pip", *_OPTIONS))
_COMPILERS = ("compileall", "py_compile")


def no_bytecode(subject: Subject) -> Iterator[Hit]:
    """A hit for each installation of Python packages that leaves no bytecode, and for each command that deletes it."""
    text = subject.document.source.text
    if any(word in text for word in _COMPILERS):
        return
    installed = False
    for run in kept_runs(subject):
        for operation in run.operations:
            if operation.manager in _MANAGERS and operation.action == "install" and _is_whole(operation):
                installed = True
                if not compiles_bytecode(run.step, operation):
                    yield _hit(subject, operation)
        if installed:
            yield from _deletions(run)


def _is_whole(operation: Operation) -> bool:
    """Whether the call installs packages, and more than tools."""
    verb = operation.verb.pieces if operation.verb is not None else ""
    if operation.manager == "uv" and verb not in ("sync", "pip install", "pip sync"):
        return False
    return bool(operation.packages or operation.manifests or verb in ("sync", "install"))


def _hit(subject: Subject, operation: Operation) -> Hit:
    option = _OPTIONS.get(operation.manager, "--no-compile")
    edits: tuple[HitEdit, ...] = ()
    if operation.manager in _OPTIONS and operation.verb is not None:
        end = operation.verb.span.end
        edits = (HitEdit(Span(end, end), f" {option}"),)
    else:
        words = [word for word in operation.command.words if word.pieces == option]
        start = words[0].span.start if words else 0
        if words and subject.document.source.text[start - 1] == " ":
            edits = (HitEdit(Span(start - 1, words[0].span.end), ""),)
    return Hit(
        operation.span,
        {"program": operation.program, "option": option},
        edits=edits,
        variant="pip" if operation.manager == "pip" else "",
        details={"manager": operation.manager},
    )


def _deletions(run: ShippedRun) -> Iterator[Hit]:
    for script in run.scripts:
        for command in script.commands:
            if _deletes(command):
                yield Hit(command.words[0].span, variant="deleted", details={"manager": command.name})
                return


def _deletes(command: Command) -> bool:
    """Whether `command` is one of the usual ones that take the bytecode of all packages away."""
    if command.name not in ("find", "rm"):
        return False
    words = [word.pieces for word in command.arguments]
    if not any("__pycache__" in word or word.endswith((".pyc", ".py[co]")) for word in words):
        return False
    return command.name == "rm" or any(word in ("-delete", "rm") or word.endswith("/rm") for word in words)
