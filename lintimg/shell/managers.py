"""The grammar of package managers' command lines, read from `data/managers.json`."""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from lintimg.lazy import NamedTuple
from lintimg.shell.packages import Action

_FILE = os.path.join(os.path.dirname(__file__), "data", "managers.json")  # noqa: PTH118, PTH120 - pathlib costs start-up time

Operands = Literal["packages", "groups", "manifests", "command", "none"]
LauncherKind = Literal["module", "script", "subcommand"]


class Verb(NamedTuple):
    """What a subcommand does and what its operands are.

    `implied` manifests are read when the call names neither package nor manifest, `also_implied`
    always, `implied_unversioned` unless an operand has a version, `implied_local` in each folder
    that is an operand. `local_action` replaces `action` when all operands are folders, `named_action` when packages are named. `flags` take no value here though
    they do elsewhere; `manifest_options` come on top of the manager's.
    """

    action: Action
    operands: Operands
    implied: tuple[str, ...]
    also_implied: tuple[str, ...]
    implied_unversioned: tuple[str, ...]
    implied_local: tuple[str, ...]
    local_action: Action | None
    named_action: Action | None
    flags: frozenset[str]
    manifest_options: frozenset[str]


class Syntax(NamedTuple):
    """How an ecosystem writes a package and its version on the command line.

    `exact` matches a version that names one release. `slash` is what a name with a slash stands
    for, "" when names may hold one. `url` matches `name @ URL`.
    """

    package: re.Pattern[str] | None
    exact: re.Pattern[str] | None
    artifacts: tuple[str, ...]
    slash: str
    group: str | None
    url: re.Pattern[str] | None


class Manager(NamedTuple):
    """A package manager: `values` are the options whose value is the next word, `clusters` tells
    that short options may be joined, `goals` that every operand is a verb (Maven, Gradle),
    `rest` that words after `--` are operands. `bare` is the verb of a call without one, `other`
    what an unknown verb does. `slash_options` tells that `/name:value` is an option. `prefixes` are the first words of verbs of two words.
    `verbless` managers have operands only and do `other`; the verb of those with `letters` is an option such as `-Syu`, of which these letters count.
    """

    name: str
    syntax: str
    clusters: bool
    rest: bool
    goals: bool
    slash_options: bool
    values: frozenset[str]
    manifest_options: frozenset[str]
    package_options: frozenset[str]
    path_options: frozenset[str]
    vcs_options: frozenset[str]
    version_options: frozenset[str]
    directory: frozenset[str]
    bare: Verb | None
    other: Verb | None
    verbs: Mapping[str, Verb]
    prefixes: frozenset[str]
    verbless: bool
    letters: str


class Launcher(NamedTuple):
    """A program that runs a package manager: `python -m pip`, `sh ./gradlew`, `corepack yarn`."""

    kind: LauncherKind
    values: frozenset[str]


class Table(NamedTuple):
    """All managers by program name, and what may stand in front of them."""

    programs: Mapping[str, Manager]
    launchers: Mapping[str, Launcher]
    names: frozenset[str]


@cache
def table() -> Table:
    """The managers' table."""
    data = _data()
    programs: dict[str, Manager] = {}
    for name, entry in data["managers"].items():
        model = data["managers"][entry["like"]] if "like" in entry else {}
        merged = {**model, **entry, "values": [*model.get("values", ()), *entry.get("values", ())]}
        manager = _manager(name, merged)
        for program in entry["programs"]:
            programs[program] = manager
    launchers = {
        program: Launcher(kind, frozenset(entry["values"]))
        for kind, entry in data["launchers"].items()
        for program in entry["programs"]
    }
    return Table(programs, launchers, frozenset((*programs, *launchers)))


@cache
def syntax(name: str) -> Syntax:
    """The package syntax called `name`."""
    entry = _data()["syntaxes"].get(name, {})
    return Syntax(
        _pattern(entry, "package"),
        _pattern(entry, "exact"),
        tuple(entry.get("artifacts", ())),
        entry.get("slash", ""),
        entry.get("group"),
        _pattern(entry, "url"),
    )


def lookup(programs: Mapping[str, Any], name: str) -> Any | None:
    """The entry of a program, also under a name with a version such as `pip3.11`."""
    found = programs.get(name)
    if found is None and name[-1:].isdigit():
        found = programs.get(name.rstrip("0123456789.-"))
    return found


@cache
def _data() -> dict[str, Any]:
    with open(_FILE, "rb") as file:  # noqa: PTH123 - pathlib costs start-up time
        content: dict[str, Any] = json.load(file)
    return content


def _pattern(entry: Mapping[str, Any], key: str) -> re.Pattern[str] | None:
    return re.compile(entry[key], re.ASCII) if key in entry else None


def _manager(name: str, entry: Mapping[str, Any]) -> Manager:
    verbs = {alias: _verb(verb) for names, verb in entry["verbs"].items() for alias in names.split("|")}
    return Manager(
        name=name,
        syntax=entry["syntax"],
        clusters=entry["clusters"],
        rest=entry["rest"],
        goals=entry.get("goals", False),
        slash_options=entry.get("slash_options", False),
        values=frozenset(entry["values"]),
        manifest_options=frozenset(entry.get("manifest_options", ())),
        package_options=frozenset(entry.get("package_options", ())),
        path_options=frozenset(entry.get("path_options", ())),
        vcs_options=frozenset(entry.get("vcs_options", ())),
        version_options=frozenset(entry.get("version_options", ())),
        directory=frozenset(entry.get("directory", ())),
        bare=verbs[entry["bare"]] if "bare" in entry else None,
        other=_verb(entry["other"]) if "other" in entry else None,
        verbs=verbs,
        prefixes=frozenset(alias.partition(" ")[0] for alias in verbs if " " in alias),
        verbless=entry.get("verbless", False),
        letters=entry.get("letters", ""),
    )


def _verb(entry: Mapping[str, Any]) -> Verb:
    return Verb(
        entry["action"],
        entry.get("operands", "packages"),
        tuple(entry.get("implied", ())),
        tuple(entry.get("also_implied", ())),
        tuple(entry.get("implied_unversioned", ())),
        tuple(entry.get("implied_local", ())),
        entry.get("local_action"),
        entry.get("named_action"),
        frozenset(entry.get("flags", ())),
        frozenset(entry.get("manifest_options", ())),
    )
