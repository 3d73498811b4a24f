"""LI230: infrastructure code that says something else than the Dockerfile it builds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from lintimg.aws.handlers import handler_form, handler_problem
from lintimg.aws.limits import STORAGE_LEAST, STORAGE_MOST
from lintimg.checks.contract.architectures import Evidence, artefact_evidence, image_evidence
from lintimg.checks.contract.handlers import is_program_name
from lintimg.checks.contract.image_address import image_address
from lintimg.context.deployment import Deployment
from lintimg.context.infrastructure import read_source
from lintimg.context.places import function_place, properties, setting_place
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.lint.wording import listing
from lintimg.model.span import Span
from lintimg.text import SourceText

_TOOLS = {
    "sam": "SAM",
    "serverless": "Serverless",
    "terraform": "Terraform",
    "cdk": "CDK",
    "lambda-tools": "Lambda's .NET tools",
    "compose": "Compose",
    "bake": "Bake",
}


class _Keys(NamedTuple):
    """How a tool calls its settings; `x86` and `arm` are how it writes an architecture."""

    architecture: tuple[str, ...]
    target: tuple[str, ...]
    command: tuple[str, ...]
    storage: tuple[str, ...]
    x86: str
    arm: str
    zip_only: frozenset[str] = frozenset()
    has_default: bool = False


_KEYS: Mapping[str, _Keys] = {
    "sam": _Keys(
        ("Architectures",),
        ("DockerBuildTarget",),
        ("Command",),
        ("Size",),
        "Architectures: [x86_64]",
        "Architectures: [arm64]",
        frozenset(("Runtime", "Handler", "Layers")),
        has_default=True,
    ),
    "serverless": _Keys(
        ("architecture",),
        (),
        ("command",),
        ("ephemeralStorageSize",),
        "architecture: x86_64",
        "architecture: arm64",
        frozenset(("handler", "layers")),
        has_default=True,
    ),
    "terraform": _Keys(
        ("architectures",),
        ("target",),
        ("command", "image_config_command"),
        ("size", "ephemeral_storage_size"),
        'architectures = ["x86_64"]',
        'architectures = ["arm64"]',
        frozenset(("handler", "runtime", "layers", "filename", "s3_bucket")),
        has_default=True,
    ),
    "cdk": _Keys(
        ("architecture",),
        ("target",),
        ("cmd",),
        ("ephemeralStorageSize", "ephemeral_storage_size"),
        "Architecture.X86_64",
        "Architecture.ARM_64",
    ),
    "lambda-tools": _Keys(
        ("function-architecture",),
        (),
        ("image-command",),
        ("ephemerial-storage-size", "ephemeral-storage-size"),
        '"function-architecture": "x86_64"',
        '"function-architecture": "arm64"',
        has_default=True,
    ),
    "compose": _Keys((), ("target",), (), (), "", ""),
    "bake": _Keys((), ("target",), (), (), "", ""),
}


def deployment_mismatch(subject: Subject) -> Iterator[Hit]:
    """A hit in each file of infrastructure code for what does not go together with the Dockerfile."""
    for deployment in subject.deployments:
        if deployment.dockerfile is None or not deployment.file:
            continue
        data = read_source(deployment.file)
        if data is None:
            continue
        source = SourceText(deployment.file, data)
        yield from _target(subject, deployment, source)
        if deployment.function:
            yield from _architecture(subject, deployment, source)
            yield from _command(subject, deployment, source)
            yield from _leftovers(deployment, source)
            yield from _storage(deployment, source)
            yield from image_address(deployment, source)
            yield from _arguments(subject, deployment, source)


def _values(deployment: Deployment) -> dict[str, object]:
    return {
        "name": deployment.name or "the function",
        "tool": _TOOLS.get(deployment.tool, deployment.tool),
        "wanted": "",
    }


def _target(subject: Subject, deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    target = deployment.target
    if target is None or "$" in target or subject.build.stage_called(target) is not None:
        return
    place = setting_place(source, deployment, *_KEYS[deployment.tool].target) or function_place(
        source, deployment
    )
    stages = [stage.name for stage in subject.build.stages if stage.name]
    yield Hit(
        place,
        _values(deployment)
        | {
            "target": target,
            "stages": f"its stages are {listing(stages, 6)}" if stages else "none has a name",
        },
        variant="target",
        details={"problem": "target", "target": target},
        path=deployment.file,
    )


def _architecture(subject: Subject, deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    keys = _KEYS[deployment.tool]
    place = setting_place(source, deployment, *keys.architecture)
    wanted = deployment.architecture
    if wanted is None:
        if place is not None or not keys.has_default or _is_module(deployment, source):
            return
        wanted = "x86_64"
    made = _made_for(subject)
    if made is None or made.architecture == wanted:
        return
    right = keys.arm if made.architecture == "arm64" else keys.x86
    line = subject.document.source.position(made.span.start).line
    yield Hit(
        place or function_place(source, deployment),
        _values(deployment)
        | {
            "declared": wanted,
            "built": made.architecture,
            "words": made.words,
            "line": line,
            "dockerfile": subject.document.source.path,
            "wanted": right,
        },
        variant="architecture" if deployment.architecture is not None else "default architecture",
        details={"problem": "architecture", "declared": wanted, "built": made.architecture},
        related=(HitRelated(made.span, f"this is for {made.architecture}"),),
        path=deployment.file,
    )


def _is_module(deployment: Deployment, source: SourceText) -> bool:
    """Whether a module that may have its own default stands for the function."""
    return deployment.tool == "terraform" and source.line(deployment.line).lstrip().startswith("module")


def _made_for(subject: Subject) -> Evidence | None:
    """What tells the image's architecture: its FROM, else all artefacts that agree."""
    for evidence in image_evidence(subject):
        return evidence
    artefacts = list(artefact_evidence(subject))
    return artefacts[0] if len({each.architecture for each in artefacts}) == 1 else None


