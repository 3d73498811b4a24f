"""Whether an image can speak Lambda's Runtime API at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.aws.images import aws_base, origin, purpose
from lintimg.context.manifests import read_manifest
from lintimg.context.names import is_manifest
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.copy import read_copy
from lintimg.dockerfile.reference import parse_reference
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity

_NAMES = re.compile(
    r"awslambdaric|aws-lambda-ric|aws_lambda_ric|aws-lambda-java-runtime-interface-client|AWSLambda\b"
    r"|Amazon\.Lambda\.RuntimeSupport|Amazon\.Lambda\.AspNetCoreServer|lambda_runtime|lambda_http|aws-lambda-go"
    r"|aws-lambda-cpp|runtime/invocation|AWS_LAMBDA_RUNTIME_API|bref|aws-lambda-rie",
    re.IGNORECASE,
)
_ADAPTER = re.compile(r"lambda-adapter|aws-lambda-web-adapter")
_BOOTSTRAP = re.compile(r"\bbootstrap\b")
_PLAIN = {
    "python": "pip install awslambdaric",
    "node": "npm install aws-lambda-ric",
    "ruby": "gem install aws_lambda_ric",
    "openjdk": "add com.amazonaws:aws-lambda-java-runtime-interface-client",
    "eclipse-temurin": "add com.amazonaws:aws-lambda-java-runtime-interface-client",
    "amazoncorretto": "add com.amazonaws:aws-lambda-java-runtime-interface-client",
    "mcr.microsoft.com/dotnet/runtime": "add the package Amazon.Lambda.RuntimeSupport",
    "mcr.microsoft.com/dotnet/aspnet": "add the package Amazon.Lambda.RuntimeSupport",
}
"""Plain images of a language (their short names) and how each gets a runtime interface client."""

_SHORT = {
    "public.ecr.aws/amazonlinux/amazonlinux": "amazonlinux",
    "public.ecr.aws/amazoncorretto/amazoncorretto": "amazoncorretto",
}
_SYSTEMS = frozenset(
    ("debian", "ubuntu", "alpine", "amazonlinux", "fedora", "centos", "rockylinux", "almalinux")
)
_COMPILED = frozenset(("go", "cargo"))


def why_sound(subject: Subject) -> str | None:
    """Why a foreign base is a sound choice for this function, in words; None when nothing says so."""
    texts = list(_texts(subject))
    if any(_ADAPTER.search(text) for text in texts):
        return "the Lambda Web Adapter speaks the Runtime API for it"
    if any(_NAMES.search(text) for text in texts):
        return "a runtime interface client is installed"
    if _is_compiled(subject):
        return "the function is a compiled binary that brings its runtime client"
    return None


def missing_runtime_client(subject: Subject) -> Iterator[Hit]:
    """LI102: a plain image in which nothing speaks the Runtime API."""
    stage, image = subject.root_stage, subject.base_image
    if stage is None or image is None or aws_base(image) is not None or purpose(image) is not None:
        return
    if origin(image) != "other":
        return
    parsed = parse_reference(image)
    short = _short_name(image)
    if parsed is None or (short not in _PLAIN and short not in _SYSTEMS):
        return
    if why_sound(subject) is not None or any(_BOOTSTRAP.search(text) for text in _texts(subject)):
        return
    known = _manifest_says(subject)
    if known is True or _script_says(subject):
        return
    surely = known is False and subject.target.certain
    severity: Severity = "error" if surely else "warning"
    if known is None and _installs_from_manifest(subject):
        # The manifest that is not at hand may well name the client.
        return
    remedy = _PLAIN.get(short, "install the runtime interface client of its language")
    yield Hit(
        stage.base.span,
        {"image": image.partition("@")[0], "remedy": remedy},
        severity=severity,
        details={"image": image},
    )


def _short_name(image: str) -> str:
    name = image.partition("@")[0]
    if ":" in name.rpartition("/")[2]:
        name = name.rpartition(":")[0]
    for prefix in ("docker.io/", "index.docker.io/", "public.ecr.aws/docker/library/", "library/"):
        name = name.removeprefix(prefix)
    return _SHORT.get(name, name)


def _related_stages(subject: Subject) -> Iterator[Stage]:
    """The shipped chain and every stage it is built from."""
    for number in sorted(subject.build.used):
        yield subject.build.stages[number]


def _texts(subject: Subject) -> Iterator[str]:
    for stage in _related_stages(subject):
        yield stage.base.text
        for step in stage.steps:
            instruction = step.instruction
            if instruction.keyword in ("LABEL", "MAINTAINER", "EXPOSE", "HEALTHCHECK"):
                continue
            yield instruction.rest.text
            for flag in instruction.flags:
                yield flag.text
            for heredoc in instruction.heredocs:
                yield heredoc.content


def _is_compiled(subject: Subject) -> bool:
    """Go and Rust link the client into the binary: a builder stage compiles, the shipped one runs the result."""
    for stage in _related_stages(subject):
        image = stage.base_image or ""
        short = _short_name(image)
        if short in ("golang", "rust", "swift", "ghcr.io/cargo-lambda/cargo-lambda", "gcc"):
            return True
        for run in subject.runs(stage.number):
            if any(
                operation.manager in _COMPILED and operation.action == "build" for operation in run.operations
            ):
                return True
    entrypoint = subject.process.entrypoint
    if entrypoint is None or not entrypoint.instruction.json or not entrypoint.instruction.arguments:
        return False
    program = entrypoint.instruction.arguments[0].text.rpartition("/")[2]
    words = [
        word.text
        for step in subject.build.shipped_steps()
        if (copy := read_copy(step.instruction))
        for word in (*copy.sources, copy.destination)
    ]
    return "." not in program and any(word.rstrip("/").rpartition("/")[2] == program for word in words)


def _manifest_says(subject: Subject) -> bool | None:
    """Whether a manifest of the context names a client; None when there is no manifest to ask."""
    context = subject.context
    if context is None:
        return None
    asked = False
    for file in context.files[:5_000]:
        if file.path.count("/") > 3 or "node_modules/" in file.path or not is_manifest(file.path):
            continue
        data = context.read(file.path)
        if data is None:
            continue
        asked = True
        if _NAMES.search(data.decode("utf-8", "replace")):
            return True
        manifest = read_manifest(file.path, data)
        if manifest is not None and any(_NAMES.search(entry.name) for entry in manifest.dependencies):
            return True
    return False if asked else None


def _script_says(subject: Subject) -> bool:
    """Whether an entry script or anything small beside it in the context speaks of a client."""
    context = subject.context
    if context is None:
        return False
    for step in (subject.process.entrypoint, subject.process.cmd):
        for word in step.instruction.arguments if step is not None else ():
            for name in re.findall(r"[\w.\-]+", word.text):
                for file in context.files:
                    if file.path.rpartition("/")[2] == name:
                        data = context.read(file.path, 100_000)
                        if data and _NAMES.search(data.decode("utf-8", "replace")):
                            return True
    return False


def _installs_from_manifest(subject: Subject) -> bool:
    return any(
        operation.manifests or any(package.kind in ("path", "variable") for package in operation.packages)
        for number in sorted(subject.build.used)
        for run in subject.runs(number)
        for operation in run.operations
        if operation.action in ("install", "build")
    )
