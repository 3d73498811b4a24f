"""LI227: packages installed where the runtime does not look for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from lintimg.checks.contract.handlers import handler_language, inherited_arguments
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.checks.effects import option_value
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_SEARCHED = ("/var/task", "/opt/python", "/var/lang", "/var/runtime", "/usr")
"""Where AWS's Python looks, below which only some folders count; /usr is where the system's own Python lives."""
_SYSTEM = ("/var/lang", "/usr", "/usr/local")
"""Environments that are the interpreter's own."""

_NO_VIRTUAL_ENVIRONMENT = regex(
    r"virtualenvs\.create\s+(?:false|0)\b|POETRY_VIRTUALENVS_CREATE[=\s]+[\"']?(?:false|0)\b", re.IGNORECASE
)
_BROUGHT = regex(r"site-packages|sys\.path|\.pth\b|addsitedir")
_OTHER_PYTHON = regex(r"/usr/(?:local/)?lib(?:64)?/python3")
_VENV_NAMES = frozenset((".venv", "venv", "env", ".env", "virtualenv"))
_USER = regex(r"--user\b")
_LAUNCHERS = frozenset(("uv", "uvx", "poetry", "pipenv", "pdm", "hatch", "rye"))
_MOST_FILES = 40


class Place(NamedTuple):
    """Where an installation goes that the runtime may not see: the folder (None: a cache of the manager's), the
    token that says so, and how it is called.
    """

    folder: str | None
    span: Span
    variant: str
    step: Step


def unseen_packages(subject: Subject) -> Iterator[Hit]:
    """A hit for each installation whose packages the function's interpreter does not search."""
    language = handler_language(subject)
    if language == "nodejs" and inherited_arguments(subject) is not None:
        yield from _global_modules(subject)
    if language != "python":
        return
    names = {setting.name for setting in image_settings(subject)}
    if "AWS_LAMBDA_EXEC_WRAPPER" in names:
        return
    if inherited_arguments(subject) is not None and "PYTHONPATH" not in names:
        yield from _for_another_python(subject)
    told: set[str | None] = set()
    for place in _places(subject):
        if place.folder in told or _seen(place, subject):
            continue
        told.add(place.folder)
        yield _hit(place, subject)


def _for_another_python(subject: Subject) -> Iterator[Hit]:
    """Packages of a stage that are copied to where the system's own Python would have them."""
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        stage = None if copy is None or copy.from_ is None else subject.build.stage_called(copy.from_)
        if copy is None or stage is None:
            continue
        written = expanded(copy.destination.text, step.environment, subject.document.escape)
        folder = None if written is None else absolute(step.workdir, written)
        if folder is None or not _OTHER_PYTHON.match(folder) or _code_brings(subject, ""):
            continue
        yield Hit(
            copy.destination.span,
            {"folder": folder, "python": "/var/lang/bin/python"},
            edits=(HitEdit(copy.destination.span, "${LAMBDA_TASK_ROOT}"),)
            if folder.endswith("-packages") and not step.instruction.json
            else (),
            variant="another python",
            details={"folder": folder, "way": "another python"},
        )


def _places(subject: Subject) -> Iterator[Place]:
    """The installations of the shipped chain that go to a folder of their own."""
    for step in subject.build.shipped_steps():
        if step.instruction.keyword == "RUN":
            yield from _installed(subject, subject.run(step))
        elif step.instruction.keyword in ("COPY", "ADD"):
            yield from _copied(subject, step)


def _installed(subject: Subject, run: ShippedRun) -> Iterator[Place]:
    step = run.step
    for operation in run.operations:
        command = operation.command
        if operation.action != "install" or command.conditional or command.function:
            continue
        verb = operation.verb.pieces if operation.verb is not None else ""
        if operation.manager == "pip":
            yield from _by_pip(subject, operation, step)
        elif operation.manager == "uv" and verb == "sync" and not operation.has("--active"):
            given = _variable(operation, step, "UV_PROJECT_ENVIRONMENT")
            folder = absolute(step.workdir, given or ".venv")
            if folder is not None and given != "":
                yield Place(folder, _command_span(operation), "uv", step)
        elif operation.manager == "poetry" and verb in ("install", "sync", "add"):
            if not _no_virtual_environment(subject, operation, step):
                yield Place(None, _command_span(operation), "poetry", step)
        elif operation.manager == "pipenv" and not (
            operation.has("--system") or _variable(operation, step, "PIPENV_SYSTEM") is not None
        ):
            yield Place(None, _command_span(operation), "pipenv", step)
    for script in run.scripts:
        for command in script.commands:
            words = [word.pieces for word in command.words]
            at = _venv_folder(words)
            if at is not None and not command.conditional:
                folder = absolute(step.workdir, command.words[at].value or "") if at >= 0 else None
                if at < 0:
                    folder = absolute(step.workdir, ".venv")
                if folder is not None and _filled(subject, folder):
                    span = command.words[at].span if at >= 0 else command.words[-1].span
                    yield Place(folder, span, "venv", step)


