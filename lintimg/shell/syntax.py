"""The shell's syntax tree, as far as a linter needs it."""

from __future__ import annotations

from typing import TypeAlias

from lintimg.lazy import NamedTuple
from lintimg.model.span import Span
from lintimg.shell.script import Assignment, Redirect, Separator, ShellWord

DEPTH_LIMIT = 80
"""Nested substitutions and compound commands beyond this are refused; people write fewer than ten."""


class ShellSyntaxError(Exception):
    """Text that no shell accepts; the message says why."""


class NestingError(ShellSyntaxError):
    """Nested beyond DEPTH_LIMIT."""


class HereDocument:
    """A here-document: `body` is its logical range, known when the line that opens it has ended."""

    __slots__ = ("body", "delimiter", "descriptor", "inner", "operator", "quoted", "span")

    def __init__(
        self, operator: str, descriptor: int | None, delimiter: str, span: Span, *, quoted: bool
    ) -> None:
        self.operator = operator
        self.descriptor = descriptor
        self.delimiter = delimiter
        self.quoted = quoted
        self.span = span
        self.body: tuple[int, int] = (0, 0)
        self.inner: tuple[Items, ...] = ()


class Simple(NamedTuple):
    """A simple command, also `[[ … ]]` and `(( … ))`. `inner` are the commands of its substitutions."""

    assignments: tuple[Assignment, ...]
    words: tuple[ShellWord, ...]
    redirects: tuple[Redirect | HereDocument, ...]
    inner: tuple[Items, ...]
    span: Span


class Arm(NamedTuple):
    """A part of a compound command. Arms with one `number` do not exclude each other."""

    condition: Items | None
    body: Items
    number: int


class Compound(NamedTuple):
    """`kind` is `(`, `{`, `if`, `while` (also until, for, select), `case` or `function`."""

    kind: str
    arms: tuple[Arm, ...]
    name: str | None
    redirects: tuple[Redirect | HereDocument, ...]
    inner: tuple[Items, ...]


Node: TypeAlias = Simple | Compound


class Item(NamedTuple):
    """A pipeline in a list; `pipes` are the operators between its commands."""

    before: Separator
    commands: tuple[Node, ...]
    pipes: tuple[Separator, ...]
    negated: bool
    background: bool


Items: TypeAlias = tuple[Item, ...]
