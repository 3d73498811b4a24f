"""What a built image starts: the shape of ENTRYPOINT and CMD, the program itself, the working directory."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lintimg.aws.handlers import handler_form, handler_problem, looks_like_handler
from lintimg.checks.built.language import language_of
from lintimg.checks.built.libraries import elf_of, libc_version, too_new
from lintimg.checks.built.program import (
    HEAD,
    Started,
    encoded,
    lookup,
    on_aws_entrypoint,
    started,
    started_words,
)
from lintimg.checks.contract.handlers import is_program_name
from lintimg.checks.shell_form import shown
from lintimg.image.elf import MAGIC
from lintimg.image.entries import FILE, FOLDER, HARD_LINK
from lintimg.image.inodes import Place
from lintimg.image.tree import FileTree
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.model.finding import Severity
from lintimg.text import path_text

_LENGTH = 80
ARCHITECTURES = ("amd64", "arm64")
"""What Lambda has, as images name them."""
_EXECUTABLE = 0o001


def command_shape(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for an ENTRYPOINT and CMD that cannot start a function, whatever files there are."""
    words = started_words(subject)
    if not words:
        yield ImageHit(variant="nothing", details={"problem": "nothing"})
        return
    if not on_aws_entrypoint(subject):
        return
    language = language_of(subject)
    form = handler_form(language or "python")
    example = json.dumps([form.example if form is not None else "app.handler"])
    arguments = (*subject.config.entrypoint[1:], *subject.config.cmd)
    values = {"cmd": shown(json.dumps(list(arguments), ensure_ascii=False), _LENGTH), "example": example}

    def hit(problem: str, severity: Severity | None = None, **more: str) -> ImageHit:
        return ImageHit(values | more, variant=problem, severity=severity, details={"problem": problem})

    if not arguments:
        # The function's own configuration may give it.
        yield hit("no-handler", "warning")
    elif len(arguments) > 1:
        yield hit("shell" if arguments[1:2] == ("-c",) else "count", count=str(len(arguments)))
    elif language is not None and is_program_name(arguments[0], language):
        yield hit("program", program=shown(arguments[0], _LENGTH))
    elif language is not None and (problem := handler_problem(language, arguments[0])) is not None:
        remedy = problem.suggestion or (form.example if form is not None else arguments[0])
        yield hit(
            "handler",
            handler=shown(arguments[0], _LENGTH),
            reason=problem.reason,
            example=json.dumps([remedy], ensure_ascii=False),
        )


def unusable_program(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for a program that cannot be started: not there, no file, not executable, no interpreter."""
    tree = subject.tree
    if tree is None:
        return
    for program in started(subject, tree):
        found = _unusable(subject, tree, program)
        if found is not None:
            yield found
            return


def _unusable(subject: BuiltImage, tree: FileTree, program: Started) -> ImageHit | None:
    word = shown(program.word, _LENGTH)
    if program.path is None:
        variant = "missing"
        if "/" not in program.word:
            variant = "handler" if looks_like_handler(program.word) else "not-on-path"
        near = _near(tree, encoded(program.word)) if variant == "missing" else None
        return ImageHit(
            {"word": word, "near": near or ""},
            variant="case" if near is not None else variant,
            details={"problem": "missing", "program": program.word},
        )
    place = tree.paths.get(program.path)
    if place is None or tree.type(place) == FOLDER:
        return _hit(program, place, "folder", word)
    if tree.type(place) not in (FILE, HARD_LINK):
        return None
    if not tree.mode(place) & _EXECUTABLE:
        return _hit(program, place, "mode", word, mode=f"{tree.mode(place):04o}")
    head = tree.read(place, HEAD)
    if head is None:
        return None
    if head.startswith(MAGIC):
        return _unusable_binary(tree, program, place)
    if not head.startswith(b"#!"):
        # A shell runs a script without a first line itself; exec does not.
        return None if program.by_shell else _hit(program, place, "no-interpreter", word)
    return _unusable_script(subject, tree, program, place, head)


def _unusable_binary(tree: FileTree, program: Started, place: Place) -> ImageHit | None:
    word = shown(program.word, _LENGTH)
    elf = elf_of(tree, place)
    if elf is None:
        return None
    if elf.interpreter is not None and tree.find(encoded(elf.interpreter)) is None:
        musl = "musl" in elf.interpreter
        return _hit(
            program,
            place,
            "loader",
            word,
            loader=shown(elf.interpreter, _LENGTH),
            library="musl" if musl else "glibc",
        )
    version = too_new(elf, libc_version(tree))
    if version is not None:
        return _hit(program, place, "glibc", word, wanted=version, has=libc_version(tree) or "")
    return None


def wrong_platform(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for an operating system or architecture that Lambda does not run, or that the program is not for."""
    system, architecture, tree = subject.system, subject.architecture, subject.tree
    if system and system != "linux":
        yield ImageHit({"system": system}, variant="system", details={"os": system})
        return
    if architecture and architecture not in ARCHITECTURES:
        yield ImageHit({"architecture": architecture}, details={"architecture": architecture})
        return
    for program in started(subject, tree) if tree is not None and architecture else ():
        place = None if program.path is None or tree is None else tree.paths.get(program.path)
        elf = None if place is None or tree is None else elf_of(tree, place)
        if elf is not None and elf.machine != architecture:
            word = shown(program.word, _LENGTH)
            yield _hit(program, place, "program", word, machine=elf.machine, architecture=architecture)
            return


def _unusable_script(
    subject: BuiltImage, tree: FileTree, program: Started, place: Place, head: bytes
) -> ImageHit | None:
    word = shown(program.word, _LENGTH)
    line = head[2:].split(b"\n", 1)[0]
    text = line.decode("utf-8", "replace")
    if text.endswith("\r"):
        return _hit(program, place, "crlf", word, interpreter=shown(text.strip(), _LENGTH))
    words = text.split()
    if not words:
        return None
    interpreter = tree.find(encoded(words[0]))
    if interpreter is None:
        return _hit(program, place, "interpreter", word, interpreter=shown(words[0], _LENGTH))
    if words[0].endswith("/env"):
        named = [entry for entry in words[1:] if not entry.startswith("-") and "=" not in entry]
        if named and lookup(subject, tree, named[0]) is None:
            return _hit(program, place, "interpreter", word, interpreter=shown(named[0], _LENGTH))
    return None


def _hit(program: Started, place: Place | None, problem: str, word: str, **values: str) -> ImageHit:
    path = path_text(program.path or b"")
    return ImageHit(
        {"word": word, "path": path, **values},
        variant=problem,
        details={"problem": problem, "program": program.word},
        layer=None if place is None else place.layer,
        path=program.path,
    )


def _near(tree: FileTree, path: bytes) -> str | None:
    """A path that differs from `path` in case alone."""
    folder, _, name = path.rpartition(b"/")
    inside = folder + b"/" if folder else b""
    for found in tree.paths:
        if found.startswith(inside) and found[len(inside) :].lower() == name.lower() and found != path:
            return path_text(found)
    return None


def missing_working_folder(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for a working directory that is not in the image, or is no folder."""
    folder, tree = subject.config.working_dir, subject.tree
    if tree is None or not folder or tree.is_folder(encoded(folder)):
        return
    place = tree.find(encoded(folder))
    yield ImageHit(
        {"folder": shown(folder, _LENGTH)},
        variant="" if place is None else "file",
        details={"working_dir": folder},
        layer=None if place is None else place.layer,
        path=None if place is None else encoded(folder),
    )
