"""LI218: a start script of the build context that the kernel cannot execute."""

from __future__ import annotations

import os
from collections.abc import Iterator
from posixpath import basename, join, normpath

from lintimg.checks.contract.handlers import inherited_arguments
from lintimg.checks.contract.settings_in_image import image_settings
from lintimg.checks.contract.start_folder import working_directory
from lintimg.checks.tables import table
from lintimg.context.locate import repository_root
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, read_copy
from lintimg.dockerfile.document import Word
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import absolute, expanded, inside, shipped_file
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span

_LIMIT = 500_000
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_EXECUTE = 0o111
_MENDS_LINES = regex(r"dos2unix|\\r|\\015|\\x0[dD]|\^M|fromdos|autocrlf")
_SCRIPT_ENDINGS = (".sh", ".bash", ".py", ".js", ".rb", ".pl", ".php")
_WINDOWS = (".cmd", ".bat", ".ps1", ".exe", ".com")
_BINARY = (b"\x7fELF", b"PK", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_BOM = b"\xef\xbb\xbf"
_BOOTSTRAP = "/var/runtime/bootstrap"


class Script(NamedTuple):
    """A script that starts the function or is started first: its absolute path, the token that says so, and how it is run.

    "kernel": executed, so that its first line and its mode count; "shell": executed by a shell, which can do without a first
    line; "read": given to a shell as a file.
    """

    path: str
    span: Span
    how: str


def entry_script(subject: Subject) -> Iterator[Hit]:
    """A hit for each start script from the build context with Windows line ends, no first line or no execute permission."""
    context = subject.context
    if context is None:
        return
    for script in _scripts(subject):
        file = shipped_file(subject.build, context, script.path)
        data = None if file is None else context.read(file, _LIMIT)
        if file is None or not data or data.startswith(_BINARY) or b"\0" in data[:1000]:
            continue
        values = {"path": script.path, "file": file, "name": basename(script.path)}
        details = {"path": script.path, "file": file}
        first, _, _ = data.partition(b"\n")
        if _has_windows_lines(data, first, script.how):
            if not _mends_lines(subject):
                variant = "lines" if script.how == "read" or not first.startswith(b"#!") else "first line"
                interpreter = first.removeprefix(_BOM)[2:].strip().decode("utf-8", "replace")
                yield Hit(
                    script.span, values | {"interpreter": interpreter}, variant=variant, details=details
                )
        elif script.how == "kernel" and not first.startswith(b"#!"):
            if not _is_rewritten(subject, script.path):
                variant = "mark" if first.startswith(_BOM + b"#!") else "no first line"
                yield Hit(script.span, values, variant=variant, details=details)
        elif script.how != "read":
            yield from _without_permission(subject, script, file, values, details)


def _scripts(subject: Subject) -> Iterator[Script]:
    process = subject.process
    step, words = process.entrypoint, process.entrypoint_arguments
    if not words or (step is None and basename(words[0]) in table("programs")["wrappers"]):
        # The entry scripts of well-known images hand over to what CMD names.
        step, words = process.cmd, process.cmd_arguments
    if step is not None and words and inherited_arguments(subject) is None:
        yield from _started(subject, step, words)
    elif inherited_arguments(subject) is not None:
        if subject.aws_base is not None and subject.aws_base.language in ("provided", "go"):
            brought = _bringing(subject, _BOOTSTRAP)
            if brought is not None:
                yield Script(_BOOTSTRAP, brought[1].destination.span, "shell")
        for setting in image_settings(subject):
            if setting.name == "AWS_LAMBDA_EXEC_WRAPPER" and (setting.value or "").startswith("/"):
                yield Script(normpath(setting.value or ""), setting.value_word.span, "shell")


def _started(subject: Subject, step: Step, words: tuple[str, ...]) -> Iterator[Script]:
    """The script that ENTRYPOINT, or CMD without one, starts."""
    tokens: tuple[Word, ...] = step.instruction.arguments
    how = "kernel"
    if not step.instruction.json:
        from lintimg.checks.shell_form import plain_words

        plain = plain_words(tokens[0].text) if tokens else None
        if plain is None:
            return
        words, how = plain, "shell"
    data = table("programs")
    at = 0
    while at < len(words) and (
        basename(words[at]) in ("tini", "dumb-init", "exec") or (at and words[at].startswith("-"))
    ):
        at += 1
        how = "shell"
    if at < len(words) and basename(words[at]) in data["shells"]:
        how = "read"
        at += 1
        while at < len(words) and words[at].startswith("-"):
            if "c" in words[at]:
                return
            at += 1
    if at >= len(words) or words[at].lower().endswith(_WINDOWS):
        return
    token = tokens[at] if step.instruction.json and at < len(tokens) else tokens[0]
    for path in _places(subject, words[at]):
        yield Script(path, token.span, how)


def _places(subject: Subject, word: str) -> list[str]:
    """The absolute paths that a program's name may mean."""
    if word.startswith("/"):
        return [normpath(word)]
    if "/" in word:
        workdir = working_directory(subject)
        return [] if workdir is None else [normpath(join(workdir, word))]
    if not word.endswith(_SCRIPT_ENDINGS) and subject.document.source.text.count(word) < 2:
        return []
    searched = next((s.value for s in reversed(list(image_settings(subject))) if s.name == "PATH"), "") or ""
    folders = [f for f in f"{searched}:{_PATH}".split(":") if f.startswith("/")]
    return [join(normpath(folder), word) for folder in dict.fromkeys(folders)]


def _has_windows_lines(data: bytes, first: bytes, how: str) -> bool:
    if how != "read" and first.startswith((b"#!", _BOM + b"#!")):
        return first.endswith(b"\r")
    return data.count(b"\r\n") * 2 > data.count(b"\n")


def _mends_lines(subject: Subject) -> bool:
    """Whether some RUN turns line ends."""
    return any(_MENDS_LINES.search(text) for run in _runs(subject) for text in _texts(run))


def _runs(subject: Subject) -> Iterator[ShippedRun]:
    for number in sorted(subject.build.used):
        yield from subject.runs(number)


def _texts(run: ShippedRun) -> Iterator[str]:
    yield run.instruction.rest.text
    for heredoc in run.instruction.heredocs:
        yield heredoc.content


def _is_rewritten(subject: Subject, path: str) -> bool:
    """Whether a RUN writes to a file of that name."""
    return any(
        basename(path) in text and (">" in text or "sed" in text)
        for run in _runs(subject)
        for text in _texts(run)
    )


def _without_permission(
    subject: Subject, script: Script, file: str, values: dict[str, str], details: dict[str, str]
) -> Iterator[Hit]:
    context = subject.context
    found = None if context is None else next(iter(context.match(file).files), None)
    # On Windows nothing is executable, and the builder makes everything so.
    if context is None or found is None or found.link or found.mode & _EXECUTE or os.name == "nt":
        return
    if _gets_permission(subject, script.path):
        return
    # Archives and some file systems lose the mode of every file; Git does not.
    kept = (repository_root(context.root) / ".git").exists() or any(
        each.mode & _EXECUTE for each in context.files if not each.link
    )
    severity: Severity | None = None if kept else "info"
    brought = _bringing(subject, script.path)
    edits: tuple[HitEdit, ...] = ()
    if brought is not None and brought[1].chmod is None and len(brought[1].sources) == 1:
        end = brought[0].instruction.keyword_span.end
        edits = (HitEdit(Span(end, end), " --chmod=755"),)
    yield Hit(
        script.span,
        values | {"mode": f"{found.mode & 0o777:03o}"},
        edits=edits,
        variant="permission",
        severity=severity,
        details=details,
    )


def _bringing(subject: Subject, path: str) -> tuple[Step, Copy] | None:
    """The last COPY of a file, not a folder, from the build context to `path`."""
    context = subject.context
    for step in reversed(list(subject.build.shipped_steps())):
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is not None or context is None:
            continue
        written = expanded(copy.destination.text, step.environment, subject.document.escape)
        target = None if written is None else absolute(step.workdir, written)
        if target is None or not inside(path, target):
            continue
        for word in copy.sources:
            if target == path or basename(word.text) == basename(path):
                match = context.match(expanded(word.text, step.environment, subject.document.escape) or "")
                return None if match.is_directory else (step, copy)
    return None


def _gets_permission(subject: Subject, path: str) -> bool:
    """Whether a COPY --chmod or a chmod may make the file at `path` executable."""
    from lintimg.checks.effects import absolute as located_word
    from lintimg.checks.effects import covers, placed_commands

    for number in subject.build.used:
        for step in subject.build.stages[number].steps:
            copy = read_copy(step.instruction)
            if copy is not None and copy.chmod is not None and _executes(copy.chmod):
                return True
    for run in _runs(subject):
        if not any("chmod" in text or "install" in text for text in _texts(run)):
            continue
        if any(script.unread for script in run.scripts):
            return True
        for placed in placed_commands(run):
            words = [word.pieces for word in placed.command.arguments]
            if placed.command.name == "chmod" and words:
                operands = [word for word in words if not word.startswith("--")]
                deep = any(word.startswith("-") and "R" in word for word in words)
                for word in operands[1:]:
                    changed = located_word(word, placed.directory, placed.variables)
                    if (
                        changed is None
                        or basename(changed) == basename(path)
                        or covers(changed, path)
                        or "*" in changed
                    ):
                        return True
                    if deep and inside(path, changed):
                        return True
            elif any("chmod" in word.pieces for word in placed.command.words):
                # By find, xargs or another shell.
                return True
            elif placed.command.name == "install" and basename(path) in " ".join(words):
                return True
    return False


def _executes(mode: str) -> bool:
    return not mode.isdecimal() or any(int(digit) & 1 for digit in mode[-3:])
