"""Scripts from the text of a RUN, read through the lexer as in a real file."""

from __future__ import annotations

from lintimg.dockerfile.lexer import parse
from lintimg.shell.operations import operations
from lintimg.shell.packages import Operation
from lintimg.shell.run import read_run
from lintimg.shell.script import Command, Script
from lintimg.text import SourceText

SH = ("/bin/sh", "-c")


def source_of(text: str, keyword: str = "RUN") -> SourceText:
    return SourceText("Dockerfile", f"FROM a\n{keyword} {text}\n".encode("utf-8", "surrogateescape"))


def scripts(text: str, shell: tuple[str, ...] = SH, keyword: str = "RUN") -> tuple[Script, ...]:
    """The scripts of `RUN text`."""
    document = parse(source_of(text, keyword))
    assert not document.problems, document.problems
    return read_run(document.instructions[1], shell, document.escape)


def script(text: str, shell: tuple[str, ...] = SH) -> Script:
    (only,) = scripts(text, shell)
    return only


def commands(text: str) -> tuple[Command, ...]:
    read = script(text)
    assert read.unread is None, read.unread
    return read.commands


def command(text: str) -> Command:
    (only,) = commands(text)
    return only


def words(text: str) -> list[list[str]]:
    """The words of every command as written."""
    return [[word.raw for word in each.words] for each in commands(text)]


def calls(text: str) -> tuple[Operation, ...]:
    return operations(script(text))


def call(text: str) -> Operation:
    (only,) = calls(text)
    return only
