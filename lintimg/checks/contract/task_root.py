"""LI211: code that is copied to where the runtime does not look for the handler."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import basename

from lintimg.aws.handlers import wrapped_by
from lintimg.aws.images import aws_base
from lintimg.aws.runtimes import Runtime
from lintimg.checks.contract.handlers import (
    command_comes_from_code,
    handler_language,
    inherited_arguments,
    is_handler,
    is_program_name,
)
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_TASK_ROOT = "/var/task"
_SEARCHED: Mapping[str, tuple[str, ...]] = {
    "python": ("/opt/python", "/var/lang", "/var/runtime"),
    "nodejs": (),
    "ruby": ("/opt/ruby", "/var/lang", "/var/runtime"),
    "java": ("/opt/java", "/var/runtime"),
    "dotnet": ("/var/runtime",),
}
_NEVER_CODE = (
    "/opt",
    "/etc",
    "/usr/local",
    "/usr/share",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/var/runtime",
    "/var/lang",
)
_FILLS_TASK_ROOT = regex(r"/var/task|LAMBDA_TASK_ROOT|sys\.path|\.pth\b")
_NOT_CODE = regex(
    r"(?:^|[-_./])(?:requirements[\w.-]*|constraints[\w.-]*|package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|pyproject\.toml"
    r"|uv\.lock|Pipfile(?:\.lock)?|Gemfile(?:\.lock)?|[\w.-]*\.(?:repo|conf|cfg|crt|pem|ttf|otf|zip|gz|tar|whl|rpm|sh))\Z"
)


class Placement(NamedTuple):
    """A COPY or ADD of the shipped chain and the folder or file it makes in the image."""

    step: Step
    destination: Word
    written: str
    path: str
    code: bool


def handler_outside_task_root(subject: Subject) -> Iterator[Hit]:
    """A hit where all code is copied outside of what the runtime searches."""
    return _misplaced(subject, only_task_root=_only_task_root(subject))


def loses_handler(subject: Subject, image: str) -> bool:
    """Whether on `image` the runtime would not find the handler any more, and no edit mends that."""
    base, now = aws_base(image), subject.aws_base
    if base is None or now is None or base.runtime is None or not _ignores_working_directory(base.runtime):
        return False
    before = () if _only_task_root(subject) else _misplaced(subject, only_task_root=True)
    return any(not hit.edits for hit in before)


def _misplaced(subject: Subject, *, only_task_root: bool) -> Iterator[Hit]:
    """The hit where the code is neither in a folder that the runtime searches nor, unless `only_task_root`, in the
    working directory.
    """
    handler = _handler(subject)
    language = handler_language(subject)
    if handler is None or language is None or language not in _SEARCHED:
        return
    searched = _searched(subject, language)
    placements = _placements(subject)
    if searched is None or placements is None or _filled_otherwise(subject, searched):
        return
    if any(inside(p.path, folder) or inside(folder, p.path) for p in placements for folder in searched):
        return
    candidates = [p for p in placements if p.code and not any(inside(p.path, no) for no in _NEVER_CODE)]
    if not candidates:
        return
    chosen = _best(candidates, handler)
    workdir = _working_directory(subject)
    at_workdir = workdir is not None and inside(chosen.path, workdir[1])
    if at_workdir and not only_task_root:
        return
    yield _hit(subject, chosen, handler, workdir if at_workdir else None)


def _handler(subject: Subject) -> str | None:
    """The handler that the runtime looks for by its name."""
    arguments = inherited_arguments(subject)
    language = handler_language(subject)
    if arguments is None or len(arguments) != 1 or language is None or command_comes_from_code(subject):
        return None
    handler = arguments[0]
    if wrapped_by(handler) or is_program_name(handler, language) or not is_handler(handler, language):
        return None
    return None if handler.startswith("/") else handler


def _only_task_root(subject: Subject) -> bool:
    """Whether the runtime leaves the working directory out."""
    if handler_language(subject) != "nodejs":
        return handler_language(subject) in ("python", "java")
    runtime = subject.aws_base.runtime if subject.aws_base else None
    return runtime is not None and _ignores_working_directory(runtime)


def _ignores_working_directory(runtime: Runtime) -> bool:
    """Whether it is a Node.js that leaves the working directory out: it looked there up to version 22 (aws-lambda-ric 3,
    bin/index.mjs); version 24 has LAMBDA_TASK_ROOT alone.
    """
    major = runtime.tag.partition(".")[0]
    return runtime.runtime.startswith("nodejs") and major.isdecimal() and int(major) >= 24


def _searched(subject: Subject, language: str) -> tuple[str, ...] | None:
    """The folders that `language`'s runtime searches; None when a variable hides them."""
    folders = [_TASK_ROOT, *_SEARCHED[language]]
    for setting in image_settings(subject):
        if setting.name in (
            "LAMBDA_TASK_ROOT",
            "PYTHONPATH",
            "RUBYLIB",
            "GEM_PATH",
            "CLASSPATH",
            "NODE_PATH",
        ):
            if setting.value is None:
                return None
            folders += [path.rstrip("/") or "/" for path in setting.value.split(":") if path.startswith("/")]
        elif setting.name == "AWS_LAMBDA_EXEC_WRAPPER":
            return None
    return tuple(folders)


