"""What in an image speaks Lambda's Runtime API, and LI102: images in which nothing does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename
from typing import Literal

from lintimg.aws.images import aws_base, purpose
from lintimg.checks.bases import plain_language, without_digest
from lintimg.checks.program import Program, classified, started_program
from lintimg.context.manifests import is_manifest
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import Copy, is_remote, read_copy
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

Verdict = Literal["present", "absent", "unknown"]
ClientKind = Literal["client", "adapter", "compiled", "bootstrap", ""]

_CLIENT = regex(
    r"awslambdaric|aws[-_]lambda[-_]ric|aws-lambda-java-runtime-interface-client|lambda\.runtime\.api\.client"
    r"|Amazon\.Lambda\.RuntimeSupport|AWSLambdaPackageType|lambda[-_]runtime(?![-_]?interface)|lambda_http|aws-lambda-go"
    r"|aws-lambda-cpp|swift-aws-lambda|aws-lambda-haskell|bref/|runtime/invocation|AWS_LAMBDA_RUNTIME_API",
    re.IGNORECASE,
)
_EMULATOR = regex(r"aws-lambda-(?:rie|runtime-interface-emulator)")
_ADAPTER = regex(r"lambda-(?:web-)?adapter", re.IGNORECASE)
_RUNTIME_FOLDERS = regex(r"/?(?:$|var/runtime|var/lang|var/rapid|lambda-entrypoint\.sh)")
_LIMIT = 2_000_000
_MOST_MANIFESTS = 200
_FETCHERS = frozenset(("curl", "wget", "git", "aws"))


class RuntimeClient(NamedTuple):
    """Whether something in the image asks Lambda for events. `why` says what, as half a sentence.

    "unknown": it may be there, out of sight. `sure`, for "absent": everything that could bring it was read.
    """

    verdict: Verdict
    kind: ClientKind
    why: str
    sure: bool = False


_UNKNOWN = RuntimeClient("unknown", "", "")


def missing_runtime_client(subject: Subject) -> Iterator[Hit]:
    """A hit for a function's image on a foreign base in which nothing speaks the Runtime API."""
    root, image = subject.root_stage, subject.base_image
    if root is None or image is None or subject.aws_base is not None:
        return
    language = plain_language(image)
    if language is None or purpose(image) == "function":
        return
    client = runtime_client(subject)
    program = _program(subject)
    if program is None:
        return
    language = program.language or language
    values = {
        "image": without_digest(image) if image != "scratch" else "An empty image",
        "program": program.name,
    }
    details = {"image": image, "language": language}
    if client.verdict == "present" and client.kind == "client" and program.kind == "handler":
        # No ENTRYPOINT stands before the handler; only the deployment could give one.
        yield Hit(root.base.span, values, variant="unstarted", severity="warning", details=details)
        return
    if client.verdict != "absent":
        return
    variant = "program"
    if program.kind in ("handler", "none", "shell"):
        variant = "handler" if language == "provided" else language
    sure = client.sure and subject.target.certain
    yield Hit(
        root.base.span,
        values,
        variant=variant,
        severity="error" if sure else "warning",
        details=details,
    )


def has_adapter(subject: Subject) -> bool:
    """Whether the Lambda Web Adapter is put into the shipped image."""
    return any(
        step.instruction.keyword in ("COPY", "ADD", "RUN") and _ADAPTER.search(_text(step))
        for step in subject.build.shipped_steps()
    )


def runtime_client(subject: Subject) -> RuntimeClient:
    """What in the image, which is on a foreign base, speaks the Runtime API."""
    if has_adapter(subject):
        return RuntimeClient("present", "adapter", "the Lambda Web Adapter speaks the Runtime API for it")
    said = _said(subject)
    if said is not None:
        return said
    if any(deployment.function and deployment.entrypoint for deployment in subject.deployments):
        return _UNKNOWN
    program = _program(subject)
    if program is None:
        return _UNKNOWN
    if program.kind == "other":
        return RuntimeClient(
            "present", "compiled", f"{program.name} is a binary that can bring its runtime client"
        )
    if _found_in_context(subject, program):
        return RuntimeClient("present", "client", "a runtime interface client is installed")
    if program.kind == "script" and not _is_seen(subject, program.name):
        if any(_EMULATOR.search(_text(step)) for step in subject.build.shipped_steps()):
            # AWS's entry script: the emulator at home, the client in Lambda.
            return RuntimeClient("present", "client", f"{program.name} starts a runtime interface client")
        return _UNKNOWN
    # What a script does is not known before it is read; a handler's name starts nothing, whatever is installed.
    hidden = program.kind in ("interpreter", "launcher") and subject.context is None
    sure = _is_all_seen(subject) and not hidden
    if not sure and program.language in ("dotnet", "java"):
        # There the client is a library inside the assembly or the jar.
        return _UNKNOWN
    return RuntimeClient("absent", "", "", sure)