def _variable(operation: Operation, step: Step, name: str) -> str | None:
    """The value a variable has for a command; "" where it has one that is not known."""
    for assignment in reversed(operation.command.environment):
        if assignment.name == name:
            return "" if assignment.value is None else assignment.value.value or ""
    # Over an unknown base every name may be set.
    if name in step.environment.keys():  # noqa: SIM118
        return step.environment[name] or ""
    return None


def _by_pip(subject: Subject, operation: Operation, step: Step) -> Iterator[Place]:
    if operation.has("--user"):
        span = next(
            (word.span for word in operation.command.words if word.pieces == "--user"), operation.span
        )
        if _variable(operation, step, "PYTHONUSERBASE") is None:
            yield Place("/root/.local", span, "user", step)
        return
    target = option_value(operation, "-t", "--target")
    if target is None or "$(" in target or inherited_arguments(subject) is None:
        return
    values = dict(step.environment)
    folder = absolute(step.workdir, expanded(target, values) or "") if target else None
    if folder is None or not expanded(target, values):
        return
    span = next(
        (word.span for word in operation.command.words if word.pieces.rpartition("=")[2] == target),
        operation.span,
    )
    yield Place(folder, span, "target", step)


def _venv_folder(words: list[str]) -> int | None:
    """The place of the folder among the words of a command that makes a virtual environment; -1 for the usual one."""
    name = basename(words[0]) if words else ""
    if re.match(r"python[\d.]*\Z", name) and words[1:3] in (["-m", "venv"], ["-m", "virtualenv"]):
        start = 3
    elif name == "virtualenv":
        start = 1
    elif words[:2] == ["uv", "venv"]:
        start = 2
    else:
        return None
    operands = [at for at in range(start, len(words)) if not words[at].startswith("-")]
    if not operands:
        return -1 if name == "uv" else None
    return operands[-1]


def _filled(subject: Subject, folder: str) -> bool:
    """Whether the shipped chain installs into the virtual environment `folder`."""
    for run in subject.shipped_runs:
        text = run.step.instruction.text.text
        if not any(operation.action == "install" for operation in run.operations):
            continue
        values = run.step.environment
        path = values.get("PATH") if "PATH" in values else None
        if values.get("VIRTUAL_ENV") == folder or (path or "").startswith(f"{folder}/bin"):
            return True
        if f"{basename(folder)}/bin/" in text or (basename(folder) == ".venv" and "uv pip" in text):
            return True
    return False


def _copied(subject: Subject, step: Step) -> Iterator[Place]:
    """A virtual environment that comes from another stage."""
    copy = read_copy(step.instruction)
    if copy is None or copy.from_ is None:
        return
    stage = subject.build.stage_called(copy.from_)
    destination = expanded(copy.destination.text, step.environment, subject.document.escape)
    if stage is None or destination is None:
        return
    for word in copy.sources:
        name = basename(word.text.rstrip("/"))
        if name in _VENV_NAMES:
            folder = absolute(step.workdir, destination)
            if folder is not None and destination.endswith(("/", ".")) and not destination.endswith("venv/"):
                folder = f"{folder.rstrip('/')}/{name}" if basename(folder) != name else folder
            if folder is not None:
                yield Place(folder, word.span, "copied", step)
        elif name == ".local" and _USER.search(_stage_text(subject, stage.number)):
            yield Place("/root/.local", word.span, "user", step)


def _stage_text(subject: Subject, number: int) -> str:
    return "\n".join(
        step.instruction.text.text
        for step in subject.build.stages[number].steps
        if step.instruction.keyword == "RUN"
    )


def _no_virtual_environment(subject: Subject, operation: Operation, step: Step) -> bool:
    if _NO_VIRTUAL_ENVIRONMENT.search(subject.document.source.text):
        return True
    if _variable(operation, step, "POETRY_VIRTUALENVS_CREATE") is not None:
        return True
    found = subject.manifest(step, "poetry.toml")
    return found is not None and b"create" in (found.data or b"")


def _command_span(operation: Operation) -> Span:
    words = operation.command.words
    end = operation.verb.span.end if operation.verb is not None else words[0].span.end
    return Span(operation.span.start, end)


