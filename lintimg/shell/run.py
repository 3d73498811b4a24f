"""The shell text of an instruction: RUN, and the shell forms of CMD, ENTRYPOINT and HEALTHCHECK."""

from __future__ import annotations

import re

from lintimg.dockerfile.document import Heredoc, Instruction, LogicalText, Word
from lintimg.dockerfile.heredoc import heredoc_starts
from lintimg.dockerfile.lines import part
from lintimg.model.span import Span
from lintimg.shell.grammar import read_commands
from lintimg.shell.script import Command, Script, ShellWord
from lintimg.shell.words import UnreadableError
from lintimg.shell.wrappers import SHELLS, inner_script, strip_wrappers

_SHEBANG = re.compile(r"#!\s*(\S+)(?:[ \t]+(\S+))?")
_SETTING = re.compile(r"\bset\s+[-+]\w*")


def read_run(instruction: Instruction, shell: tuple[str, ...], escape: str) -> tuple[Script, ...]:
    """The scripts `instruction` runs under SHELL `shell`, one for its line and one for each here-document
    that is a script. `sh -c "…"` is read through, its commands in place of the outer one. An exec
    form is one command. Never raises; what cannot be read is a Script with `unread` set.
    """
    if not instruction.arguments:
        return ()
    if instruction.json:
        words = instruction.arguments[1:] if instruction.keyword == "HEALTHCHECK" else instruction.arguments
        return (_exec_form(words),) if words else ()
    line = _line(instruction)
    if line is None:
        return ()
    dialect = _program(shell[0]) if shell else "sh"
    options = _shell_options(shell)
    if not instruction.heredocs:
        return (_script(line, dialect, options, escape, heredoc=False),)
    return _with_heredocs(instruction, line, dialect, options, escape)


def _line(instruction: Instruction) -> LogicalText | None:
    """The logical text that the shell reads."""
    if instruction.keyword != "HEALTHCHECK":
        return instruction.rest
    if len(instruction.arguments) < 2:
        return None
    text = instruction.rest.text
    start = len(text) - len(instruction.arguments[1].text)
    return part(instruction.rest, start)


def _program(word: str) -> str:
    return re.split(r"[/\\]", word)[-1].lower().removesuffix(".exe")


def _shell_options(shell: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    expecting = False
    for word in shell[1:]:
        if expecting:
            found.add(word)
            expecting = False
        elif word.startswith("-") and not word.startswith("--"):
            letters = word[1:]
            found.update(letter for letter in letters if letter not in "co")
            expecting = "o" in letters
    return frozenset(found)


def _script(
    logical: LogicalText, dialect: str, options: frozenset[str], escape: str, *, heredoc: bool
) -> Script:
    span = logical.source_span(0, len(logical.text))
    unread = None
    commands: tuple[Command, ...] = ()
    if dialect not in SHELLS:
        unread = f"{dialect} is no POSIX shell"
    elif escape != "\\":
        unread = "escape=` stands for Windows shells"
    else:
        try:
            commands = read_commands(logical)
        except UnreadableError as error:
            unread = str(error)
        except RecursionError:
            unread = "it is nested too deeply"
    return Script(dialect, commands, unread, heredoc, options, span)


def _with_heredocs(
    instruction: Instruction, line: LogicalText, dialect: str, options: frozenset[str], escape: str
) -> tuple[Script, ...]:
    starts = heredoc_starts(line.text)
    rest = line.text
    for start in reversed(starts):
        rest = rest[: start.start] + rest[start.end :]
    if not rest.strip():
        return tuple(_body(heredoc, dialect, options, escape) for heredoc in instruction.heredocs)
    outer = _script(line, dialect, options, escape, heredoc=False)
    scripts = [outer]
    readers = [
        command
        for command in outer.commands
        if any(redirect.operator in ("<<", "<<-") for redirect in command.redirects)
    ]
    for heredoc, command in zip(instruction.heredocs, readers, strict=False):
        name = command.name or ""
        plain = all(word.pieces.startswith("-") or word.pieces == "pipefail" for word in command.arguments)
        if name in SHELLS and plain:
            scripts.append(_body(heredoc, name, frozenset(), escape))
    return tuple(scripts)


def _body(heredoc: Heredoc, dialect: str, options: frozenset[str], escape: str) -> Script:
    found = _SHEBANG.match(heredoc.content)
    if found is not None:
        dialect = _program(found[1])
        if dialect == "env" and found[2]:
            dialect = _program(found[2])
        options = frozenset()
    # Inside a here-document a backslash continues a line whatever the escape directive says.
    return _script(heredoc.logical, dialect, options, "\\" if dialect in SHELLS else escape, heredoc=True)


def _exec_form(words: tuple[Word, ...]) -> Script:
    shell_words = tuple(
        ShellWord(word.text, word.text, word.text, quoted=True, span=word.span) for word in words
    )
    span = Span(words[0].span.start, words[-1].span.end)
    index = inner_script(shell_words)
    if index is not None:
        word = words[index]
        straight = word.span.end - word.span.start == len(word.text) + 2
        sources = (word.span.start + 1,) if straight else (word.span.start,)
        logical = LogicalText(word.text, (0,), sources)
        options = _shell_options(tuple(w.text for w in words[:index]))
        return _script(logical, _program(words[0].text), options, "\\", heredoc=False)
    wrappers, skipped, given = strip_wrappers(shell_words)
    name = shell_words[skipped].pieces.rpartition("/")[2]
    command = Command(
        name=name,
        words=shell_words[skipped:],
        wrappers=wrappers,
        assignments=(),
        redirects=(),
        statement=span,
        before="",
        negated=False,
        background=False,
        conditional=False,
        branches=(),
        loop=False,
        pipeline=0,
        stage=0,
        stages=1,
        depth=0,
        function=None,
        environment=given,
    )
    return Script("exec", (command,), None, heredoc=False, options=frozenset(), span=span)
