"""What lintimg reports: findings, their places and their fixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lintimg.lazy import NamedTuple
from lintimg.model.span import Position, Region

Severity = Literal["error", "warning", "info"]
Applicability = Literal["safe", "unsafe"]
State = Literal["new", "unchanged"]
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


class ZipFit(NamedTuple):
    """Would the function's code and dependencies fit a zip package (unzipped bytes)."""

    fits: bool
    bytes: int
    limit: int


class FileLocation(NamedTuple):
    """A place in a file of the repository; `line_hash` is what GitHub knows its first line by."""

    path: str
    stage: str | None
    region: Region
    excerpt: tuple[SourceLine, ...]
    line_hash: str | None = None


class DockerfileLine(NamedTuple):
    """The instruction that made something of an image; 1-based lines, `end_line` inclusive."""

    path: str
    line: int
    end_line: int
    stage: str | None = None


class LayerReference(NamedTuple):
    """A layer of an image, number 0 being the lowest; `digest` is that of the stored content, or None."""

    number: int
    digest: str | None


class ImageLocation(NamedTuple):
    """A place in a built image; `layer_path` is absolute and None for the image or layer as a whole.

    For formats that know files only it stands at the Dockerfile's instruction, else at the image's first line.
    """

    image: str
    layer: LayerReference | None = None
    layer_path: str | None = None
    dockerfile_line: DockerfileLine | None = None

    @property
    def path(self) -> str:
        """The Dockerfile where it is known, else the image."""
        return self.image if self.dockerfile_line is None else self.dockerfile_line.path

    @property
    def region(self) -> Region:
        """The whole lines of the Dockerfile's instruction where they are known."""
        line = self.dockerfile_line
        first, end = (1, 1) if line is None else (line.line, line.end_line + 1)
        return Region(Position(first, 1), Position(end, 1))

    @property
    def stage(self) -> str | None:
        """The stage of the Dockerfile's instruction."""
        return None if self.dockerfile_line is None else self.dockerfile_line.stage

    @property
    def excerpt(self) -> tuple[SourceLine, ...]:
        """Nothing: a built image has no lines."""
        return ()

    @property
    def line_hash(self) -> None:
        """Nothing: the Dockerfile has not been read."""
        return


class Related(NamedTuple):
    """A second place that helps to understand a finding."""

    path: str
    region: Region
    message: str


class Finding(NamedTuple):
    """One defect, complete: every report format can be made from it without the sources.

    `state` says whether an earlier report has it; None where there is none.
    """

    rule: str
    severity: Severity
    message: str
    help: str
    fingerprint: str
    location: FileLocation | ImageLocation
    dockerfile: str | None
    related: tuple[Related, ...] = ()
    details: Mapping[str, object] = {}
    saving: Saving | None = None
    fix: Fix | None = None
    state: State | None = None


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