def _seen(place: Place, subject: Subject) -> bool:
    """Whether something makes the runtime search the folder, or may do so."""
    if place.folder is not None and place.variant == "target" and _is_searched(place.folder):
        return True
    if place.folder in _SYSTEM:
        return True
    name = basename(place.folder) if place.folder else ""
    for step in subject.build.shipped_steps():
        keyword = step.instruction.keyword
        if keyword == "ENV" and "PYTHONPATH" in step.instruction.rest.text:
            value = step.instruction.rest.text
            if "site-packages" in value or (name and name in value):
                return True
        elif keyword in ("RUN", "COPY", "ADD") and step.instruction.number >= place.step.instruction.number:
            text = step.instruction.text.text
            if _BROUGHT.search(text):
                return True
            later = step.instruction.number > place.step.instruction.number
            if later and place.variant == "target" and name and name in text:
                return True
    return _activated(place, subject) or _code_brings(subject, name)


def _is_searched(folder: str) -> bool:
    """Whether AWS's Python searches `folder` itself."""
    if folder in ("/var/task", "/opt/python", "/var/runtime"):
        return True
    return not inside(folder, "/var/task") and any(inside(folder, each) for each in _SEARCHED)


def _activated(place: Place, subject: Subject) -> bool:
    """Whether the process is one of the virtual environment's own. AWS's entrypoint never is: it starts /var/lang/bin/python."""
    words = subject.process.entrypoint_arguments
    if inherited_arguments(subject) is not None or not words:
        return False
    first = words[0]
    if basename(first) in _LAUNCHERS:
        return True
    if place.folder is None or place.variant == "user":
        return not re.match(r"(?:/.*/)?python[\d.]*\Z", first)
    if "/" in first:
        return basename(place.folder) in first or not re.match(r".*/python[\d.]*\Z", first)
    path = _final_value(subject, "PATH")
    return path is None or path.startswith(place.folder)


def _final_value(subject: Subject, name: str) -> str | None:
    value: str | None = ""
    for setting in image_settings(subject):
        if setting.name == name:
            value = setting.value
    return value


def _code_brings(subject: Subject, name: str) -> bool:
    """Whether the function's own code adds folders to its search path."""
    context = subject.context
    if context is None:
        return False
    read = 0
    for file in context.files:
        if file.path.endswith((".py", ".pth")):
            read += 1
            text = (context.read(file.path, 100_000) or b"").decode("utf-8", "replace")
            if _BROUGHT.search(text) or (len(name) > 3 and name in text):
                return True
            if read >= _MOST_FILES:
                return False
    return False


def _hit(place: Place, subject: Subject) -> Hit:
    on_aws = inherited_arguments(subject) is not None
    search = _packages_folder(place, subject)
    edits: tuple[HitEdit, ...] = ()
    if place.variant == "user" and subject.document.source.slice(place.span) == "--user":
        start = place.span.start
        text = subject.document.source.text
        end = place.span.end + (text[place.span.end : place.span.end + 1] == " ")
        edits = (HitEdit(Span(start, end), ""),)
    elif search is not None:
        edits = _set_before_start(subject, search)
    return Hit(
        place.span,
        {
            "folder": place.folder or "a virtual environment in its cache",
            "python": "/var/lang/bin/python" if on_aws else "the Python in ENTRYPOINT",
            "search": search or "…/site-packages",
        },
        edits,
        place.variant,
        details={"folder": place.folder, "way": place.variant},
    )


def _packages_folder(place: Place, subject: Subject) -> str | None:
    """What PYTHONPATH would have to name."""
    if place.folder is None or place.variant == "user":
        return None
    if place.variant == "target":
        return place.folder
    runtime = subject.aws_base.runtime if subject.aws_base is not None else None
    if runtime is None or runtime.language != "python":
        return None
    return f"{place.folder}/lib/python{runtime.tag}/site-packages"


def _set_before_start(subject: Subject, value: str) -> tuple[HitEdit, ...]:
    process = subject.process
    steps = [
        s for s in (process.entrypoint, process.cmd) if s is not None and s.stage == subject.build.target
    ]
    if not steps or "PYTHONPATH" in {setting.name for setting in image_settings(subject)}:
        return ()
    at = min(step.instruction.span.start for step in steps)
    return (HitEdit(Span(at, at), f"ENV PYTHONPATH={value}\n"),)


def _global_modules(subject: Subject) -> Iterator[Hit]:
    """Libraries that npm installs for its own programs only."""
    if any(setting.name == "NODE_PATH" for setting in image_settings(subject)):
        return
    libraries = frozenset(table("node_libraries")["libraries"])
    for run in subject.shipped_runs:
        for operation in run.operations:
            if operation.manager not in ("npm", "yarn", "pnpm") or operation.action != "install":
                continue
            option = next((w for w in operation.command.words if w.pieces in ("-g", "--global")), None)
            if option is None or operation.command.conditional:
                continue
            for package in operation.packages:
                if package.name in libraries or package.name.startswith("@aws-sdk/"):
                    yield Hit(
                        option.span,
                        {"package": package.name, "folder": "/var/lang/lib/node_modules"},
                        variant="global",
                        details={"folder": "/var/lang/lib/node_modules", "way": "global"},
                    )
                    break
