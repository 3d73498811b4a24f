"""The handlers that infrastructure code names for an image."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.contract.deployment_mismatch import command_place
from lintimg.checks.contract.handlers import AWS_ENTRYPOINT
from lintimg.context.infrastructure import read_source
from lintimg.lint.subject import Subject
from lintimg.model.span import Span
from lintimg.text import SourceText


def deployed_handlers(subject: Subject) -> Iterator[tuple[Span, str, str]]:
    """The place, the file and the text of each command of one word that a function gets in place of CMD."""
    build = subject.build
    seen: set[tuple[str, str]] = set()
    sources: dict[str, SourceText | None] = {}
    for deployment in subject.deployments:
        command = deployment.command
        if not deployment.function or command is None or len(command) != 1:
            continue
        if deployment.entrypoint not in (None, (), AWS_ENTRYPOINT):
            continue
        stage = build.stage_called(deployment.target) if deployment.target else None
        shipped = stage.number if stage is not None else len(build.stages) - 1
        key = (deployment.file, command[0])
        if shipped != build.target or key in seen or not deployment.file:
            continue
        seen.add(key)
        if deployment.file not in sources:
            data = read_source(deployment.file)
            sources[deployment.file] = None if data is None else SourceText(deployment.file, data)
        source = sources[deployment.file]
        if source is not None:
            yield command_place(source, deployment), deployment.file, command[0]
