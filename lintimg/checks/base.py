"""The base image: whose it is, how old it is, how exactly it is named."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from lintimg.aws.images import aws_base, deprecation_state, is_build_image, origin, purpose
from lintimg.checks.runtime_client import why_sound
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.reference import parse_reference
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.finding import Severity
from lintimg.model.span import Span


def deprecated_base_image(subject: Subject) -> Iterator[Hit]:
    """LI103: the shipped base is an AWS image that gets, or soon will get, no more patches."""
    base, stage = subject.aws_base, subject.root_stage
    if base is None or base.runtime is None or stage is None:
        return
    runtime = base.runtime
    state = deprecation_state(runtime, subject.policy.as_of)
    if state == "current" or runtime.deprecation is None:
        return
    severity: Severity = (
        "info" if state == "soon" else "error" if subject.policy.fail_deprecated else "warning"
    )
    image = subject.base_image or ""
    successor = runtime.successor_tags[0] if runtime.successor_tags else None
    name = image.partition("@")[0].rpartition(":")[0]
    values = {
        "image": image.partition("@")[0],
        "runtime": runtime.runtime,
        "date": runtime.deprecation.isoformat(),
        "successor": _respelt(name, base.language, successor) if successor else "a current runtime",
    }
    yield Hit(
        stage.base.span,
        values,
        edits=_tag_edit(stage, base.tag, base.architecture, base.language, successor),
        variant="soon" if state == "soon" else "",
        severity=severity,
        details={"runtime": runtime.runtime, "deprecation": values["date"], "successor": values["successor"]},
    )


def _respelt(name: str, language: str, successor: str) -> str:
    """The successor in the repository spelling that the author uses: `amazon/aws-lambda-nodejs:24`."""
    image, _, tag = successor.partition(":")
    if image != language:
        name = name.removesuffix(language) + image
    return f"{name}:{tag}"


def _tag_edit(
    stage: Stage, tag: str | None, architecture: str | None, language: str, successor: str | None
) -> tuple[HitEdit, ...]:
    """Replaces a tag that stands literally in FROM; none where a digest or another repository is wanted."""
    text = stage.base.text
    if successor is None or tag is None or "@" in text or not text.endswith(f":{tag}"):
        return ()
    image, _, successor_tag = successor.partition(":")
    if image != language:
        return ()
    end = stage.base.span.end
    suffix = f"-{architecture}" if architecture else ""
    return (HitEdit(Span(end - len(tag), end), successor_tag + suffix),)


def unpinned_base_image(subject: Subject) -> Iterator[Hit]:
    """LI104: an image without a tag, or with `latest`."""
    for stage in subject.build.stages:
        image = stage.base_image
        if image is None or stage.parent is not None or image == "scratch":
            continue
        parsed = parse_reference(image)
        if parsed is None or parsed.digest is not None or parsed.tag not in (None, "latest"):
            continue
        aws = aws_base(image)
        variant = "latest" if parsed.tag else ""
        if aws is not None:
            variant = "aws"
        yield Hit(
            stage.base.span,
            {"image": image, "example": _example(parsed.name, aws.language if aws else None)},
            variant=variant,
            details={"tag": parsed.tag or "none"},
        )


def _example(name: str, language: str | None) -> str:
    from lintimg.aws.runtimes import newest

    if language is None:
        return f"{name}:1.2"
    best = newest("provided" if language == "go" else language)
    return f"{name}:{best.tag}" if best is not None else f"{name}:TAG"


def non_aws_base_image(subject: Subject) -> Iterator[Hit]:
    """LI101: the shipped base is none of AWS's Lambda bases."""
    stage, image = subject.root_stage, subject.base_image
    if stage is None or image is None or image == "scratch":
        return
    if origin(image) in ("aws-lambda", "private-ecr", "scratch") or purpose(image) in ("function", "microvm"):
        return
    if _trusted(image, subject.policy.trusted_bases):
        return
    if parse_reference(image) is None:
        return
    values = {"image": image.partition("@")[0]}
    if subject.target.kind == "generic":
        yield Hit(stage.base.span, values, variant="generic", severity="info")
        return
    sound = why_sound(subject)
    if sound is not None:
        yield Hit(stage.base.span, {**values, "why": sound}, variant="sound", severity="info")
    elif is_build_image(image):
        yield Hit(stage.base.span, values, variant="build")
    else:
        yield Hit(stage.base.span, values)


def _trusted(image: str, globs: tuple[str, ...]) -> bool:
    name = image.partition("@")[0]
    untagged = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    return any(fnmatchcase(name, glob) or fnmatchcase(untagged, glob) for glob in globs)
