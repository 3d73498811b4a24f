"""What the infrastructure code around a Dockerfile says about its image."""

from __future__ import annotations

from lintimg.lazy import NamedTuple


class Deployment(NamedTuple):
    """One place that builds or deploys a Dockerfile. Unknown or unresolved values are None.

    `tool` is sam, serverless, terraform, cdk, lambda-tools, compose or bake; `path` relative to the
    repository root, `line` 1-based. `dockerfile`, `context` are absolute paths. `function` tells that a Lambda function runs it,
    `command`/`entrypoint` what overrides CMD and ENTRYPOINT there; `command_given` that the code sets a command, readable or
    not. `architecture` is x86_64 or arm64, `ephemeral_storage` in MB. `build_arguments` map to None where the value
    is not known. `name` is what the code calls the function, service or target. `generated` are absolute paths that the tool
    makes before it builds the image: they need not be there. `file` is the absolute path that `path` stands for.
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
    file: str = ""


def deployed_stage(deployments: tuple[Deployment, ...]) -> str | None:
    """The stage that every function built from the file names, None where they differ."""
    targets = {deployment.target for deployment in deployments if deployment.function}
    return targets.pop() if len(targets) == 1 else None


def deployed_arguments(deployments: tuple[Deployment, ...]) -> dict[str, str]:
    """The build arguments on which all functions built from the file agree."""
    functions = [dict(deployment.build_arguments) for deployment in deployments if deployment.function]
    if not functions:
        return {}
    first = functions[0]
    return {
        name: value
        for name, value in first.items()
        if value is not None and all(arguments.get(name) == value for arguments in functions)
    }
