"""Base images: which are AWS's own, and what they bring."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

Origin = Literal["aws-lambda", "aws-sam", "private-ecr", "other", "scratch"]


class Runtime(NamedTuple):
    """A Lambda runtime's image: the row of the data file a tag belongs to.

    `os` is AL1, AL2 or AL2023; `deprecation` the date from which the image gets no more patches
    (None when not announced); `successor_tags` best first, as `repository:tag`.
    """

    runtime: str
    language: str
    tag: str
    os: str
    package_managers: tuple[str, ...]
    glibc: str
    deprecation: date | None
    successor_tags: tuple[str, ...]
    preview: bool


class AwsBase(NamedTuple):
    """An AWS Lambda base image reference (`public.ecr.aws/lambda/*`, `amazon/aws-lambda-*`).

    `language` is python, nodejs, java, dotnet, ruby, go or provided. `runtime` is None when the tag
    is missing, `latest`, unknown or only a digest. `architecture` comes from a tag suffix.
    """

    language: str
    tag: str | None
    digest: str | None
    runtime: Runtime | None
    architecture: str | None


def aws_base(reference: str) -> AwsBase | None:
    """The AWS Lambda base image `reference` names, or None when it is another image."""
    raise NotImplementedError


def origin(reference: str) -> Origin:
    """Where an image comes from. ECR in an account (`123456789012.dkr.ecr.…`) is private."""
    raise NotImplementedError
