"""A command, outside the Dockerfile, that builds it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from lintimg.lazy import NamedTuple
from lintimg.model.span import Span


class BuildCommand(NamedTuple):
    """One place in `file`, an absolute path, that builds the Dockerfile in question.

    `words` are what builds, `docker build` or an action's name, and `span` their place in the file. `context` is an absolute path, None when a
    variable hides it. `platforms` are those the command names. `pushed`: the image goes to a registry, from here or elsewhere in the file.
    `attested` tells that a provenance or SBOM attestation goes beside the image: on every engine when `certain`, else where
    the engine keeps its images in containerd's store. `insert` is where the option that prevents it goes, None for an action, and
    where the command asks for the attestation.
    """

    file: str
    words: str
    span: Span
    context: str | None
    platforms: tuple[str, ...]
    pushed: bool
    attested: bool
    certain: bool
    insert: int | None


@cache
def facts() -> dict[str, Any]:
    """The data file. Callers must not change it."""
    found: dict[str, Any] = json.loads(
        Path(__file__).with_name("data").joinpath("build_commands.json").read_bytes()
    )
    return found
