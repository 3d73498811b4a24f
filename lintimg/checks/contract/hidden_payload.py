"""LI226: what the function needs, put where it cannot get at it: /tmp and root's home."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import basename
from typing import Any

from lintimg.checks.contract.cache_folders import fills_cache
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.checks.contract.task_root import handler_outside_task_root
from lintimg.checks.effects import covers, placed_commands, removals
from lintimg.checks.made import fetched
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import regex
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span

_HIDDEN = ("/tmp", "/root")  # noqa: S108 - paths of the image
_BUILD_SETTINGS = regex(
    r"/root/\.(?!cache/)|/(?:requirements|constraints)[\w.-]*\.txt$|\.(?:sh|repo|asc|gpg)$"
)
_PROGRAM_ENDINGS = (".py", ".js", ".mjs", ".cjs", ".sh", ".rb", ".jar", ".php")


def hidden_payload(subject: Subject) -> Iterator[Hit]:
    """A hit for each thing the function needs that lies in a folder which Lambda hides."""
    hits = [*_started(subject), *_working_directory(subject)]
    if any(True for _ in handler_outside_task_root(subject)):
        # That rule speaks of the same instructions.
        hits = []
    else:
        hits += _copied(subject, told={hit.values["path"] for hit in hits})
    yield from hits
    yield from _fetched(subject)
    yield from _caches(subject)


def _hidden(path: str | None) -> str | None:
    """The hidden folder that `path` lies in."""
    for folder in _HIDDEN:
        if path is not None and inside(path, folder):
            return folder
    return None


def _hit(span: Span, path: str, folder: str, *, sure: bool, variant: str = "") -> Hit:
    kind = "temporary" if folder == _HIDDEN[0] else "root"
    return Hit(
        span,
        {"path": path, "folder": folder, "name": basename(path) or path, "instruction": ""},
        variant=f"{variant} {kind}".strip(),
        severity="error" if sure else None,
        details={"folder": folder, "path": path},
    )


def _started(subject: Subject) -> Iterator[Hit]:
    """Programs in a hidden folder that ENTRYPOINT and CMD start."""
    process = subject.process
    for step in (process.entrypoint, process.cmd):
        if step is None or not step.instruction.json:
            continue
        for number, word in enumerate(step.instruction.arguments[:3]):
            folder = _hidden(word.text if word.text.startswith("/") else None)
            starts = number == 0 or word.text.endswith(_PROGRAM_ENDINGS)
            if folder is not None and starts and word.text.rstrip("/") != folder:
                yield _hit(word.span, word.text, folder, sure=True, variant="started")


def _working_directory(subject: Subject) -> Iterator[Hit]:
    """The folder the process starts in: closed, or emptied of the code that was copied there."""
    step = subject.build.last("WORKDIR")
    if step is None or not step.instruction.arguments:
        return
    word = step.instruction.arguments[0]
    path = _path(word, step, subject)
    folder = _hidden(path)
    if path is None or folder is None:
        return
    entry = subject.process.entrypoint_arguments or subject.process.cmd_arguments
    if not entry:
        return
    filled = any(inside(made, path) for made, _, _ in _placed(subject, step))
    if filled or folder == "/root":
        yield _hit(word.span, path, folder, sure=filled, variant="workdir")


def _path(word: Word, step: Step, subject: Subject) -> str | None:
    written = expanded(word.text, step.environment, subject.document.escape)
    return None if written is None else absolute(step.workdir, written)


def _placed(subject: Subject, after: Step | None = None) -> Iterator[tuple[str, Word, Step]]:
    """Where the shipped chain's COPYs lead, with the destination's word."""
    for step in subject.build.shipped_steps():
        if after is not None and step.instruction.number < after.instruction.number:
            continue
        copy = read_copy(step.instruction)
        if copy is not None:
            path = _path(copy.destination, step, subject)
            if path is not None:
                yield path, copy.destination, step


def _copied(subject: Subject, told: set[object]) -> Iterator[Hit]:
    """What COPY and ADD put into a hidden folder and no RUN uses."""
    if any(isinstance(path, str) for path in told):
        return
    for path, word, step in _placed(subject):
        folder = _hidden(path)
        if folder is None:
            continue
        names = _names(step, path)
        paths = {path, *(f"{path.rstrip('/')}/{name}" for name in names)}
        if any(_BUILD_SETTINGS.search(each) for each in paths) or _used(subject, step, path, names):
            continue
        yield _hit(word.span, path, folder, sure=False, variant="copied")


def _names(step: Step, path: str) -> set[str]:
    """What the files that a COPY brings are called, as far as that is written."""
    copy = read_copy(step.instruction)
    words = [word.text for word in copy.sources] if copy is not None else []
    return {basename(path), *(basename(word.rstrip("/")) for word in words)} - {"", ".", "*"}


def _mentions(folder: str, path: str) -> re.Pattern[str]:
    """What tells that a text means `path`, or a folder on the way to it, with all that is in it."""
    above = [path[:at] for at in range(len(folder), len(path) + 1) if path[at : at + 1] in ("/", "")]
    return re.compile(rf"(?:{'|'.join(map(re.escape, above))})/?(?:\.|\*)?(?![\w./-])")


def _used(subject: Subject, after: Step, path: str, names: set[str]) -> bool:
    """Whether a later RUN may use or remove what lies at `path`."""
    folder = _hidden(path) or path
    mentions = _mentions(folder, path)
    for run in subject.shipped_runs:
        if run.step.instruction.number < after.instruction.number:
            continue
        text = run.step.instruction.text.text + "".join(h.content for h in run.step.instruction.heredocs)
        if (
            mentions.search(text)
            or (folder == "/root" and "~" in text)
            or any(name in text for name in names)
        ):
            return True
        if run.step.workdir is None or inside(run.step.workdir, folder):
            return True
        if any(script.unread for script in run.scripts):
            return True
    return False


def _fetched(subject: Subject) -> Iterator[Hit]:
    """Downloads into a hidden folder that nothing in the build uses or removes."""
    for run in subject.shipped_runs:
        text = run.step.instruction.text.text
        if "/tmp" not in text and "/root" not in text:  # noqa: S108
            continue
        places = list(placed_commands(run))
        for at, placed in enumerate(places):
            for made in fetched(placed):
                path = made.path.replace("~", "/root", 1) if made.path.startswith("~") else made.path
                folder = _hidden(path)
                name = basename(path.rstrip("/"))
                if folder is None or not name or path == folder or _BUILD_SETTINGS.search(path):
                    continue
                later = places[at + 1 :]
                if any(name in word.raw for other in later for word in other.command.words):
                    continue
                if any(covers(gone.path, made.path) for other in later for gone in removals(other)):
                    continue
                following = [other for other in later if other.command.pipeline == placed.command.pipeline]
                if following or any(folder in word.raw for other in later for word in other.command.words):
                    continue
                if not _used_later(subject, run.step, name, folder):
                    yield _hit(made.span, path, folder, sure=False, variant="fetched")


def _used_later(subject: Subject, step: Step, name: str, folder: str) -> bool:
    for run in subject.shipped_runs:
        if run.step.instruction.number > step.instruction.number:
            text = run.step.instruction.text.text
            if name in text or folder in text:
                return True
    return False


def _caches(subject: Subject) -> Iterator[Hit]:
    """Variables that make a RUN download to /tmp what the function needs."""
    settings = {setting.name: setting for setting in image_settings(subject)}
    rows: list[Mapping[str, Any]] = table("cache_folders")["rows"]
    for row in rows:
        for name in row["variables"]:
            setting = settings.get(name)
            value = setting.value if setting is not None else None
            if setting is None or value is None or not inside(value, _HIDDEN[0]) or row.get("scratch"):
                continue
            if not _filled(row, setting.step, subject):
                continue
            hit = _hit(setting.value_word.span, value, _HIDDEN[0], sure=False, variant="cache")
            wanted = row["baked"]
            yield hit._replace(
                values={**hit.values, "what": row["what"], "variable": name, "wanted": wanted},
                edits=(HitEdit(setting.value_word.span, wanted),),
            )
            break


def _filled(row: Mapping[str, Any], after: Step, subject: Subject) -> bool:
    return any(
        fills_cache(row, command, run, subject) is not None
        for run in subject.shipped_runs
        if run.step.instruction.number > after.instruction.number
        for script in run.scripts
        for command in script.commands
        if not command.environment
    )
