"""LI645 to LI647: what an image that begins empty does not have: a shell, files to copy, names of users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from posixpath import basename, join

from lintimg.checks.shell_form import plain_words, shown
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.dockerfile.document import Word
from lintimg.dockerfile.mounts import read_mounts
from lintimg.lint.image_files import absolute, expanded, inside, steps_of
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_SHOWN = 60
_FILLING = ("COPY", "ADD", "RUN", "WORKDIR")
_PASSWORDS = "/etc/passwd"
_STARTS = ("CMD", "ENTRYPOINT", "HEALTHCHECK")


def missing_shell(subject: Subject) -> Iterator[Hit]:
    """LI645: a hit for each command in shell form where nothing can have brought the shell."""
    for stage in subject.build.stages:
        if _begins_empty(subject, stage):
            for step in stage.steps:
                word = _shell_command(step)
                if word is not None and lacks_shell(subject, step):
                    yield _missing_shell(step, word)


def lacks_shell(subject: Subject, step: Step) -> bool:
    """Whether a command in shell form is run in a build or a container that has not the shell of it."""
    stage = subject.build.stages[step.stage]
    shell = step.shell[0] if step.shell else ""
    if not shell.startswith("/") or not _begins_empty(subject, stage):
        return False
    if step.instruction.keyword == "RUN":
        used = stage.number in subject.build.used
        return used and not _may_have(subject, stage.number, shell, step.instruction.number)
    final = subject.final_stage
    return final is not None and _starts(subject, step) and not _may_have(subject, final.number, shell, None)


def empty_copy_source(subject: Subject) -> Iterator[Hit]:
    """LI646: a hit for each COPY from a stage into which nothing was put."""
    for step in subject.steps.get("COPY", ()):
        copy = read_copy(step.instruction)
        stage = subject.build.stage_called(copy.from_) if copy is not None and copy.from_ else None
        if copy is None or stage is None or stage.number >= step.stage or not _begins_empty(subject, stage):
            continue
        if any(each.instruction.keyword in _FILLING for each in steps_of(subject.build, stage.number)):
            continue
        for source in copy.sources:
            # The folder itself is there and can be copied.
            if source.text.strip("./") and "*" not in source.text:
                yield Hit(
                    source.span,
                    {"path": source.text, "stage": copy.from_},
                    details={"from": copy.from_},
                )


def unknown_user(subject: Subject) -> Iterator[Hit]:
    """LI647: a hit for the user by whose name a container starts in which no file says who that is."""
    step = subject.build.last("USER")
    if step is None or not step.instruction.arguments:
        return
    stage = subject.build.stages[step.stage]
    word = step.instruction.arguments[0]
    value = expanded(word.text, step.environment, subject.document.escape)
    name = "" if value is None else value.partition(":")[0]
    final = subject.final_stage
    if final is None or not name or name.isdecimal() or name == "root" or not _begins_empty(subject, stage):
        return
    if not _may_have(subject, final.number, _PASSWORDS, None):
        yield Hit(word.span, {"user": name}, details={"user": name})


def _begins_empty(subject: Subject, stage: Stage) -> bool:
    return subject.build.stages[stage.root].base_image == "scratch"


def _shell_command(step: Step) -> Word | None:
    """What a shell would have to read."""
    instruction = step.instruction
    words = instruction.arguments
    if instruction.json or instruction.heredocs or not words:
        return None
    if instruction.keyword == "HEALTHCHECK":
        return words[1] if len(words) > 1 else None
    return words[0] if instruction.keyword in ("RUN", *_STARTS) else None


def _starts(subject: Subject, step: Step) -> bool:
    """Whether it is the command that counts in the image that is shipped."""
    process = subject.process
    if step.instruction.keyword == "CMD":
        return process.cmd is step and (process.entrypoint is None or process.entrypoint.instruction.json)
    return subject.build.last(step.instruction.keyword) is step


def _missing_shell(step: Step, word: Word) -> Hit:
    keyword = step.instruction.keyword
    words = plain_words(word.text)
    repaired = None if words is None or words[0] == "exec" else json.dumps(words, ensure_ascii=False)
    wanted = f"{keyword} {repaired}" if repaired is not None else ""
    if keyword == "HEALTHCHECK":
        wanted = wanted.replace("HEALTHCHECK", "HEALTHCHECK CMD")
    variant = {"RUN": "build", "HEALTHCHECK": "check"}.get(keyword, "")
    return Hit(
        word.span,
        {
            "instruction": keyword,
            "text": shown(word.text, _SHOWN),
            "shell": step.shell[0],
            "wanted": wanted or f'{keyword} ["/program", "argument"]',
        },
        edits=(HitEdit(word.span, repaired),) if repaired is not None and keyword != "RUN" else (),
        variant=variant,
        details={"instruction": keyword, "shell": step.shell[0]},
    )


def _may_have(subject: Subject, stage: int, path: str, before: int | None) -> bool:
    """Whether something may stand at `path` in `stage`, which begins empty, before the instruction of that number."""
    programs = _programs(subject)
    for step in steps_of(subject.build, stage):
        instruction = step.instruction
        if instruction.number == before:
            return any(
                mount.target is None or inside(path, absolute(step.workdir, mount.target) or "/")
                for mount in read_mounts(instruction)
            )
        if instruction.keyword == "RUN" and (instruction.json or instruction.heredocs or instruction.flags):
            # Who runs programs there has brought something that can make files.
            return True
        if _may_bring(subject, step, path, programs):
            return True
    return False


def _may_bring(subject: Subject, step: Step, path: str, programs: frozenset[str]) -> bool:
    copy = read_copy(step.instruction)
    if copy is None:
        return False
    escape = subject.document.escape
    written = expanded(copy.destination.text, step.environment, escape)
    target = None if written is None else absolute(step.workdir, written)
    if target is None or copy.parents:
        return True
    if not inside(path, target):
        return False
    for word in copy.sources:
        source = expanded(word.text, step.environment, escape)
        name = "" if source is None else basename(source.rstrip("/"))
        if copy.keyword == "ADD" and (source is None or is_remote(source) or ".t" in name):
            return True
        at = join(target, name)
        # A name with a dot is that of a file, and so is what is started by the path that it gets.
        is_file = at in programs or ("." in name.strip(".") and "*" not in name)
        if not is_file or path in (at, target):
            return True
    return any(target == path or join(target, heredoc.name) == path for heredoc in copy.heredocs)


def _programs(subject: Subject) -> frozenset[str]:
    """The paths of the programs that the image starts."""
    found = set()
    for keyword in _STARTS:
        for step in subject.steps.get(keyword, ()):
            words = step.instruction.arguments[1 if keyword == "HEALTHCHECK" else 0 :]
            if words:
                found.add(words[0].text.partition(" ")[0])
    return frozenset(found)
