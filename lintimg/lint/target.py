"""Whose file it is: a Lambda function's, one that only builds a package or a layer, or any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from lintimg.aws.handlers import looks_like_handler
from lintimg.aws.images import aws_base, is_build_image, is_microvm, origin, purpose
from lintimg.context.deployment import Deployment
from lintimg.dockerfile.build import Build, Process, Step
from lintimg.dockerfile.copy import read_copy
from lintimg.lazy import NamedTuple, regex
from lintimg.model.finding import KINDS, Kind
from lintimg.model.span import Span

_CLIENTS = regex(
    r"awslambdaric|aws-lambda-ric|aws_lambda_ric|aws-lambda-java-runtime-interface-client"
    r"|AWSLambda\b|Amazon\.Lambda\.RuntimeSupport|lambda_runtime\b",
)
_EMULATOR = regex(r"aws-lambda-rie|aws-lambda-runtime-interface-emulator")
_ADAPTER = regex(r"aws-lambda-(web-)?adapter|/lambda-adapter\b")
_TASK_ROOT = regex(r"\bLAMBDA_TASK_ROOT\b|\bLAMBDA_RUNTIME_DIR\b")
_ASSET = regex(r"(?:^|[\s=])(/asset(?:-output)?)(?:/|\s|$)")


_INSTALLED_ASSET = regex(r"(?:-t|--target|--prefix|-d|-o)[\s=]+(/asset(?:-output)?)(?:/|\s|$)")


class Evidence(NamedTuple):
    """Why a kind was chosen: a sentence with its line, and whether it leaves no doubt."""

    kind: Kind
    certain: bool
    sentence: str


class Detected(NamedTuple):
    """The kind with what speaks for it; `certain` only for a function beyond doubt."""

    kind: Kind
    certain: bool
    evidence: tuple[str, ...]


def detect(
    build: Build,
    process: Process,
    deployments: tuple[Deployment, ...],
    declared: tuple[str, str] | None,
) -> Detected:
    """The kind of `build`. `declared` is (kind, where it was said) from a flag, comment or configuration."""
    if declared is not None:
        kind = cast("Kind", declared[0])
        return Detected(kind, kind == "lambda", (f"{declared[1]} says target {kind}",))
    if build.target is None:
        return Detected("generic", False, ("no stage to ship",))
    packaging = list(_packaging(build, process))
    if packaging and not any(d.function for d in deployments):
        return _weighed(packaging)
    found = list(_function(build, process, deployments))
    if found:
        return _weighed(found)
    return Detected("generic", False, ("nothing in the file speaks of Lambda",))


def is_kind(text: str) -> bool:
    """Whether `text` is a kind a user may declare."""
    return text in KINDS


def _weighed(found: list[Evidence]) -> Detected:
    return Detected(
        found[0].kind, any(e.certain for e in found), tuple(dict.fromkeys(e.sentence for e in found))
    )


def _line(build: Build, span: Span) -> int:
    return build.document.source.position(span.start).line


def _packaging(build: Build, process: Process) -> Iterator[Evidence]:
    """Signs of an image that only makes a zip, a layer or an extension."""
    stage = build.stages[build.chain[-1]]
    root = build.stages[build.chain[0]]
    image = root.base_image or ""
    arguments = process.cmd_arguments or ()
    base = aws_base(image)
    from_tool = origin(image) == "aws-sam" or (is_build_image(image) and "lambda" in image)
    if (base or from_tool) and process.cmd is not None and arguments[:1] == ("echo",):
        line = process.cmd.instruction.start_line
        yield Evidence("bundling", False, f"line {line}: CMD only echoes, the image is a build tool")
    if base or from_tool:
        yield from _asset_evidence(build, process)
    if from_tool and process.entrypoint is None and not _has_handler(process):
        line = _line(build, root.base.span)
        yield Evidence(
            "bundling", False, f"line {line}: FROM {image.partition('@')[0]}, a build image, and no handler"
        )
    if base and process.entrypoint is None and not _has_handler(process):
        for step in build.shipped_steps():
            if step.instruction.keyword == "RUN" and re.search(
                r"(?:^|[\s;&|(])zip\s+(-\S+\s+)*\S+", step.instruction.rest.text
            ):
                line = step.instruction.start_line
                yield Evidence("builder", False, f"line {line}: the image packs a zip and names no handler")
                return
    if root.base.text == "scratch" and not arguments and process.entrypoint is None:
        copies = [c for s in stage.steps if (c := read_copy(s.instruction))]
        if copies and len(copies) == len(
            [s for s in stage.steps if s.instruction.keyword not in ("LABEL", "ARG")]
        ):
            names = [word.text for c in copies for word in (*c.sources, c.destination)]
            if (
                any(name.endswith(".zip") or name.startswith("/opt/") for name in names)
                and len(build.stages) > 1
            ):
                yield Evidence(
                    "builder",
                    False,
                    f"line {_line(build, root.base.span)}: the image only carries a built package",
                )
    entry = process.entrypoint_arguments or ()
    if root.base.text == "scratch" and entry and all(word.endswith(".zip") for word in entry):
        yield Evidence(
            "bundling", False, f"line {_line(build, root.base.span)}: the image only carries a zip"
        )


def _asset_evidence(build: Build, process: Process) -> Iterator[Evidence]:
    """CDK mounts or extracts /asset; `pip install --target /asset` says so even beside a handler."""
    handler = _has_handler(process)
    for step in build.shipped_steps():
        instruction = step.instruction
        pattern = _INSTALLED_ASSET if handler else _ASSET
        if instruction.keyword in ("RUN", "WORKDIR", "COPY") and pattern.search(instruction.rest.text):
            line = instruction.start_line
            yield Evidence("bundling", False, f"line {line}: everything goes to /asset, as CDK bundling does")
            return


def _has_handler(process: Process) -> bool:
    arguments = process.cmd_arguments
    return bool(
        process.cmd and process.cmd.instruction.json and arguments and looks_like_handler(arguments[0])
    )


def _function(build: Build, process: Process, deployments: tuple[Deployment, ...]) -> Iterator[Evidence]:
    """Signs of a Lambda function, the strongest first."""
    root = build.stages[build.chain[0]]
    line = _line(build, root.base.span)
    image = root.base_image or ""
    if is_microvm(image):
        return
    if aws_base(image):
        ending = f"line {line}: final stage is FROM {image.partition('@')[0]}"
        if root.number != build.target:
            ending = f"line {line}: the final stage builds on FROM {image.partition('@')[0]}"
        yield Evidence("lambda", True, ending)
    if purpose(image) == "function":
        yield Evidence(
            "lambda", True, f"line {line}: FROM {image.partition('@')[0]} is a base for Lambda functions"
        )
    functions = [deployment for deployment in deployments if deployment.function]
    if functions:
        first, more = functions[0], len(functions) - 1
        others = f" ({more} more such places)" if more else ""
        yield Evidence(
            "lambda", True, f"{first.path}:{first.line}: {first.tool} deploys it as a function{others}"
        )
    client = False
    for step in build.shipped_steps():
        for evidence in _step_evidence(step):
            client = client or "client" in evidence.sentence
            yield evidence
    if not client:
        for evidence in _built_in(build):
            client = True
            yield evidence
    command = process.cmd
    if command is not None and (process.entrypoint is None or client) and _has_handler(process):
        word = (process.cmd_arguments or ("",))[0]
        if len(process.cmd_arguments or ()) == 1 and (root.base_facts.entrypoint or ()) in (
            (),
            ("/lambda-entrypoint.sh",),
        ):
            yield Evidence(
                "lambda",
                client,
                f'line {command.instruction.start_line}: CMD ["{word}"] has the shape of a handler',
            )


def _built_in(build: Build) -> Iterator[Evidence]:
    """A runtime client that a stage installs from which the shipped one copies."""
    for number in sorted(build.used.difference(build.chain)):
        for step in build.stages[number].steps:
            if step.instruction.keyword == "RUN" and _CLIENTS.search(step.instruction.rest.text):
                line = step.instruction.start_line
                yield Evidence("lambda", True, f"line {line}: a Lambda runtime interface client is installed")


def _step_evidence(step: Step) -> Iterator[Evidence]:
    instruction = step.instruction
    text = instruction.rest.text
    line = instruction.start_line
    keyword = instruction.keyword
    if keyword in ("LABEL", "MAINTAINER", "HEALTHCHECK", "EXPOSE", "USER", "STOPSIGNAL", "ONBUILD"):
        return
    copied_from = instruction.flag("from") if keyword in ("COPY", "ADD") else None
    if copied_from is not None:
        text = f"{copied_from.value or ''} {text}"
    if keyword in ("COPY", "ADD", "ENTRYPOINT", "CMD", "RUN", "ENV"):
        if _ADAPTER.search(text):
            yield Evidence("lambda", False, f"line {line}: the Lambda Web Adapter is installed")
        elif _EMULATOR.search(text):
            yield Evidence("lambda", False, f"line {line}: the Runtime Interface Emulator is installed")
    if keyword in ("RUN", "ENTRYPOINT", "CMD", "COPY") and _CLIENTS.search(text):
        yield Evidence("lambda", True, f"line {line}: a Lambda runtime interface client is named")
    if keyword in ("COPY", "ADD", "WORKDIR", "RUN", "ENTRYPOINT", "ENV") and _TASK_ROOT.search(text):
        yield Evidence("lambda", False, f"line {line}: {keyword} uses {_task_root_name(text)}")


def _task_root_name(text: str) -> str:
    found = _TASK_ROOT.search(text)
    return found.group() if found else "LAMBDA_TASK_ROOT"
