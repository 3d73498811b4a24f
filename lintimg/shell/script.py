"""Shell text as commands and words, each with its place in the source."""

from __future__ import annotations

from typing import Literal

from lintimg.dockerfile.document import LogicalText
from lintimg.lazy import NamedTuple
from lintimg.model.span import Span


class ShellWord(NamedTuple):
    """A word. `raw` is its text, `value` its text after quote removal, or None when it holds an
    expansion or substitution. A glob stays in `value`. `quoted`: any part is quoted.

    `pieces` is `value` with each expansion replaced by `$NAME` or `$()`: what can be told of a
    word that has no value (`pkg-${V}` gives `pkg-$V`).
    """

    raw: str
    value: str | None
    pieces: str
    quoted: bool
    span: Span


class Redirect(NamedTuple):
    """A redirection such as `2>/dev/null`. A here-document has no `target` but a `body`; the body's
    `value` is None when the shell expands something in it.
    """

    operator: str
    descriptor: int | None
    target: ShellWord | None
    span: Span
    body: ShellWord | None = None


class Assignment(NamedTuple):
    """`NAME=value` before a command or on its own."""

    name: str
    value: ShellWord | None
    span: Span


class Branch(NamedTuple):
    """One arm of an if or case: commands of two arms of the same `construct` exclude each other."""

    construct: int
    arm: int


Separator = Literal["", "&&", "||", ";", "&", "|", "|&", "\n"]


class Command(NamedTuple):
    """A simple command in the order the shell reaches it.

    `words` hold the name and arguments with wrappers (`sudo`, `env`, `exec`, `time`, `nice`,
    `command`, `eatmydata`…) and their options stripped into `wrappers`; `name` is the base name of the first word, or None
    when it is not literal. `before` is the operator that connects it to what came before.
    `conditional`: whether it runs depends on another command's outcome (if, case, loop, after `||`).
    `pipeline` numbers pipelines, `stage` counts commands inside one from 0 and `stages` is its length.
    `depth` counts enclosing substitutions, `function` names an enclosing function definition.
    `statement` is the span from the command's first character (assignments included) to its last.
    `environment` are the NAME=value prefixes in force, those of `env` and earlier `export`s in the script included.
    """

    name: str | None
    words: tuple[ShellWord, ...]
    wrappers: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    redirects: tuple[Redirect, ...]
    statement: Span
    before: Separator
    negated: bool
    background: bool
    conditional: bool
    branches: tuple[Branch, ...]
    loop: bool
    pipeline: int
    stage: int
    stages: int
    depth: int
    function: str | None
    environment: tuple[Assignment, ...]

    @property
    def arguments(self) -> tuple[ShellWord, ...]:
        """The words after the name."""
        return self.words[1:]


class InnerShell(NamedTuple):
    """The numbers of the commands of a `sh -c TEXT` that was read through, `end` behind the last, and the
    options that it starts with.
    """

    first: int
    end: int
    options: frozenset[str]


class Script(NamedTuple):
    """The commands of a RUN (or of CMD, ENTRYPOINT, HEALTHCHECK in shell form).

    `unread` says why the text could not be read (another interpreter, invalid shell), and then
    `commands` is empty. `text` is what that shell reads, empty for an exec form. `dialect` is the program that reads it. `heredoc` tells a script that
    stands in a here-document. `options` are the `set -o` names and letters in force at the start (SHELL's `-o pipefail`, `-e`),
    `inner` the shells inside this one.
    """

    dialect: str
    commands: tuple[Command, ...]
    unread: str | None
    heredoc: bool
    options: frozenset[str]
    span: Span
    text: LogicalText = LogicalText("", (0,), (0,))
    inner: tuple[InnerShell, ...] = ()
