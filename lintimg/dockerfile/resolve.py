"""From instructions to stages and variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lintimg.dockerfile.build import BaseFacts, Build
from lintimg.dockerfile.document import Dockerfile


def resolve(
    document: Dockerfile,
    base_facts: Callable[[str], BaseFacts],
    target: str | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Build:
    """The stage graph of `document`, with `arguments` as from --build-arg and `target` as from --target.

    `base_facts` tells what an image reference brings. Raises ValueError when `target` names no stage.
    """
    raise NotImplementedError
