"""LI108: AWS's base images taken from Docker Hub."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.aws.names import is_private_ecr
from lintimg.checks.base.base_rename import rename_base
from lintimg.dockerfile.reference import parse_reference
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_REGISTRY = "public.ecr.aws/lambda"


def docker_hub_base(subject: Subject) -> Iterator[Hit]:
    """A hit for each stage that starts from AWS's base image by its name on Docker Hub."""
    for stage in subject.build.stages:
        image = stage.base_image
        base = None if stage.parent is not None or image is None else aws_base(image)
        reference = parse_reference(image) if image is not None and base is not None else None
        if base is None or image is None or reference is None or is_private_ecr(reference):
            continue
        if "aws-lambda-" not in reference.name:
            continue
        wanted = f"{_REGISTRY}/{base.language}" + (f":{base.tag}" if base.tag else "")
        edit = None if base.digest else rename_base(subject, stage, wanted)
        yield Hit(
            stage.base.span,
            {"image": image.partition("@")[0], "wanted": wanted},
            edits=() if edit is None else (edit,),
            details={"image": image, "wanted": wanted},
        )
