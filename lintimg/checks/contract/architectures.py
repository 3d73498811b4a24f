"""For which architecture an image, and what is put into it, is made, as far as the text tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.dockerfile.build import Stage, Step
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import expanded
from lintimg.lint.subject import Subject
from lintimg.model.span import Span
from lintimg.shell.script import Command

_NAMES = {
    "amd64": "x86_64",
    "x86_64": "x86_64",
    "x86-64": "x86_64",
    "x64": "x86_64",
    "linux-x64": "x86_64",
    "linux64": "x86_64",
    "arm64": "arm64",
    "arm64v8": "arm64",
    "aarch64": "arm64",
    "linux-arm64": "arm64",
}
_TOKEN = regex(
    r"(?<![A-Za-z0-9])(x86_64|x86-64|amd64|linux64|x64|aarch64|arm64)(?![A-Za-z0-9]|_be)", re.IGNORECASE
)
_SUFFIX = regex(r"[-_](x86_64|amd64|arm64|aarch64)\Z")
_TARGET_OPTIONS = {
    "pip": ("--platform",),
    "uv": ("--python-platform",),
    "cargo": ("--target",),
    "npm": ("--cpu", "--arch"),
    "pnpm": ("--cpu", "--arch"),
    "yarn": ("--cpu", "--arch"),
    "dotnet": ("-r", "--runtime", "-a", "--arch"),
}
_OTHER_SYSTEM = regex(r"apple|macos|darwin|windows|^win")
_DOWNLOADERS = frozenset(("curl", "wget"))


class Evidence(NamedTuple):
    """Something made for `architecture` (x86_64 or arm64): where that is said, and in which words."""

    architecture: str
    span: Span
    words: str


def image_evidence(subject: Subject) -> Iterator[Evidence]:
    """What the FROM of the shipped chain says about the image's own architecture: its platform, its name, its tag."""
    if subject.root_stage is not None:
        yield from stage_evidence(subject.root_stage)


def stage_evidence(stage: Stage) -> Iterator[Evidence]:
    """What the FROM of a stage says about its architecture."""
    flag = stage.instruction.flag("platform")
    if flag is not None and stage.platform:
        found = _NAMES.get(stage.platform.removeprefix("linux/").partition("/")[0].lower())
        if found is not None:
            yield Evidence(found, flag.span, f"--platform={stage.platform}")
    if stage.base_image is None:
        return
    base = aws_base(stage.base_image)
    if base is not None:
        if base.architecture is not None:
            yield Evidence(base.architecture, stage.base.span, f"the tag {base.tag}")
        return
    reference = parse_reference(stage.base_image)
    parts = reference.repository.split("/") if reference is not None else []
    if len(parts) > 1 and parts[0] in ("amd64", "arm64v8"):
        yield Evidence(_NAMES[parts[0]], stage.base.span, f"the image {parts[0]}/{parts[1]}")


def artefact_evidence(subject: Subject) -> Iterator[Evidence]:
    """What is compiled, installed or downloaded for one architecture, whatever the image's is."""
    build = subject.build
    for stage in build.stages:
        if stage.number not in build.used:
            continue
        shipped = stage.number in build.chain
        for step in stage.steps:
            keyword = step.instruction.keyword
            if keyword == "RUN":
                yield from _run(subject, step, shipped=shipped)
            elif keyword in ("COPY", "ADD") and shipped:
                yield from _copy(subject, step)


def _copy(subject: Subject, step: Step) -> Iterator[Evidence]:
    copy = read_copy(step.instruction)
    if copy is None:
        return
    for word in copy.sources:
        source = expanded(word.text, step.environment, subject.document.escape)
        if source is not None and is_remote(source):
            found = _url_architecture(source)
            if found is not None:
                yield Evidence(found[0], word.span, found[1])
    flag = step.instruction.flag("from")
    if copy.from_ is not None and flag is not None and subject.build.stage_called(copy.from_) is None:
        image = expanded(copy.from_, step.environment, subject.document.escape)
        reference = parse_reference(image) if image else None
        suffix = _SUFFIX.search(reference.tag) if reference is not None and reference.tag else None
        if suffix is not None and reference is not None:
            yield Evidence(_NAMES[suffix[1]], flag.value_span or flag.span, f"the tag {reference.tag}")


def _run(subject: Subject, step: Step, *, shipped: bool) -> Iterator[Evidence]:
    run = subject.run(step)
    for script in run.scripts:
        for command in script.commands:
            if command.conditional or command.branches or command.function:
                continue
            yield from _compiled(command, step)
            if shipped and command.name in _DOWNLOADERS:
                yield from _downloaded(command)
    for operation in run.operations:
        command = operation.command
        if command.conditional or command.branches or command.function:
            continue
        names = _TARGET_OPTIONS.get(operation.manager, ())
        for option in operation.options:
            name, equals, value = option.partition("=")
            found = _option_architecture(operation.manager, name, value) if equals and name in names else None
            if found is not None:
                yield Evidence(found, _span_of(command, value) or operation.span, f"{name} {value}")
        if operation.manager == "cargo" and "lambda" in [word.pieces for word in command.words[:3]]:
            for word in command.words:
                if word.pieces in ("--arm64", "--x86-64"):
                    yield Evidence("arm64" if word.pieces == "--arm64" else "x86_64", word.span, word.pieces)


def _option_architecture(manager: str, name: str, value: str) -> str | None:
    if "$" in value:
        return None
    if manager == "uv" and value == "linux":
        return "x86_64"
    if manager == "dotnet" or name in ("--cpu", "--arch"):
        return _NAMES.get(value.lower().replace("linux-musl-", "linux-"))
    found = _TOKEN.search(value)
    return _NAMES.get(found[1].lower()) if found is not None and not _OTHER_SYSTEM.search(value) else None


def _span_of(command: Command, value: str) -> Span | None:
    for word in command.words:
        if word.pieces == value or word.pieces.endswith(f"={value}"):
            return word.span
    return None


def _compiled(command: Command, step: Step) -> Iterator[Evidence]:
    """Go's cross compilation, by a variable in front of the command, or one of the stage."""
    if command.name != "go" or not any(word.pieces in ("build", "install") for word in command.words[1:2]):
        return
    for assignment in reversed(command.environment):
        if assignment.name == "GOARCH":
            value = assignment.value.value if assignment.value is not None else ""
            if value in _NAMES:
                yield Evidence(_NAMES[value], assignment.span, f"GOARCH={value}")
            return
    value = step.env.get("GOARCH")
    if value in _NAMES:
        yield Evidence(_NAMES[value], command.words[0].span, f"GOARCH={value}")


def _downloaded(command: Command) -> Iterator[Evidence]:
    for word in command.arguments:
        if "://" in word.pieces:
            found = _url_architecture(word.pieces)
            if found is not None:
                yield Evidence(found[0], word.span, found[1])


def _url_architecture(url: str) -> tuple[str, str] | None:
    """The one architecture that a URL names, and its word; None where it names none, several or a variable."""
    tokens = {token.lower() for token in _TOKEN.findall(url)}
    found = {_NAMES[token] for token in tokens}
    if len(found) != 1 or not url.startswith(("http://", "https://")):
        return None
    return found.pop(), min(tokens)
