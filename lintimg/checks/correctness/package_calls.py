"""Rules on the options of package managers' calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lintimg.checks.contract.package_manager import system_of
from lintimg.checks.effects import expanded
from lintimg.checks.tables import table
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation
from lintimg.shell.script import ShellWord

_OPTION_NAMES = ("opt", "flag", "arg")


def missing_yes_flag(subject: Subject) -> Iterator[Hit]:
    """LI650: a hit for each call that asks a question nobody can answer during a build."""
    for manager, row in table("package_calls")["yes"].items():
        calls = subject.every_operation.get(manager, ())
        if not calls or any(text in subject.document.source.text.lower() for text in row["configured"]):
            continue
        for run, operation in calls:
            verb = operation.verb
            if verb is None or operation.action not in row["asking"] or _answered(run, operation, row):
                continue
            variant = _microdnf(subject, run, manager)
            if variant is None:
                continue
            yield Hit(
                verb.span,
                {
                    "command": f"{operation.program} {verb.pieces}",
                    "flag": row["flag"],
                },
                edits=with_option(run, verb, row["flag"]),
                variant=variant,
                severity="info" if variant else None,
                details={
                    "manager": manager,
                    "program": operation.program,
                    "verb": verb.pieces.rpartition(" ")[2],
                },
            )


def _microdnf(subject: Subject, run: ShippedRun, manager: str) -> str | None:
    """The variant for what may be microdnf, which asks only where it is dnf5; None where it surely asks nothing."""
    if manager not in ("dnf", "microdnf"):
        return ""
    stages = subject.build.stages
    image = stages[stages[run.step.stage].root].base_image or ""
    if manager == "dnf":
        return "link" if system_of(image) == "AL2023" else ""
    old = system_of(image) is not None or any(
        name in image for name in table("package_calls")["old_microdnf"]
    )
    return None if old else "microdnf"


def _answered(run: ShippedRun, operation: Operation, row: Mapping[str, Any]) -> bool:
    """Whether the call's question is answered: by an option, by standard input, or by what a variable may hold."""
    command = operation.command
    if operation.has(*row["options"], *row["silent"]) or command.stage:
        return True
    if any(redirect.operator.startswith("<") for redirect in command.redirects):
        return True
    if operation.manager == "apt" and _quiet_enough(operation.options):
        return True
    if operation.manager == "conda" and _conda_asks_nothing(run, operation):
        return True
    return any(_may_hold_options(word, run) for word in command.words if word.value is None)


def _conda_asks_nothing(run: ShippedRun, operation: Operation) -> bool:
    if operation.verb is not None and operation.verb.pieces.startswith("env "):
        return True
    names = ("CONDA_ALWAYS_YES", "MAMBA_ALWAYS_YES")
    return any(name in run.step.environment.keys() for name in names) or any(  # noqa: SIM118 - see effects.variable
        assignment.name in names for assignment in operation.command.environment
    )


def _quiet_enough(options: Sequence[str]) -> bool:
    """Whether apt is told to be so quiet that it asks nothing: `-qq`, `-q -q`, `-q=2`."""
    quiet = 0
    for option in options:
        name, _, value = option.partition("=")
        if name == "--quiet" or (name.startswith("-q") and not name.strip("-q")):
            quiet += int(value) if value.isdecimal() else max(1, name.count("q")) if name != "--quiet" else 1
        elif "assume-yes" in option.lower():
            return True
    return quiet > 1


def _may_hold_options(word: ShellWord, run: ShippedRun) -> bool:
    """Whether a word with a variable can stand for options."""
    if not word.pieces.startswith("$"):
        return False
    value = expanded(word.pieces, run.step.environment)
    if value is not None:
        return value.startswith("-")
    return any(part in word.pieces.lower() for part in _OPTION_NAMES)


def with_option(run: ShippedRun, verb: ShellWord, option: str) -> tuple[HitEdit, ...]:
    """The edit that writes `option` behind a verb."""
    end = Span(verb.span.end, verb.span.end)
    return (HitEdit(end, f', "{option}"' if run.instruction.json else f" {option}"),)


def recommended_packages(subject: Subject) -> Iterator[Hit]:
    """LI411: a hit for each apt installation that brings the recommended packages along."""
    calls = subject.every_operation.get("apt", ())
    if not calls or "apt::install-recommends" in subject.document.source.text.lower():
        return
    for run, operation in calls:
        verb = operation.verb
        if verb is None or operation.action != "install" or verb.pieces == "build-dep":
            continue
        if operation.has(
            "--no-install-recommends", "--without-recommends", "-h", "--help", "-d", "--download-only"
        ):
            continue
        if operation.program == "aptitude" and operation.has("-R"):
            continue
        if any(_may_hold_options(word, run) for word in operation.command.words if word.value is None):
            continue
        flag = "--without-recommends" if operation.program == "aptitude" else "--no-install-recommends"
        yield Hit(
            verb.span,
            {"command": f"{operation.program} {verb.pieces}", "flag": flag},
            edits=with_option(run, verb, flag),
            details={"program": operation.program, "shipped": run.step.stage in subject.build.chain},
        )


def apt_in_script(subject: Subject) -> Iterator[Hit]:
    """LI651: a hit for each RUN that calls apt."""
    seen: set[int] = set()
    for run, _, command in subject.every_command.get("apt", ()):
        word = command.words[0]
        number = run.step.instruction.number
        if number in seen:
            continue
        seen.add(number)
        yield Hit(word.span, edits=tuple(_apt_get(subject, run)))


def _apt_get(subject: Subject, run: ShippedRun) -> Iterator[HitEdit]:
    for other, _, command in subject.every_command["apt"]:
        word = command.words[0]
        if other is run and word.raw == "apt" and len(command.words) > 1:
            replacement = _apt_replacement(command.words)
            if replacement is not None:
                yield HitEdit(Span(word.span.start, word.span.end), replacement)


def _apt_replacement(words: Sequence[ShellWord]) -> str | None:
    for word in words[1:]:
        text = word.pieces
        if text in ("list", "edit-sources", "full-upgrade", "history-list"):
            return None
        if text in ("search", "show", "policy", "depends", "rdepends", "madison", "showsrc"):
            return "apt-cache"
        if not text.startswith("-"):
            return "apt-get"
    return None