def _command(subject: Subject, deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    """A command that AWS's entrypoint cannot use."""
    command, base = deployment.command, subject.aws_base
    if command is None or base is None or deployment.entrypoint:
        return
    if (subject.process.entrypoint_arguments or ()) != ("/lambda-entrypoint.sh",):
        return
    form = handler_form(base.language)
    values = _values(deployment) | {
        "command": json.dumps(list(command), ensure_ascii=False),
        "example": json.dumps([form.example if form is not None else "function"]),
        "problem": "",
    }
    variant = None
    if len(command) != 1 or is_program_name(command[0], base.language):
        variant = "command count"
    else:
        problem = handler_problem(base.language, command[0])
        if problem is not None:
            variant = "command form"
    if variant is None:
        return
    yield Hit(
        command_place(source, deployment),
        values,
        variant=variant,
        details={"problem": "command", "command": list(command)},
        path=deployment.file,
    )


def command_place(source: SourceText, deployment: Deployment) -> Span:
    """Where `source` gives the function its command, else where the function begins."""
    place = setting_place(source, deployment, *_KEYS[deployment.tool].command)
    return place or function_place(source, deployment)


def _leftovers(deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    names = _KEYS[deployment.tool].zip_only
    if not names or _is_module(deployment, source):
        return
    for name, span in properties(source, deployment, names):
        yield Hit(
            span,
            _values(deployment) | {"property": name},
            variant="zip",
            details={"problem": "zip", "property": name},
            path=deployment.file,
        )


def _storage(deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    size = deployment.ephemeral_storage
    # Functions with an accelerator may have more.
    if size is None or STORAGE_LEAST <= size <= STORAGE_MOST or "ccelerator" in source.text:
        return
    place = setting_place(source, deployment, *_KEYS[deployment.tool].storage)
    yield Hit(
        place or function_place(source, deployment),
        _values(deployment) | {"size": size, "least": STORAGE_LEAST, "most": STORAGE_MOST},
        variant="storage",
        details={"problem": "storage", "size": size},
        path=deployment.file,
    )


def _arguments(subject: Subject, deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    """Build arguments that no ARG takes."""
    if not deployment.build_arguments:
        return
    declared = {
        word.text.partition("=")[0]
        for instruction in subject.document.instructions
        if instruction.keyword == "ARG"
        for word in instruction.arguments
    }
    for name, _ in deployment.build_arguments:
        if (
            name in declared
            or name.upper().endswith("_PROXY")
            or name.startswith(("BUILDKIT_", "SOURCE_DATE"))
        ):
            continue
        place = setting_place(source, deployment, name)
        if place is None:
            continue
        yield Hit(
            place,
            _values(deployment) | {"argument": name},
            variant="argument",
            severity="info",
            details={"problem": "argument", "argument": name},
            path=deployment.file,
        )
