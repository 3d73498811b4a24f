"""LI213 and LI214: programs that Lambda's entrypoint, or the kernel, looks for where nothing put them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from posixpath import basename, join, normpath

from lintimg.aws.images import aws_base
from lintimg.checks.bases import plain_language
from lintimg.checks.contract.handlers import command_comes_from_code, inherited_arguments, is_program
from lintimg.checks.contract.image_contents import shipped_contents
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.checks.contract.start_folder import working_directory
from lintimg.checks.program import classified
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_RUNTIME = "/var/runtime"
_TOUCHES_RUNTIME = regex(r"/var/runtime|LAMBDA_RUNTIME_DIR")
_SYSTEM = frozenset(("apt", "yum", "dnf", "microdnf", "tdnf", "apk", "zypper"))
_PATH = "/var/lang/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin"


class Placed(NamedTuple):
    """A COPY or ADD of the shipped chain: its destination in the image and the last parts of what it copies."""

    step: Step
    copy: Copy
    target: str
    names: tuple[str, ...]

    def surely(self, name: str) -> str | None:
        """The path at which it puts a file called `name`, None when it puts none for sure."""
        if basename(self.target) == name:
            return self.target
        return join(self.target, name) if name in self.names else None

    def may_hold(self, path: str) -> bool:
        """Whether it may put something at `path`."""
        if not inside(path, self.target):
            return False
        name = basename(path)
        # A name without a dot may be that of a folder.
        return path == self.target or any(n == name or "." not in n or "*" in n for n in self.names)


def bootstrap_misplaced(subject: Subject) -> Iterator[Hit]:
    """A hit for an OS-only base whose entrypoint finds no bootstrap in /var/runtime."""
    base = subject.aws_base
    arguments = inherited_arguments(subject)
    if base is None or base.language != "provided" or arguments is None:
        return
    placed = _placed(subject)
    if not placed or any(inside(p.target, _RUNTIME) or inside(_RUNTIME, p.target) for p in placed):
        return
    for run in subject.shipped_runs:
        if any(script.unread for script in run.scripts) or inside(run.step.workdir or _RUNTIME, _RUNTIME):
            return
        texts = (run.instruction.rest.text, *(heredoc.content for heredoc in run.instruction.heredocs))
        if any(_TOUCHES_RUNTIME.search(text) for text in texts):
            return
    if shipped_contents(subject, "bootstrap").may_hold(f"{_RUNTIME}/bootstrap"):
        return
    for each in placed:
        path = each.surely("bootstrap")
        if path is not None:
            yield _misplaced(each, path)
            return
    cmd = subject.process.cmd
    if cmd is None or not cmd.instruction.json or len(arguments) != 1 or command_comes_from_code(subject):
        return
    word = cmd.instruction.arguments[-1]
    program = next((p for each in placed if (p := each.surely(basename(arguments[0])))), None)
    edits: tuple[HitEdit, ...] = ()
    if program is not None and len(cmd.instruction.arguments) == 1:
        edits = (HitEdit(cmd.instruction.keyword_span, "ENTRYPOINT"), HitEdit(word.span, json.dumps(program)))
    yield Hit(
        word.span,
        {"program": program or "/var/task/main", "word": arguments[0]},
        edits=edits,
        variant="" if program is not None else "none",
        details={"word": arguments[0]},
    )


def _misplaced(placed: Placed, path: str) -> Hit:
    word = placed.copy.destination
    edits: tuple[HitEdit, ...] = ()
    if len(placed.copy.sources) == 1 and not placed.step.instruction.json:
        edits = (HitEdit(word.span, "${LAMBDA_RUNTIME_DIR}/bootstrap"),)
    return Hit(word.span, {"path": path}, edits=edits, variant="misplaced", details={"path": path})


def _placed(subject: Subject) -> list[Placed] | None:
    """What the COPYs of the shipped chain bring, None when one of them cannot be told."""
    found = []
    escape = subject.document.escape
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None:
            continue
        written = expanded(copy.destination.text, step.environment, escape)
        target = None if written is None else absolute(step.workdir, written)
        if target is None:
            return None
        sources = [expanded(word.text, step.environment, escape) for word in copy.sources]
        if any(source is None for source in sources) or copy.parents:
            return None
        names = [basename((source or "").rstrip("/")) or "*" for source in sources]
        names = ["*" if name in (".", "..") else name for name in names]
        found.append(Placed(step, copy, target, (*names, *(heredoc.name for heredoc in copy.heredocs))))
    return found


def program_not_found(subject: Subject) -> Iterator[Hit]:
    """A hit for a program that ENTRYPOINT names by a relative path, or by a name that is in no folder of PATH."""
    process = subject.process
    step, words = process.entrypoint, process.entrypoint_arguments
    if not words:
        step, words = process.cmd, process.cmd_arguments
    if step is None or not words or not step.instruction.json or words[0].startswith("/") or "$" in words[0]:
        return
    if inherited_arguments(subject) is not None or classified(words[:1]).kind == "handler":
        return
    workdir = working_directory(subject)
    placed = _placed(subject)
    if workdir is None or placed is None or not words[0].strip("./"):
        return
    word = step.instruction.arguments[0]
    path = normpath(join(workdir, words[0]))
    name = basename(path)
    values = {"program": words[0], "name": name, "path": path, "folder": workdir}
    sure = _is_known(subject) and not _is_made_by_run(subject, name)
    elsewhere = next((p for each in reversed(placed) if (p := each.surely(name))), None)
    if "/" not in words[0]:
        folders = _searched(subject)
        if not sure or elsewhere is None or folders is None or is_program(classified(words[:1])):
            return
        if any(each.may_hold(join(folder, name)) for each in placed for folder in folders):
            return
        yield _hit(word, values | {"found": elsewhere}, "path", elsewhere)
    elif sure and elsewhere is not None and not any(each.may_hold(path) for each in placed):
        yield _hit(word, values | {"found": elsewhere}, "elsewhere", elsewhere)
    elif process.entrypoint is not None:
        yield _hit(word, values | {"found": path}, "", path)


def _hit(word: Word, values: dict[str, str], variant: str, path: str) -> Hit:
    return Hit(
        word.span,
        values,
        edits=(HitEdit(word.span, json.dumps(path)),),
        variant=variant,
        severity="error" if variant else None,
        details={"program": values["program"], "path": path},
    )


def _is_known(subject: Subject) -> bool:
    image = subject.base_image
    if image is None or any(deployment.entrypoint for deployment in subject.deployments):
        return False
    return image == "scratch" or aws_base(image) is not None or plain_language(image) is not None


def _is_made_by_run(subject: Subject, name: str) -> bool:
    """Whether a RUN names the program, or cannot be read: it may make or install it."""
    for run in subject.shipped_runs:
        texts = (run.instruction.rest.text, *(heredoc.content for heredoc in run.instruction.heredocs))
        if any(script.unread for script in run.scripts) or any(name in text for text in texts):
            return True
        if any(operation.manager not in _SYSTEM for operation in run.operations):
            return True
    return False


def _searched(subject: Subject) -> list[str] | None:
    """The folders of PATH, None when a variable hides them."""
    folders = _PATH.split(":")
    for setting in image_settings(subject):
        if setting.name == "PATH":
            if setting.value is None:
                return None
            folders += setting.value.split(":")
    return [normpath(folder) for folder in folders if folder.startswith("/")]
