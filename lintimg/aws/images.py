"""Base images: which are AWS's own, and what the others are for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from lintimg.aws.names import canonical_name, is_private_ecr
from lintimg.aws.runtimes import (
    DeprecationState,
    Runtime,
    closest_tag,
    deprecation_state,
    newest,
    read_tag,
    runtime_of,
)
from lintimg.aws.tables import table
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import NamedTuple

__all__ = [
    "AwsBase",
    "DeprecationState",
    "Origin",
    "Purpose",
    "Runtime",
    "TagForm",
    "aws_base",
    "deprecation_state",
    "is_build_image",
    "is_microvm",
    "origin",
    "purpose",
    "suggested_tags",
]

Origin = Literal["aws-lambda", "aws-sam", "private-ecr", "other", "scratch"]

TagForm = Literal["runtime", "floating", "short", "unknown", "digest"]

Purpose = Literal["build", "emulation", "function", "microvm"]


class AwsBase(NamedTuple):
    """An AWS Lambda base image reference (`public.ecr.aws/lambda/*`, `amazon/aws-lambda-*`).

    `language` is python, nodejs, java, dotnet, ruby, go or provided. `runtime` is None when the tag
    is missing, `latest`, unknown or only a digest. `architecture` comes from a tag suffix.

    `form` says why: "runtime" a tag of the table, "floating" none or `latest`, "short" a documented tag that
    names no version (`python:3`), "digest" a digest without a tag that tells, "unknown" none that AWS's grammar has.
    """

    language: str
    tag: str | None
    digest: str | None
    runtime: Runtime | None
    architecture: str | None
    form: TagForm = "unknown"


@lru_cache(maxsize=1024)
def aws_base(reference: str) -> AwsBase | None:
    """The AWS Lambda base image `reference` names, or None when it is another image."""
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    image = table("images")["lambda_images"].get(canonical_name(parsed))
    if image is None:
        return None
    tag, digest = parsed.tag, parsed.digest
    if tag is None or tag == "latest":
        return AwsBase(image, tag, digest, None, None, "digest" if digest else "floating")
    runtime = runtime_of(image, tag)
    parts = read_tag(tag)
    form: TagForm = "runtime"
    if runtime is None:
        form = "short" if f"{image}:{parts.version}" in table("runtimes")["short_tags"] else "unknown"
        if parts.version == "latest":
            form = "digest" if digest else "floating"
    return AwsBase(image, tag, digest, runtime, parts.architecture, form)


def suggested_tags(base: AwsBase) -> tuple[str, ...]:
    """What to write instead of a tag that is missing, misspelt or out of support, best first, as `repository:tag`."""
    if base.runtime is not None:
        return base.runtime.successor_tags
    found = []
    if base.form == "unknown" and base.tag is not None:
        near = closest_tag(base.language, base.tag)
        if near is not None:
            found.append(f"{base.language}:{near}")
    best = newest(base.language)
    if best is not None:
        image = "provided" if base.language == "go" else base.language
        found.append(f"{image}:{best.tag}")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def origin(reference: str) -> Origin:
    """Where an image comes from. ECR in an account (`123456789012.dkr.ecr.…`) is private."""
    if reference == "scratch":
        return "scratch"
    if aws_base(reference) is not None:
        return "aws-lambda"
    parsed = parse_reference(reference)
    if parsed is None:
        return "other"
    if is_private_ecr(parsed):
        return "private-ecr"
    return "aws-sam" if canonical_name(parsed).startswith("public.ecr.aws/sam/") else "other"


@lru_cache(maxsize=1024)
def purpose(reference: str) -> Purpose | None:
    """What an image is made for when its name tells: "function" (others' Lambda bases with a runtime client
    in them, such as bref's), "build" (an SDK, a compiler, AWS SAM's and
    lambci's build images), "emulation" (local zip emulation) or "microvm" (Lambda MicroVMs, another
    product). None for everything else.
    """
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    name = canonical_name(parsed)
    tagged = f"{name}:{parsed.tag or 'latest'}"
    for row in table("images")["purposes"]:
        for pattern in row["images"]:
            image = tagged if ":" in pattern else name
            # A pattern is compiled only where its longest literal part occurs.
            if max(pattern.split("*"), key=len) in image and fnmatchcase(image, pattern):
                found: Purpose = row["purpose"]
                return found
    return None


def is_build_image(reference: str) -> bool:
    """Whether an image brings a toolchain and belongs in a builder stage."""
    return purpose(reference) == "build"


def is_microvm(reference: str) -> bool:
    """Whether an image is for Lambda MicroVMs, to which no rule about functions applies."""
    return purpose(reference) == "microvm"
