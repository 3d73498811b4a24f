"""Advice on what nobody sees: deleted, rewritten, or copied for a mode."""

from __future__ import annotations

from collections.abc import Container, Sequence

from lintimg.contents.advice import Advice
from lintimg.contents.places_advice import command_of
from lintimg.image.waste import Loss
from lintimg.model.image import ImageLayer


def hidden_advice(
    loss: Loss, layers: Sequence[ImageLayer], base: int | None, installing: Container[int]
) -> Advice | None:
    """What to do about a loss; None where it is the base image's, which no instruction can undo.

    `installing` are the layers that install system packages: these rewrite what they bring up to date.
    """
    if loss.layer < (base or 0) or (loss.kind != "deleted" and loss.killer in installing):
        return None
    if loss.kind == "metadata-only":
        return Advice(
            f"Layer {loss.killer} copies files for a change of mode or owner alone",
            "Set them where the files come in: COPY --chmod=… --chown=…, or chmod in the RUN that makes them",
            ("LI412",),
            loss.killer,
        )
    if loss.kind == "overwritten":
        return Advice(
            f"Layer {loss.killer} writes files of layer {loss.layer} again",
            "Write them once: in one RUN, or leave them out of the earlier COPY",
            (),
            loss.killer,
        )
    copied = command_of(layers, loss.layer).startswith(("COPY", "ADD"))
    return Advice(
        f"Layer {loss.killer} deletes what layer {loss.layer} brought, which frees nothing",
        "Mount what one RUN needs: RUN --mount=type=bind,source=…,target=…; name the rest in .dockerignore"
        if copied
        else "Delete it in the RUN that makes it: join the two with &&",
        ("LI403",),
        loss.layer,
    )
