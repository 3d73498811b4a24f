"""What the infrastructure code around a Dockerfile says about its image."""

from __future__ import annotations

from typing import NamedTuple


class Deployment(NamedTuple):
    """One place that builds or deploys a Dockerfile. Unknown or unresolved values are None.

    `tool` is sam, serverless, terraform, cdk, lambda-tools, compose or bake; `path` relative to the
    repository root, `line` 1-based. `dockerfile`, `context` are absolute paths. `function` tells that a Lambda function runs it,
    `command`/`entrypoint` what overrides CMD and ENTRYPOINT there; `command_given` that the code sets a command, readable or
    not. `architecture` is x86_64 or arm64, `ephemeral_storage` in MB. `build_arguments` map to None where the value
    is not known. `name` is what the code calls the function, service or target. `generated` are absolute paths that the tool
    makes before it builds the image: they need not be there.
    """

    tool: str
    path: str
    line: int
    dockerfile: str | None
    context: str | None
    target: str | None
    function: bool
    architecture: str | None
    command: tuple[str, ...] | None
    entrypoint: tuple[str, ...] | None
    ephemeral_storage: int | None
    build_arguments: tuple[tuple[str, str | None], ...] = ()
    command_given: bool = False
    name: str | None = None
    generated: tuple[str, ...] = ()
