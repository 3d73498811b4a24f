"""Rules on the packages of the image's distribution: index updates, upgrades and versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.checks.effects import covers, expanded, mounted
from lintimg.checks.tables import table
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import PlacedOperation, ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.shell.packages import Operation, PackageArgument

_RPM_PARTS = regex(r"[A-Za-z0-9.~^_:+]+\Z", re.ASCII)
_RPM = frozenset(("yum", "dnf", "microdnf"))
_MARKS = {"apt": ("=", "/"), "apk": ("=", "~", "<", ">"), "zypper": ("=", "<", ">")}
_FILES = (".deb", ".apk", ".rpm")
_USING = frozenset(("install", "upgrade", "download", "build"))


def lonely_index_update(subject: Subject) -> Iterator[Hit]:
    """LI305: a hit for each RUN that fetches a package index and installs nothing with it."""
    for manager, row in table("system_packages")["managers"].items():
        for run, operation in subject.every_operation.get(manager, ()):
            if operation.action != "update" or operation.verb is None:
                continue
            if not _used(run, operation) and not any(
                covers(mount, row["index"]) for mount in mounted(run.step)
            ):
                yield Hit(
                    operation.span,
                    edits=_joined(run, operation, subject),
                    values={
                        "command": f"{operation.program} {operation.verb.pieces}",
                        "install": f"{operation.program} {row['install']}",
                    },
                    variant=manager if manager == "apk" else "",
                    details={"manager": manager},
                )
                break


def _joined(run: ShippedRun, update: Operation, subject: Subject) -> tuple[HitEdit, ...]:
    """Joins the RUN with the installation in the next one."""
    from lintimg.checks.join_runs import following_run, joined

    following = following_run(run, subject)
    family = _family(update.manager)
    if following is None or not any(
        op.action == "install" and op.manager in family for op in following.operations
    ):
        return ()
    return joined((run, following), subject)


def _used(run: ShippedRun, update: Operation) -> bool:
    """Whether something in `run` uses the index, or could do so."""
    if any(op.action in _USING and op.manager in _family(update.manager) for op in run.operations):
        return True
    inert = table("system_packages")["inert"]
    own = {op.command.statement.start for op in run.operations}
    for script in run.scripts:
        if script.unread is not None:
            return True
        for command in script.commands:
            if command.words and command.statement.start not in own and command.name not in inert:
                return True
    return False


def _family(manager: str) -> tuple[str, ...]:
    return ("yum", "dnf", "microdnf", "tdnf") if manager in ("yum", "dnf", "microdnf", "tdnf") else (manager,)


def system_upgrade(subject: Subject) -> Iterator[Hit]:
    """LI660: a hit for each upgrade of all packages."""
    for manager in table("system_packages")["managers"]:
        for _, operation in subject.every_operation.get(manager, ()):
            verb = operation.verb
            if operation.action != "upgrade" or verb is None or operation.packages:
                continue
            yield Hit(
                verb.span,
                {"command": f"{operation.program} {verb.pieces}"},
                details={"manager": manager, "verb": verb.pieces},
            )


def unpinned_system_package(subject: Subject) -> Iterator[Hit]:
    """LI306: a hit for each installation of system packages of which one has no version."""
    for manager in (*_MARKS, *_RPM):
        for call in subject.every_operation.get(manager, ()):
            verb = call.operation.verb
            if verb is None or verb.pieces not in ("install", "add", "in", "module install"):
                continue
            loose = [package for package in call.operation.packages if not _pinned(package, call)]
            if loose:
                names = [package.text for package in loose]
                yield Hit(
                    loose[0].span,
                    {
                        "packages": listing(names),
                        "has": "has" if len(names) == 1 else "have",
                        "name": names[0],
                    },
                    variant="rpm" if manager in _RPM else "",
                    details={"manager": manager, "program": call.operation.program, "packages": names},
                )


def _pinned(package: PackageArgument, call: PlacedOperation) -> bool:
    """Whether a package names its version, or what it is depends on a variable that nobody knows."""
    manager = call.operation.manager
    text = package.text
    if "$" in text:
        values = [expanded(text, call.run.step.environment) or _assigned(text, call) or text]
        text = next((each for value in values for each in value.split() if not _fixed(each, manager)), "$")
        return text.startswith("$")
    return (
        package.kind in ("url", "path")
        or (package.kind == "group" and text.startswith("@"))
        or _fixed(text, manager)
    )


def _assigned(text: str, call: PlacedOperation) -> str | None:
    """The value of a variable that the RUN itself sets before the call."""
    value = None
    for script in call.run.scripts:
        for command in script.commands:
            if command.statement.start >= call.operation.command.statement.start:
                break
            for assignment in command.assignments if not command.words else ():
                if (
                    text in (f"${assignment.name}", f"${{{assignment.name}}}")
                    and assignment.value is not None
                ):
                    value = assignment.value.value
    return value


def _fixed(text: str, manager: str) -> bool:
    """Whether a package names its version, as far as that is no matter of a variable."""
    if text.endswith(_FILES):
        return True
    if manager not in _RPM:
        return any(mark in text for mark in _MARKS[manager])
    _, dash, version = text.partition("-")
    if not dash:
        return ":" in text
    parts = version.split("-")
    return "$" in version or (
        all(_RPM_PARTS.match(part) for part in parts) and any(part[:1].isdigit() for part in parts)
    )
