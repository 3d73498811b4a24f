"""What lintimg reports: findings, their places and their fixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from lintimg.model.span import Region

Severity = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe"]
Kind = Literal["lambda", "generic", "bundling", "builder"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""

KINDS: tuple[Kind, ...] = ("lambda", "generic", "bundling", "builder")


class SourceLine(NamedTuple):
    """A line of a file, without its line end; `number` is 1-based."""

    number: int
    text: str


class Edit(NamedTuple):
    """Replace `region` of the file at `path` by `text`; a `region` of None makes a new file."""

    path: str
    region: Region | None
    text: str


class Fix(NamedTuple):
    """A remedy as edits. `safe`: the built image does the same at run time."""

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]


class Saving(NamedTuple):
    """How many bytes a remedy saves, and how that is known."""

    bytes: int
    basis: Literal["estimated", "measured"]


class FileLocation(NamedTuple):
    """A place in a file of the repository."""

    path: str
    stage: str | None
    region: Region
    excerpt: tuple[SourceLine, ...]


class Related(NamedTuple):
    """A second place that helps to understand a finding."""

    path: str
    region: Region
    message: str


class Finding(NamedTuple):
    """One defect, complete: every report format can be made from it without the sources."""

    rule: str
    severity: Severity
    message: str
    help: str
    fingerprint: str
    location: FileLocation
    dockerfile: str
    related: tuple[Related, ...] = ()
    details: Mapping[str, object] = {}
    saving: Saving | None = None
    fix: Fix | None = None


class Suppression(NamedTuple):
    """Why a finding is not counted."""

    kind: Literal["inline", "file", "config", "baseline"]
    reason: str | None


class Suppressed(NamedTuple):
    """A finding that someone chose not to see."""

    finding: Finding
    suppression: Suppression


class Problem(NamedTuple):
    """Something lintimg itself could not do; any of these makes the exit status 2."""

    kind: str
    message: str
    path: str | None = None
    line: int | None = None
    image: str | None = None
    rule: str | None = None
