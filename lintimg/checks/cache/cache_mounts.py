"""LI308: installations that download everything again because no cache outlives the build."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.effects import covers, mounted, option_value, variable
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import ShippedRun, Subject
from lintimg.model.span import Span
from lintimg.shell.packages import Operation


def no_cache_mount(subject: Subject) -> Iterator[Hit]:
    """A hit for each installation from a manifest whose downloads nothing keeps for the next build."""
    rows = table("cache_mounts")["managers"]
    for stage in subject.build.stages:
        seen: set[tuple[int, str]] = set()
        for run in subject.runs(stage.number):
            for operation in run.operations:
                row = rows.get(operation.manager)
                key = (run.step.instruction.number, operation.manager)
                if row is None or key in seen or operation.action != "install" or not operation.manifests:
                    continue
                target = row["target"]
                if _elsewhere(operation, run, row) or any(
                    covers(mount, row["folder"]) for mount in mounted(run.step)
                ):
                    continue
                seen.add(key)
                verb = operation.verb.pieces if operation.verb is not None else ""
                yield Hit(
                    operation.span,
                    {"command": f"{operation.program} {verb}".strip(), "target": target},
                    edits=()
                    if _other_user(stage, run)
                    else _edits(operation, run, row["off"], target, subject),
                    details={"manager": operation.manager, "target": target},
                )


def _elsewhere(operation: Operation, run: ShippedRun, row: dict[str, list[str]]) -> bool:
    """Whether the cache lies in another folder than usual."""
    return any(variable(operation, run.step, name)[0] for name in row["variables"]) or (
        option_value(operation, *row["options"]) is not None
    )


def _other_user(stage: Stage, run: ShippedRun) -> bool:
    return any(
        step.instruction.keyword == "USER" and step.instruction.number < run.step.instruction.number
        for step in stage.steps
    )


def _edits(
    operation: Operation, run: ShippedRun, off: list[str], target: str, subject: Subject
) -> tuple[HitEdit, ...]:
    """The mount, and the option that keeps nothing taken out; nothing where a variable says the same."""
    if any(variable(operation, run.step, name)[0] for name in ("PIP_NO_CACHE_DIR", "UV_NO_CACHE")):
        return ()
    end = run.step.instruction.keyword_span.end
    text = subject.document.source.text
    switches = [
        HitEdit(Span(word.span.start - 1, word.span.end), "")
        for word in operation.command.words
        if word.raw in off and text[word.span.start - 1] == " "
    ]
    return (HitEdit(Span(end, end), f" --mount=type=cache,target={target}"), *switches)