def _program(subject: Subject) -> Program | None:
    """What starts, with a command that only infrastructure code gives."""
    process = subject.process
    if process.entrypoint is None and process.cmd is None:
        for deployment in subject.deployments:
            if deployment.function and deployment.command:
                return classified(deployment.command)
    return started_program(subject)


def _said(subject: Subject) -> RuntimeClient | None:
    """The client that instructions name, in any stage that takes part."""
    build = subject.build
    for number in sorted(build.used):
        for step in build.stages[number].steps:
            if step.instruction.keyword not in ("RUN", "COPY", "ADD", "ENTRYPOINT", "CMD"):
                continue
            found = _CLIENT.search(_text(step))
            if found is not None:
                return RuntimeClient("present", "client", "a runtime interface client is installed")
            copy = read_copy(step.instruction)
            if copy is not None and number in build.chain:
                brought = _brought(copy, step, subject)
                if brought is not None:
                    return brought
    return None


def _brought(copy: Copy, step: Step, subject: Subject) -> RuntimeClient | None:
    """A client that a COPY of the shipped chain brings along."""
    paths = [word.text for word in (*copy.sources, copy.destination)]
    if any(basename(path.rstrip("/")) == "bootstrap" for path in paths):
        return RuntimeClient("present", "bootstrap", "it has a bootstrap of its own")
    image = copied_image(copy, step, subject)
    external = copy.from_ is not None and subject.build.stage_called(copy.from_) is None
    if paths[-1].startswith("/opt/extensions") and not external:
        # It may be the web adapter under another name.
        return _UNKNOWN
    if image is not None and aws_base(image) and any(_RUNTIME_FOLDERS.match(path) for path in paths[:-1]):
        return RuntimeClient("present", "client", "AWS's runtime client is copied in")
    return None


def copied_image(copy: Copy, step: Step, subject: Subject) -> str | None:
    """The image that a COPY --from reads, through stages; None for the build context."""
    if copy.from_ is None:
        return None
    try:
        name = expand(copy.from_, step.environment, subject.document.escape)
    except ExpansionError:
        return None
    stage = subject.build.stage_called(name) if name else None
    return name if stage is None else subject.build.stages[stage.root].base_image


def _text(step: Step) -> str:
    instruction = step.instruction
    parts = [flag.text for flag in instruction.flags]
    parts.append(instruction.rest.text)
    parts += [heredoc.content for heredoc in instruction.heredocs]
    return "\n".join(parts)


def _copied_files(subject: Subject) -> Iterator[str]:
    """The files of the context that take part in the build."""
    context, build = subject.context, subject.build
    if context is None:
        return
    for number in sorted(build.used):
        for step in build.stages[number].steps:
            copy = read_copy(step.instruction)
            if copy is None or copy.from_ is not None:
                continue
            for word in copy.sources:
                try:
                    source = expand(word.text, step.environment, subject.document.escape)
                except ExpansionError:
                    continue
                if source and not is_remote(source):
                    for file in context.match(source, copy.exclude).files:
                        yield file.path
    # What RUN --mount=type=bind reads is not copied.
    for run in (run for number in sorted(build.used) for run in subject.runs(number)):
        for operation in run.operations:
            for manifest in operation.manifests:
                yield basename(manifest.path)


def _found_in_context(subject: Subject, program: Program) -> bool:
    """Whether a manifest, or a script that is started, names a client."""
    context = subject.context
    if context is None:
        return False
    names = {basename(word) for word in program.words}
    paths = dict.fromkeys(
        path for path in _copied_files(subject) if basename(path) in names or is_manifest(path) is not None
    )
    for path in list(paths)[:_MOST_MANIFESTS]:
        data = context.read(path, _LIMIT)
        if data is not None and _CLIENT.search(data.decode("utf-8", "replace")):
            return True
    return False


def _is_seen(subject: Subject, name: str) -> bool:
    return any(basename(path) == name for path in _copied_files(subject))


def _is_all_seen(subject: Subject) -> bool:
    """Whether nothing that the build brings stayed out of sight."""
    build, context = subject.build, subject.context
    for number in build.used:
        for step in build.stages[number].steps:
            copy = read_copy(step.instruction)
            if copy is None:
                continue
            if copy.from_ is None:
                if any(is_remote(word.text) for word in copy.sources):
                    return False
            elif (
                subject.build.stage_called(copy.from_) is None
                and plain_language(copy.from_) is None
                and aws_base(copy.from_) is None
            ):
                return False
        for run in subject.runs(number):
            if any(script.unread for script in run.scripts):
                return False
            if any(command.name in _FETCHERS for script in run.scripts for command in script.commands):
                return False
            for operation in run.operations:
                if any(package.kind not in ("name", "group") for package in operation.packages):
                    return False
                if operation.action == "install" and operation.manifests and context is None:
                    return False
    return context is None or not context.truncated
