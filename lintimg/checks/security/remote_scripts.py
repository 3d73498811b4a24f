"""LI504: what a server answers is run."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.effects import expanded
from lintimg.checks.tables import table
from lintimg.lazy import regex
from lintimg.lint.rule import Hit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.shell.interpreters import invocation
from lintimg.shell.script import Command, Script, ShellWord

_FETCHING = ("curl", "wget")
_EVALUATING = ("eval", "source", ".")
_SUBSTITUTED = ("$()", "<()")


def remote_script(subject: Subject) -> Iterator[Hit]:
    """A hit for each script that curl or wget fetches and an interpreter runs as it comes."""
    runs = {id(call.run): call.run for name in _FETCHING for call in subject.every_command.get(name, ())}
    for run in runs.values():
        for script in run.scripts:
            for fetching, place, program in _pairs(script):
                yield _hit(run, fetching, place, program)


def _pairs(script: Script) -> Iterator[tuple[Command, ShellWord, str]]:
    """What fetches, the word of what runs it, and its name."""
    commands = script.commands
    seen: set[int] = set()
    for at, command in enumerate(commands):
        if command.name not in _FETCHING or command.statement.start in seen:
            continue
        found = _interpreter(command, commands[at + 1 :])
        if found is not None:
            seen.add(command.statement.start)
            yield command, *found


def is_run_at_once(script: Script, command: Command) -> bool:
    """Whether an interpreter in `script` runs what `command` fetches, which LI504 reports."""
    return any(fetching is command for fetching, _, _ in _pairs(script))


def _interpreter(fetching: Command, following: tuple[Command, ...]) -> tuple[ShellWord, str] | None:
    """The command behind `fetching` that runs what it prints."""
    for command in following:
        if command.pipeline == fetching.pipeline and command.stage > fetching.stage:
            if command.words and _reads_script(command):
                return command.words[0], command.name or ""
        elif (
            command.words
            and command.depth == fetching.depth - 1
            and command.statement.start < fetching.statement.start
            and fetching.statement.end <= command.statement.end
        ):
            return _evaluating(command)
    return None


def _reads_script(command: Command) -> bool:
    pieces = [word.pieces for word in command.words]
    if len(pieces) > 1 and pieces[1] == "-" and invocation(pieces[:1]) is not None:
        return True
    called = invocation(pieces)
    return called is not None and called.standard_input


def _evaluating(command: Command) -> tuple[ShellWord, str] | None:
    """The command, when it runs the output of the substitution in it: `sh <(…)`, `eval "$(…)"`, `sh -c "$(…)"`."""
    first = command.words[0]
    if command.name is None and first.pieces in _SUBSTITUTED:
        return first, "the shell"
    if len(command.words) < 2 or command.words[1].pieces not in _SUBSTITUTED:
        return None
    name = command.name or ""
    if name in _EVALUATING or invocation([name]) is not None:
        return first, name
    return None


def _hit(run: ShippedRun, fetching: Command, place: ShellWord, program: str) -> Hit:
    url = _url(run, fetching)
    instead = next(
        (
            row["instead"]
            for row in table("remote_scripts")["known"]
            if any(part in url for part in row["urls"])
        ),
        None,
    )
    plain = url.startswith("http://")
    return Hit(
        place.span,
        {"program": program, "url": url or f"what {fetching.name} fetches", "instead": instead or ""},
        variant="plain" if plain else "known" if instead else "",
        severity="warning" if plain else None,
        details={"program": fetching.name, "interpreter": program},
    )


_ADDRESS = regex(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:[:/?]|\Z)")


def _url(run: ShippedRun, fetching: Command) -> str:
    for word in fetching.arguments:
        text = expanded(word.pieces, run.step.environment) or word.pieces
        if not text.startswith("-") and ("://" in text or _ADDRESS.match(text)):
            return text.partition("?")[0]
    return ""
