"""LI407: dependencies that only developers need, installed into the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from lintimg.checks.effects import variable
from lintimg.checks.tables import table
from lintimg.context.names import is_lock
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import regex
from lintimg.lint.image_files import steps_of
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span
from lintimg.shell.packages import Operation

_NODE = ("npm", "yarn", "pnpm")
_NEVER = (-1, -1)
_TRUE = frozenset(("1", "true", "yes", "on"))
_DEVELOPMENT_STAGE = regex(
    r"(?:^|[-_.])(?:dev|develop|development|test|tests|testing|lint|ci|local|debug)(?:$|[-_.])", re.IGNORECASE
)
_DEVELOPMENT_FILE = regex(
    r"(?:^|[-_./])(?:dev|develop|development|test|tests|testing|lint|docs)(?:[-_.][\w.-]*)?\.(?:txt|in)$",
    re.IGNORECASE,
)
_DEVELOPMENT_COMMAND = frozenset(
    "test dev watch start:dev dev:server nodemon pytest jest tox bash sh lint storybook".split()  # noqa: SIM905 - readable as one line of words
)

_BUILD_TOOLS = frozenset(
    "npx bunx tsc node webpack rollup esbuild vite next nuxt ng nest gulp grunt parcel make sls serverless".split()  # noqa: SIM905
)


def development_dependencies(subject: Subject) -> Iterator[Hit]:
    """A hit for each installation that brings development dependencies into the image and keeps them: in a shipped
    stage, or in one whose node_modules are copied.
    """
    if for_developers(subject):
        return
    for runs in (list(subject.shipped_runs), *_copied_modules(subject)):
        if any(_configured(operation) for run in runs for operation in run.operations):
            continue
        gone: dict[str, tuple[int, int]] | None = None
        for run in runs:
            for operation in run.operations:
                if operation.action != "install" or not development_left(operation, run):
                    continue
                gone = _taking_out(runs) if gone is None else gone
                place = (run.step.instruction.number, operation.span.start)
                if max(gone.get("", _NEVER), gone.get(operation.manager, _NEVER)) > place:
                    continue
                hit = _hit(operation, run, subject)
                if hit is not None:
                    sure = bool(hit.details["packages"]) or subject.target.kind == "lambda"
                    # The stage of copied node_modules is there to build something.
                    shipped = run.step.stage in subject.build.chain
                    yield hit._replace(edits=_edits(operation, run, runs)) if sure and shipped else hit


def _copied_modules(subject: Subject) -> Iterator[list[ShippedRun]]:
    """The RUNs that fill the node_modules which a shipped stage copies from another one."""
    build = subject.build
    told: set[int] = set()
    for step in build.shipped_steps():
        copy = read_copy(step.instruction)
        if copy is None or copy.from_ is None:
            continue
        stage = build.stage_called(copy.from_)
        if stage is None or stage.number in told or stage.number in build.chain:
            continue
        if any(basename(word.text.rstrip("/")) == "node_modules" for word in copy.sources):
            told.add(stage.number)
            runs = [
                subject.run(each)
                for each in steps_of(build, stage.number)
                if each.instruction.keyword == "RUN"
            ]
            yield [run for run in runs if any(operation.manager in _NODE for operation in run.operations)]


def _configured(operation: Operation) -> bool:
    """Whether the manager is told once and for all what to leave out."""
    return operation.action == "configure" and any(
        word.pieces in ("without", "omit", "production", "only") for word in operation.command.words
    )


def development_file(path: str) -> bool:
    """Whether a requirements file is named as one for development."""
    return _DEVELOPMENT_FILE.search(path) is not None


def development_left(operation: Operation, run: ShippedRun) -> bool:
    """Whether `operation` installs development dependencies where the project has any, as far as its words tell."""
    row = table("development")["managers"].get(operation.manager)
    if row is None or operation.packages:
        return False
    if operation.manager == "pip":
        return any(development_file(manifest.path) for manifest in operation.manifests)
    if operation.has(*row.get("not_options", ()), "--help"):
        return False
    if row.get("asks"):
        return operation.has(*row["asks"])
    verb = operation.verb.pieces if operation.verb is not None else ""
    if row.get("verbs") and verb not in row["verbs"]:
        return False
    omits: dict[str, str] = row["omits"]
    for option in operation.options:
        name, _, value = option.partition("=")
        if option in ("--include=dev", "--production=false", "--prod=false"):
            return True
        if name in omits and value.startswith(omits[name]):
            return False
    return not any(
        _says(variable(operation, run.step, name), wanted) for name, wanted in row["variables"].items()
    )


def _says(found: tuple[bool, str | None], wanted: str) -> bool:
    """Whether a variable has the value `wanted` ("*": any); a value that is not known may be the right one."""
    is_set, value = found
    if not is_set or value == "":
        return False
    return value is None or wanted in ("*", value) or (wanted == "true" and value.lower() in _TRUE)


def for_developers(subject: Subject) -> bool:
    """Whether the image is one for developing or testing."""
    stage = subject.final_stage
    if stage is not None and stage.name and _DEVELOPMENT_STAGE.search(stage.name):
        return True
    if _DEVELOPMENT_STAGE.search(basename(subject.document.source.path)):
        return True
    process = subject.process
    words = [
        part
        for argument in (*(process.entrypoint_arguments or ()), *(process.cmd_arguments or ()))
        for part in argument.split()
    ]
    return any(basename(word) in _DEVELOPMENT_COMMAND for word in words[-3:])


def _hit(operation: Operation, run: ShippedRun, subject: Subject) -> Hit | None:
    row = table("development")["managers"][operation.manager]
    names = development_names(operation, run, subject)
    if names is not None and not names:
        return None
    if names is None and row.get("needs_context"):
        return None
    certain = names is not None or operation.manager == "pip"
    verb = operation.verb.pieces if operation.verb is not None else ""
    return Hit(
        operation.span,
        {
            "command": f"{operation.program} {verb}".strip(),
            "packages": listing(names) if names else "development dependencies",
            "option": row["option"],
        },
        variant="" if names else "unknown" if operation.manager != "pip" else "pip",
        severity="warning" if certain and subject.target.kind == "lambda" else "info",
        details={"manager": operation.manager, "packages": list(names or ())},
    )


def _edits(operation: Operation, run: ShippedRun, runs: list[ShippedRun]) -> tuple[HitEdit, ...]:
    """The option that leaves development dependencies out, where no build of the stage may need them."""
    option: str = table("development")["managers"][operation.manager]["option"]
    if not option.startswith("--") or operation.verb is None or run.step.instruction.json:
        return ()
    if operation.manager == "yarn" and not operation.has("--frozen-lockfile", "--pure-lockfile"):
        # Later versions of yarn know no --production.
        return ()
    for other in runs:
        if any(
            each.manager == operation.manager and each.action in ("run", "build") for each in other.operations
        ):
            return ()
        for script in other.scripts:
            if any(command.name is None or command.name in _BUILD_TOOLS for command in script.commands):
                return ()
    end = operation.verb.span.end
    return (HitEdit(Span(end, end), f" {option}"),)


def _taking_out(runs: list[ShippedRun]) -> dict[str, tuple[int, int]]:
    """For each manager the place of the last command that prunes, installs without development dependencies, or
    throws all away ("": for every manager). A place is the number of the instruction and the offset in the file.
    """
    found: dict[str, tuple[int, int]] = {}
    for run in runs:
        number = run.step.instruction.number
        for operation in run.operations:
            verb = operation.verb.pieces if operation.verb is not None else ""
            again = (
                operation.action == "install"
                and not operation.packages
                and not operation.has("-g", "--global")
                and not development_left(operation, run)
            )
            if verb == "prune" or again:
                found[operation.manager] = (number, operation.span.start)
        for script in run.scripts:
            for command in script.commands:
                if command.name == "rm" and any("node_modules" in word.pieces for word in command.arguments):
                    found[""] = max(found.get("", (0, 0)), (number, command.statement.start))
    return found


def development_names(operation: Operation, run: ShippedRun, subject: Subject) -> list[str] | None:
    """The development dependencies that the context's manifests name, None when they are not to be seen."""
    if subject.context is None or operation.manager == "pip":
        return None
    seen = False
    names: list[str] = []
    for manifest in operation.manifests:
        found = None if is_lock(manifest.path) else subject.manifest(run.step, manifest.path)
        if found is not None and found.manifest is not None:
            seen = True
            names += [dependency.name for dependency in found.manifest.dependencies if dependency.development]
    return list(dict.fromkeys(names)) if seen else None
