"""LI508: files that everybody may write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span
from lintimg.shell.script import ShellWord

_OCTAL = regex(r"[0-7]{3,5}\Z")
_SYMBOLIC = regex(r"[ugo]*[oa][ugoa]*[+=][rxXst]*w")
_STICKY = 0o1000
_WRITABLE = 0o002
_MODE_OPTIONS = ("-m", "--mode")


def writable_by_all(subject: Subject) -> Iterator[Hit]:
    """A hit for each mode that lets others write."""
    for word in _modes(subject):
        if _opens(word.pieces):
            yield _hit(subject, word.pieces, word.span, exact=word.raw == word.pieces)
    for outer in subject.document.instructions:
        instruction = outer.trigger or outer
        if read_copy(instruction) is None:
            continue
        flag = instruction.flag("chmod")
        if flag is not None and flag.value and flag.value_span is not None and _opens(flag.value):
            yield _hit(subject, flag.value, flag.value_span, exact=True)


def _modes(subject: Subject) -> Iterator[ShellWord]:
    pipes = _pipes(subject)
    for call in subject.every_command.get("chmod", ()):
        words = [word for word in call.command.arguments if not word.pieces.startswith("-")]
        if words and not (pipes and pipes.issuperset(word.pieces for word in words[1:])):
            yield words[0]
    for program in ("mkdir", "install"):
        for call in subject.every_command.get(program, ()):
            word = _option(call.command.arguments)
            if word is not None:
                yield word


def _pipes(subject: Subject) -> frozenset[str]:
    """What is made as a pipe or a device, which is there for others to write to."""
    return frozenset(
        word.pieces
        for program in ("mkfifo", "mknod")
        for call in subject.every_command.get(program, ())
        for word in call.command.arguments
    )


def _option(arguments: Sequence[ShellWord]) -> ShellWord | None:
    for at, word in enumerate(arguments):
        if word.pieces in _MODE_OPTIONS:
            return arguments[at + 1] if at + 1 < len(arguments) else None
        for option in ("--mode=", "-m"):
            if word.pieces.startswith(option):
                mode = word.pieces.removeprefix(option)
                span = Span(word.span.end - len(mode), word.span.end)
                return ShellWord(mode, mode, mode, False, span)
    return None


def _opens(mode: str) -> bool:
    """Whether `mode` lets others write; not where the sticky bit keeps them from each other's files."""
    if _OCTAL.match(mode):
        bits = int(mode, 8)
        return bool(bits & _WRITABLE) and not bits & _STICKY
    return any(_SYMBOLIC.match(part) for part in mode.split(",")) and "t" not in mode


def _hit(subject: Subject, mode: str, span: Span, *, exact: bool) -> Hit:
    edits: tuple[HitEdit, ...] = ()
    better = "755"
    if _OCTAL.match(mode):
        better = f"{int(mode, 8) & ~0o022:0{len(mode)}o}"
        edits = (HitEdit(span, better),) if exact else ()
    function = subject.target.kind == "lambda"
    return Hit(
        span,
        {"mode": mode, "better": better},
        edits=edits,
        variant="function" if function else "",
        severity="info" if function or not edits else None,
        details={"mode": mode},
    )