def _placements(subject: Subject) -> list[Placement] | None:
    """Where the shipped chain's COPYs lead; None when one of them cannot be told."""
    found = []
    escape = subject.document.escape
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None:
            continue
        written = expanded(copy.destination.text, step.environment, escape)
        path = None if written is None else absolute(step.workdir, written)
        if written is None or path is None:
            return None
        code = not all(_NOT_CODE.search(word.text) for word in copy.sources) if copy.sources else False
        found.append(Placement(step, copy.destination, written, path, code))
    return found


def _filled_otherwise(subject: Subject, searched: tuple[str, ...]) -> bool:
    """Whether a RUN may bring the code to where it is searched: it names the folder, works in it, or installs the project."""
    for run in subject.shipped_runs:
        text = run.step.instruction.rest.text
        heredocs = run.step.instruction.heredocs
        if _FILLS_TASK_ROOT.search(text) or any(_FILLS_TASK_ROOT.search(h.content) for h in heredocs):
            return True
        if any(script.unread for script in run.scripts):
            return True
        workdir = run.step.workdir
        if workdir is None:
            return True
        installs = {operation.command for operation in run.operations}
        commands = [command for script in run.scripts for command in script.commands]
        in_searched = any(inside(workdir, folder) for folder in searched)
        if in_searched and any(command not in installs for command in commands):
            return True
        for operation in run.operations:
            kinds = {package.kind for package in operation.packages}
            if kinds & {"path", "variable", "vcs"} or operation.manager in ("uv", "poetry", "pdm", "bundle"):
                return True
    return False


def _best(candidates: list[Placement], handler: str) -> Placement:
    """The COPY that most likely brings the handler's file."""
    stem = basename(handler.partition("::")[0].rpartition(".")[0].replace(".", "/")) or handler
    for placement in candidates:
        copy = read_copy(placement.step.instruction)
        for word in copy.sources if copy is not None else ():
            if basename(word.text).partition(".")[0] == stem:
                return placement
    return candidates[0]


def _working_directory(subject: Subject) -> tuple[Word, str] | None:
    """The last WORKDIR and the folder it leads to."""
    step = subject.build.last("WORKDIR")
    if step is None or not step.instruction.arguments:
        return None
    word = step.instruction.arguments[0]
    written = expanded(word.text, step.environment, subject.document.escape)
    path = None if written is None else absolute(step.workdir, written)
    return None if path is None else (word, path)


def _hit(subject: Subject, chosen: Placement, handler: str, workdir: tuple[Word, str] | None) -> Hit:
    relative = not chosen.written.startswith("/")
    word = workdir[0] if workdir is not None and relative else chosen.destination
    text = subject.document.source.text
    written = subject.document.source.slice(word.span)
    folder = (workdir[1] if workdir is not None and relative else chosen.path).rstrip("/")
    edits: tuple[HitEdit, ...] = ()
    if written.startswith("/") and len(re.findall(rf"{re.escape(folder)}(?![\w-])", text)) == 1:
        slash = "/" if written.endswith("/") and word is chosen.destination else ""
        edits = (HitEdit(word.span, f"${{LAMBDA_TASK_ROOT}}{slash}"),)
    return Hit(
        word.span,
        {"handler": handler, "folder": folder, "instruction": chosen.step.instruction.keyword},
        edits=edits,
        variant="workdir" if workdir is not None else "",
        severity="warning" if workdir is not None else None,
        details={"handler": handler, "folder": folder},
    )
