"""A command, outside the Dockerfile, that builds it."""

from __future__ import annotations

import json
import os.path
from functools import cache
from typing import Any

from lintimg.lazy import NamedTuple
from lintimg.model.span import Span

_DATA = os.path.join(os.path.dirname(__file__), "data", "build_commands.json")  # noqa: PTH118, PTH120 - pathlib costs start-up time


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
    with open(_DATA, "rb") as file:  # noqa: PTH123
        found: dict[str, Any] = json.load(file)
    return found
