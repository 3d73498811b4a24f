"""`aws-lambda-tools-defaults.json`, with which the .NET tools build and deploy a project."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lintimg.context.dependency import Lines
from lintimg.context.deployment import Deployment
from lintimg.context.placement import SourceFile, architecture, number, placed, resolve, words


def read(source: SourceFile) -> Iterator[Deployment]:
    """The image function of a project, none when it is deployed as a zip.

    Raises ValueError when the file cannot be read.
    """
    try:
        options = json.loads(source.text.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(options, dict):
        return
    # A project deployed by a template has no package type here, but the folder its image takes.
    output = resolve(source.folder, options.get("docker-host-build-output-dir"))
    if str(options.get("package-type", "image" if output else "")).lower() != "image":
        return
    context = resolve(source.folder, options.get("docker-build-working-dir") or ".")
    # The Dockerfile is named relative to the project, wherever the build runs.
    dockerfile = placed(source.folder, options.get("dockerfile"))
    command = options.get("image-command")
    lines = Lines(source.text)
    yield Deployment(
        tool="lambda-tools",
        path=source.relative,
        line=lines.find('"package-type"') or lines.find('"docker-host-build-output-dir"') or 1,
        dockerfile=dockerfile,
        context=context,
        target=None,
        function=True,
        architecture=architecture(options.get("function-architecture")),
        command=_list(command),
        entrypoint=_list(options.get("image-entrypoint")),
        ephemeral_storage=number(
            options.get("ephemerial-storage-size", options.get("ephemeral-storage-size"))
        ),
        command_given=bool(command),
        name=options.get("function-name") if isinstance(options.get("function-name"), str) else None,
        generated=(output,) if output else (),
    )


def _list(value: object) -> tuple[str, ...] | None:
    """A comma-separated value as its words."""
    if isinstance(value, str):
        return tuple(part.strip().strip("\"'") for part in value.split(",")) if value else None
    return words(value)
