"""LI627: images from elsewhere than the configuration allows."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import aws_base
from lintimg.aws.names import is_private_ecr
from lintimg.checks.bases import is_trusted
from lintimg.dockerfile.mounts import read_mounts
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span


class _Use(NamedTuple):
    """An image that a line takes files from."""

    image: str
    span: Span


def untrusted_image(subject: Subject) -> Iterator[Hit]:
    """A hit for each image that no glob of `trusted-bases` covers; none where there are no globs."""
    if not subject.policy.trusted_bases:
        return
    for use in _uses(subject):
        reference = parse_reference(use.image)
        if reference is None or use.image == "scratch" or is_private_ecr(reference):
            continue
        if aws_base(use.image) is None and not is_trusted(use.image, subject):
            yield Hit(use.span, {"image": use.image}, details={"image": use.image})


def _uses(subject: Subject) -> Iterator[_Use]:
    build = subject.build
    for stage in build.stages:
        if stage.parent is None and stage.base_image is not None:
            yield _Use(stage.base_image, stage.base.span)
    for step in subject.steps.get("COPY", ()):
        flag = step.instruction.flag("from")
        if flag is not None and flag.value and build.stage_called(flag.value) is None:
            yield _Use(flag.value, flag.value_span or flag.span)
    for step in subject.steps.get("RUN", ()):
        flag = step.instruction.flag("mount")
        for mount in read_mounts(step.instruction) if flag is not None else ():
            if flag is not None and mount.from_ and build.stage_called(mount.from_) is None:
                yield _Use(mount.from_, flag.span)
