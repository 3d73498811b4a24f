"""The base image: whose it is, how old it is, how exactly it is named."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import (
    AwsBase,
    aws_base,
    deprecation_state,
    is_build_image,
    is_microvm,
    origin,
    purpose,
    suggested_tags,
)
from lintimg.aws.runtimes import Runtime, runtime_of
from lintimg.checks.base.base_rename import rename_base
from lintimg.checks.bases import (
    is_trusted,
    is_windows,
    plain_language,
    suggested_base,
    with_tag,
    without_digest,
)
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.reference import parse_reference
from lintimg.lint.rule import Hit, HitEdit, HitRelated
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity

_SYSTEMS = {"AL1": "Amazon Linux 1", "AL2": "Amazon Linux 2", "AL2023": "Amazon Linux 2023"}


def non_aws_base_image(subject: Subject) -> Iterator[Hit]:
    """LI101: the shipped base is none of AWS's Lambda bases."""
    root, image = subject.root_stage, subject.base_image
    if root is None or image is None or subject.aws_base is not None:
        return
    if image == "scratch":
        # Without an image there is nothing to say, unless a function runs in it.
        if subject.target.kind != "lambda":
            return
    elif parse_reference(image) is None or origin(image) == "private-ecr" or is_microvm(image):
        return
    if is_trusted(image, subject):
        return
    variant, why = _soundness(subject, image)
    severity: Severity | None = None if variant in ("", "build") else "info"
    if variant == "windows":
        severity = "error"
    yield Hit(
        root.base.span,
        {
            "image": without_digest(image),
            "why": why,
            "suggestion": suggested_base(image, subject.policy.as_of),
        },
        variant=variant,
        severity=severity,
        details={"image": image},
    )


def _soundness(subject: Subject, image: str) -> tuple[str, str]:
    """How much it matters that `image` is not AWS's: the variant of the message, and what makes it sound."""
    if subject.target.kind != "lambda":
        return "generic", ""
    if is_windows(image):
        return "windows", ""
    if purpose(image) == "function":
        return "sound", "it brings a runtime client"
    from lintimg.checks.contract.runtime_client import runtime_client

    client = runtime_client(subject)
    if client.verdict == "present":
        return "sound", client.why
    if image == "scratch":
        return "sound", "a static binary needs nothing else"
    if is_build_image(image) or purpose(image) == "emulation":
        return "build", ""
    return ("" if plain_language(image) is not None else "opaque"), ""


def deprecated_base_image(subject: Subject) -> Iterator[Hit]:
    """LI103: the shipped base is an AWS image that gets, or soon will get, no more patches."""
    root, base = subject.root_stage, subject.aws_base
    runtime = base.runtime if base is not None else None
    if root is None or base is None or runtime is None or runtime.deprecation is None:
        return
    state = deprecation_state(runtime, subject.policy.as_of)
    if state == "current":
        return
    severity: Severity | None = "info" if state == "soon" else None
    if state == "deprecated" and subject.policy.fail_deprecated:
        severity = "error"
    image = without_digest(subject.base_image or "")
    successor = runtime.successor_tags[0] if runtime.successor_tags else None
    shown = with_tag(image, successor) if successor is not None else "a current runtime"
    same = [stage for stage in subject.build.stages if _same_runtime(stage, base)]
    yield Hit(
        root.base.span,
        {
            "image": image,
            "runtime": runtime.runtime,
            "date": runtime.deprecation.isoformat(),
            "successor": shown,
            "note": _move(runtime) + _moved_code(subject, shown),
        },
        edits=() if successor is None else _move_edits(subject, same, successor),
        variant="soon" if state == "soon" else "",
        severity=severity,
        details={
            "runtime": runtime.runtime,
            "deprecation": runtime.deprecation.isoformat(),
            "successor": shown,
        },
        related=tuple(
            HitRelated(stage.base.span, f"This stage is built on {runtime.runtime}, too.")
            for stage in same
            if stage.number != root.number
        ),
    )


def _move_edits(subject: Subject, stages: list[Stage], successor: str) -> tuple[HitEdit, ...]:
    """The edits that move all `stages` to `successor`, or none: a builder left behind would compile for another
    version than the one that runs.
    """
    edits = []
    for stage in stages:
        image = stage.base_image or ""
        edit = None if "@" in image else rename_base(subject, stage, with_tag(image, successor))
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(dict.fromkeys(edits))


def _same_runtime(stage: Stage, base: AwsBase) -> bool:
    """Whether `stage` starts from an image with the runtime of `base`."""
    if stage.parent is not None or stage.base_image is None:
        return False
    other = aws_base(stage.base_image)
    return other is not None and other.runtime is not None and other.runtime == base.runtime


def _move(runtime: Runtime) -> str:
    """What else changes when a function moves from `runtime` to its successor."""
    found = runtime_of(*runtime.successor_tags[0].split(":")) if runtime.successor_tags else None
    if found is None or found.os == runtime.os:
        return ""
    started = (
        "; it starts no Go binary by itself: make the binary the ENTRYPOINT, or copy it to /var/runtime/bootstrap"
        if runtime.language == "go"
        else ""
    )
    return (
        f"{started}; it is {_SYSTEMS[found.os]} instead of {_SYSTEMS[runtime.os]}: dnf takes the place of yum,"
        f" and glibc is {found.glibc}"
    )


def _moved_code(subject: Subject, successor: str) -> str:
    """What has to be done by hand, since the handler would not be found on `successor`."""
    from lintimg.checks.contract.task_root import loses_handler

    return (
        "; it looks for the handler in /var/task only: copy the code there"
        if loses_handler(subject, successor)
        else ""
    )


def unpinned_base_image(subject: Subject) -> Iterator[Hit]:
    """LI104: an image without a tag, or with `latest`."""
    for stage in subject.build.stages:
        image = stage.base_image
        if stage.parent is not None or image is None or image == "scratch":
            continue
        reference = parse_reference(image)
        if reference is None or reference.digest is not None:
            continue
        base = aws_base(image)
        if reference.tag not in (None, "latest") and (base is None or base.form != "floating"):
            continue
        tags = suggested_tags(base) if base is not None else ()
        suggestion = with_tag(image, tags[0]) if tags else ""
        edit = rename_base(subject, stage, suggestion) if suggestion else None
        variant = "latest" if reference.tag else ""
        yield Hit(
            stage.base.span,
            {"image": image, "name": reference.name, "suggestion": suggestion},
            edits=(edit,) if edit is not None else (),
            variant="aws" if suggestion else variant,
            details={"image": image, "tag": "latest" if reference.tag else "none"},
        )
