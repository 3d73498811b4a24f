"""Names of stages that mean something else than their author thinks."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.build import Stage
from lintimg.lint.rule import Hit, HitRelated
from lintimg.lint.subject import Subject

_RESERVED = {
    "scratch": "FROM scratch still begins with an empty image",
    "context": "COPY --from=context may mean the build context",
}
"""Names that BuildKit keeps for itself (moby/buildkit frontend/dockerfile/dockerfile2llb/validations.go)."""


def duplicate_stage_name(subject: Subject) -> Iterator[Hit]:
    """LI605: a hit for each stage whose name an earlier one has already, in whatever case."""
    seen: dict[str, Stage] = {}
    for stage in subject.build.stages:
        word = stage.name_word
        if word is None or stage.name is None:
            continue
        first = seen.setdefault(stage.name, stage)
        if first is not stage and first.name_word is not None:
            yield Hit(
                word.span,
                {"name": word.text, "line": first.instruction.start_line},
                related=(HitRelated(first.name_word.span, "the stage that has the name first"),),
                details={"stage": stage.name},
            )


def reserved_stage_name(subject: Subject) -> Iterator[Hit]:
    """LI606: a hit for each stage that has a name of BuildKit's own."""
    for stage in subject.build.stages:
        reason = _RESERVED.get(stage.name or "")
        if reason is not None and stage.name_word is not None:
            yield Hit(
                stage.name_word.span,
                {"name": stage.name_word.text, "reason": reason},
                details={"stage": stage.name},
            )
