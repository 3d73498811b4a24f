"""The shell text of an instruction: RUN, and the shell forms of CMD, ENTRYPOINT and HEALTHCHECK."""

from __future__ import annotations

from lintimg.dockerfile.document import Heredoc, Instruction, LogicalText, Word
from lintimg.dockerfile.heredoc import heredoc_starts
from lintimg.dockerfile.lines import part
from lintimg.model.span import Span
from lintimg.shell.flatten import Flattener, ScriptInput
from lintimg.shell.interpreters import SHELLS, Invocation, program_name, shebang, shell_of
from lintimg.shell.logical import joined, json_strings
from lintimg.shell.script import Script, ShellWord
from lintimg.shell.syntax import ShellSyntaxError

_TOO_DEEP = "it is nested too deeply"
_INPUT_LIMIT = 4
"""How many here-documents for a shell inside each other are read."""


def read_run(instruction: Instruction, shell: tuple[str, ...], escape: str) -> tuple[Script, ...]:
    """The scripts `instruction` runs under SHELL `shell`, one for its line and one for each here-document
    that is a script. `sh -c "…"` is read through, its commands in place of the outer one. An exec
    form is one command. Never raises; what cannot be read is a Script with `unread` set.
    """
    if instruction.trigger is not None:
        instruction = instruction.trigger._replace(heredocs=instruction.heredocs)
    line, words = _texts(instruction)
    if instruction.json:
        return (_exec_form(words, line),) if words else ()
    if not line.text:
        return ()
    called = shell_of(shell) or Invocation(
        program_name(shell[0]) if shell else "sh", frozenset(), None, standard_input=False
    )
    heredocs = instruction.heredocs
    if not heredocs:
        return _scripts(line, called, escape, heredoc=False)
    starts = heredoc_starts(line.text)
    if len(starts) == 1 and len(heredocs) == 1 and (starts[0].start, starts[0].end) == _trimmed(line.text):
        # BuildKit runs the body in place of the line: as a program when it starts with `#!`.
        body = heredocs[0].logical
        own = shebang(body.text)
        return _scripts(body, own or called, "\\" if own else escape, heredoc=True)
    return _scripts(joined([line, *_reconstituted(heredocs)]), called, escape, heredoc=False)


def _texts(instruction: Instruction) -> tuple[LogicalText, tuple[Word, ...]]:
    """The text behind the keyword (and HEALTHCHECK's CMD), and its words."""
    rest, words = instruction.rest, instruction.arguments
    if instruction.keyword != "HEALTHCHECK":
        return rest, words
    if len(words) < 2:
        return LogicalText("", (0,), (0,)), ()
    kind = words[0].text
    start = rest.text.find(kind) + len(kind)
    while rest.text[start : start + 1] in (" ", "\t"):
        start += 1
    return part(rest, start), words[1:]


def _trimmed(text: str) -> tuple[int, int]:
    """The range of `text` without blanks at its ends."""
    return len(text) - len(text.lstrip()), len(text.rstrip())


def _reconstituted(heredocs: tuple[Heredoc, ...]) -> list[LogicalText]:
    """The lines that BuildKit hands to the shell behind the first: bodies with their ends."""
    texts: list[LogicalText] = []
    for heredoc in heredocs:
        start, end = heredoc.body
        texts += (
            LogicalText("\n", (0,), (max(start - 1, 0),)),
            heredoc.logical,
            LogicalText(heredoc.name, (0,), (end,)),
        )
    return texts


def _scripts(logical: LogicalText, called: Invocation, escape: str, *, heredoc: bool) -> tuple[Script, ...]:
    """The script of `logical` and those in its here-documents."""
    scripts: list[Script] = []
    pending = [(ScriptInput(called, logical), escape, heredoc, 0)]
    while pending:
        read, escape, heredoc, level = pending.pop()
        program = read.program.program
        unread = _unreadable(program, escape) if level < _INPUT_LIMIT else _TOO_DEEP
        flattener = Flattener()
        if unread is None:
            try:
                flattener.add_script(read.text)
            except ShellSyntaxError as error:
                unread = str(error)
            except RecursionError:
                unread = _TOO_DEEP
        scripts.append(_script(read, flattener, unread, heredoc=heredoc))
        if unread is None:
            # A backslash continues a line in there whatever the escape directive says.
            pending += [(found, "\\", True, level + 1) for found in reversed(flattener.inputs)]
    return tuple(scripts)


def _script(read: ScriptInput, flattener: Flattener, unread: str | None, *, heredoc: bool) -> Script:
    called, logical = read.program, read.text
    span = logical.source_span(0, len(logical.text))
    if unread is not None:
        return Script(called.program, (), unread, heredoc, called.options, span, logical)
    called = flattener.whole or called
    return Script(
        called.program,
        tuple(flattener.commands),
        None,
        heredoc,
        called.options,
        span,
        logical,
        tuple(flattener.inner),
    )


def _unreadable(program: str, escape: str) -> str | None:
    """Why a text for `program` is not read."""
    if program not in SHELLS:
        return f"{program} is no POSIX shell"
    return None if escape == "\\" else "escape=` stands for Windows shells"


def _exec_form(words: tuple[Word, ...], line: LogicalText) -> Script:
    strings = json_strings(line)
    shell_words = tuple(ShellWord(word.text, word.text, word.text, True, word.span) for word in words)
    flattener = Flattener()
    try:
        flattener.add_exec(shell_words, strings if len(strings) == len(words) else ())
    except RecursionError:
        flattener = Flattener()
        flattener.add_exec(shell_words, ())
    whole = flattener.whole
    return Script(
        whole.program if whole else "exec",
        tuple(flattener.commands),
        None,
        heredoc=False,
        options=whole.options if whole else frozenset(),
        span=Span(words[0].span.start, words[-1].span.end),
        inner=tuple(flattener.inner),
    )
