"""LI220 and LI221: what AWS's runtime starts besides the function: a wrapper script, and extensions."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, normpath

from lintimg.checks.contract.handlers import inherited_arguments
from lintimg.checks.contract.settings_in_image import Setting, image_settings
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.dockerfile.document import Word
from lintimg.lint.image_files import absolute, expanded, inside
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_FOLDER = "/opt/extensions"
_MOST = 10
"""Lambda takes ten extensions of a function, those that are registered."""
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".rpm", ".deb", ".whl", ".jar")
_TEXTS = (
    ".md",
    ".txt",
    ".rst",
    ".json",
    ".yaml",
    ".yml",
    ".toml",
    ".cfg",
    ".ini",
    ".conf",
    ".pem",
    ".crt",
    ".html",
)
_UNPACKED = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


def wrapper_not_found(subject: Subject) -> Iterator[Hit]:
    """A hit for AWS_LAMBDA_EXEC_WRAPPER where its script is not there, or where nothing reads the variable."""
    setting: Setting | None = None
    for each in image_settings(subject):
        if each.name == "AWS_LAMBDA_EXEC_WRAPPER":
            setting = each
    if setting is None or not setting.value:
        return
    base = subject.aws_base
    values = {"path": setting.value, "name": basename(setting.value)}
    details = {"path": setting.value}
    if base is not None and base.language in ("provided", "go") and inherited_arguments(subject) is not None:
        yield Hit(setting.name_word.span, values, variant="ignored", details=details)
        return
    if base is None or inherited_arguments(subject) is None:
        return
    if not setting.value.startswith("/"):
        yield Hit(setting.value_word.span, values, variant="relative", details=details)
        return
    path = normpath(setting.value)
    if not _may_bring(subject, path):
        yield Hit(setting.value_word.span, values, details=details)


def _may_bring(subject: Subject, path: str) -> bool:
    """Whether an instruction may put something at `path`."""
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is not None:
            target = _target(subject, step, copy)
            if target is None or inside(path, target) or inside(target, path):
                return True
    for run in subject.shipped_runs:
        texts = (run.instruction.rest.text, *(heredoc.content for heredoc in run.instruction.heredocs))
        if any(script.unread for script in run.scripts):
            return True
        if any(basename(path) in text or "/opt" in text or path.rpartition("/")[0] in text for text in texts):
            return True
        if inside(run.step.workdir or "/opt", "/opt"):
            return True
    return False


def _target(subject: Subject, step: Step, copy: Copy) -> str | None:
    written = expanded(copy.destination.text, step.environment, subject.document.escape)
    return None if written is None else absolute(step.workdir, written)


def not_an_extension(subject: Subject) -> Iterator[Hit]:
    """A hit for each source of a COPY or ADD that puts what is no program into /opt/extensions."""
    for step in subject.build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None or _target(subject, step, copy) is None:
            continue
        target = _target(subject, step, copy) or ""
        if target != _FOLDER and not (inside(target, _FOLDER) and target.count("/") == 3):
            continue
        for word in copy.sources:
            source = expanded(word.text, step.environment, subject.document.escape)
            if source is not None:
                yield from _source(subject, copy, word, source, target)


def _source(subject: Subject, copy: Copy, word: Word, source: str, target: str) -> Iterator[Hit]:
    name = basename(source.partition("?")[0].rstrip("/")) if target == _FOLDER else basename(target)
    if copy.keyword == "ADD" and not is_remote(source) and name.endswith(_UNPACKED):
        return
    kind = _kind(name)
    if kind is not None:
        if not _is_removed(subject, name):
            yield Hit(word.span, {"name": name, "others": ""}, variant=kind, details={"name": name})
        return
    context = subject.context
    if copy.from_ is not None or context is None or target != _FOLDER or is_remote(source):
        return
    match = context.match(source, copy.exclude)
    if not match.is_directory and not match.wildcard:
        return
    top = [
        file for root in match.roots for file in match.files if "/" not in file.path[len(root) :].lstrip("/")
    ]
    wrong = [
        basename(file.path)
        for file in top
        if _kind(basename(file.path)) or basename(file.path).startswith(".")
    ]
    wrong = [each for each in wrong if not _is_removed(subject, each)]
    if wrong:
        values = {"name": wrong[0], "others": f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""}
        yield Hit(word.span, values, variant="folder", details={"name": wrong[0]})
    elif len(top) > _MOST:
        yield Hit(word.span, {"name": str(len(top)), "others": ""}, variant="many", details={"name": source})


def _kind(name: str) -> str | None:
    lower = name.lower()
    if lower.endswith(_ARCHIVES):
        return "archive"
    return "text" if lower.endswith(_TEXTS) or lower in ("readme", "license", "notice", "changelog") else None


def _is_removed(subject: Subject, name: str) -> bool:
    """Whether a RUN deals with the file, or with all that lies in the folder."""
    for run in subject.shipped_runs:
        texts = (run.instruction.rest.text, *(heredoc.content for heredoc in run.instruction.heredocs))
        if any(name in text or ("extensions" in text and "*" in text) for text in texts):
            return True
    return False
