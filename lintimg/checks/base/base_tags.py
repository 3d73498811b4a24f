"""Tags of AWS's base images: those on Amazon Linux 2, and those that AWS never published or does not support."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.aws.images import AwsBase, aws_base, deprecation_state, suggested_tags
from lintimg.aws.runtimes import Runtime, closest_tag, newest, read_tag, runtime_of
from lintimg.checks.base.base_rename import rename_base
from lintimg.checks.bases import with_tag, without_digest
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject

_NUMBER = regex(r"(\d+)(?:\.(\d+))?\Z")


def amazon_linux_2_base(subject: Subject) -> Iterator[Hit]:
    """LI105: the shipped base is on Amazon Linux 2; silent where LI103 speaks already."""
    root, image, base = subject.root_stage, subject.base_image, subject.aws_base
    if root is None or image is None or base is None:
        return
    runtime = base.runtime
    if (
        runtime is None
        or runtime.os != "AL2"
        or deprecation_state(runtime, subject.policy.as_of) != "current"
    ):
        return
    same_version = runtime_of(base.language, f"{runtime.tag.removesuffix('.al2')}.al2023")
    successor = f"{base.language}:{same_version.tag}" if same_version is not None else None
    if successor is None:
        successor = runtime.successor_tags[0] if runtime.successor_tags else None
    if successor is None:
        return
    yield Hit(
        root.base.span,
        {
            "image": without_digest(image),
            "successor": with_tag(image, successor),
            "until": runtime.deprecation.isoformat() if runtime.deprecation is not None else "further notice",
        },
        edits=_moved(subject, runtime, successor),
        details={"runtime": runtime.runtime, "successor": with_tag(image, successor)},
    )


def _moved(subject: Subject, runtime: Runtime, successor: str) -> tuple[HitEdit, ...]:
    """The edits that move every stage on `runtime` at once; none where one of them cannot be moved."""
    edits = []
    for stage in subject.build.stages:
        image = stage.base_image
        other = aws_base(image) if image is not None and stage.parent is None else None
        if image is None or other is None or other.runtime != runtime:
            continue
        edit = None if other.digest is not None else rename_base(subject, stage, with_tag(image, successor))
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(dict.fromkeys(edits))


def unsupported_base_tag(subject: Subject) -> Iterator[Hit]:
    """LI106: a tag outside AWS's grammar in any stage, or a preview in the shipped one."""
    for stage in subject.build.stages:
        image = stage.base_image
        base = aws_base(image) if image is not None and stage.parent is None else None
        if image is None or base is None or base.tag is None:
            continue
        if base.runtime is not None:
            if base.runtime.preview and stage.number in subject.build.chain:
                yield from _preview(stage, image, base)
        elif base.form == "unknown" and base.digest is None:
            # With a digest beside it, a tag is never looked up.
            yield _unknown(subject, stage, image, base)


def _preview(stage: Stage, image: str, base: AwsBase) -> Iterator[Hit]:
    best = newest(base.language)
    if best is None:
        return
    yield Hit(
        stage.base.span,
        {"image": without_digest(image), "suggestion": with_tag(image, f"{base.language}:{best.tag}")},
        variant="preview",
        details={"tag": base.tag, "problem": "preview"},
    )


def _unknown(subject: Subject, stage: Stage, image: str, base: AwsBase) -> Hit:
    tag = base.tag or ""
    near = closest_tag(base.language, tag)
    values = {"image": image, "tag": tag}
    if near is not None:
        # The near tag may carry an architecture already.
        reference = parse_reference(image)
        suggestion = f"{reference.name}:{near}" if reference is not None else near
        edit = rename_base(subject, stage, suggestion)
        return Hit(
            stage.base.span,
            values | {"suggestion": suggestion},
            edits=(edit,) if edit is not None else (),
            variant="near",
            details={"tag": tag, "problem": "misspelt"},
        )
    suggestion = with_tag(image, suggested_tags(base)[0]) if suggested_tags(base) else ""
    newer = _is_newer(base.language, tag)
    return Hit(
        stage.base.span,
        values | {"suggestion": suggestion},
        variant="newer" if newer else "",
        severity="info" if newer else None,
        details={"tag": tag, "problem": "newer" if newer else "unknown"},
    )


def _is_newer(language: str, tag: str) -> bool:
    """Whether `tag` may be a version that came out after the data was made."""
    version = _NUMBER.match(read_tag(tag).version)
    best = newest(language)
    known = _NUMBER.match(best.tag) if best is not None else None
    if version is None or known is None:
        return False
    return (int(version[1]), int(version[2] or 0)) > (int(known[1]), int(known[2] or 0))
