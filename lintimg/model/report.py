"""The report of one run, as the JSON contract has it (schema 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from lintimg.lazy import NamedTuple
from lintimg.model.finding import Finding, Kind, Problem, Severity, Suppressed, ZipFit

if TYPE_CHECKING:
    # Not imported by a check of Dockerfiles alone: a dozen classes take their time to define.
    from lintimg.model.image import ImageReport


class RuleInfo(NamedTuple):
    """What a report says about a rule. `equivalents` maps a tool to `{code, when}` entries."""

    code: str
    name: str
    title: str
    family: str
    default_severity: Severity
    description: str
    rationale: str
    help: str
    tags: tuple[str, ...]
    references: tuple[str, ...]
    equivalents: Mapping[str, tuple[Mapping[str, object], ...]]
    url: str


class StageInfo(NamedTuple):
    """A stage; `line` is the 1-based line of its FROM."""

    number: int
    name: str | None
    base: str
    line: int
    shipped: bool


class EstimatePart(NamedTuple):
    """One contribution to an estimate; `line` is that of the instruction or None."""

    line: int | None
    what: str
    bytes: int


class Estimate(NamedTuple):
    """Predicted uncompressed image size in bytes, before the image is built."""

    low: int
    likely: int
    high: int
    parts: tuple[EstimatePart, ...]


class FileReport(NamedTuple):
    """What is known about one Dockerfile."""

    path: str
    kind: Kind
    evidence: tuple[str, ...]
    context: str | None
    final_base: str | None
    aws_base: bool | None
    runtime: str | None
    stages: tuple[StageInfo, ...]
    estimate: Estimate | None
    zip: ZipFit | None


class ToolInfo(NamedTuple):
    """Who made the report; dates are ISO."""

    name: str
    version: str
    as_of: str
    data_as_of: str


class SizeChange(NamedTuple):
    """How many bytes an image has grown from one report to the next: a built one, or a Dockerfile's estimate."""

    kind: Literal["file", "image"]
    name: str
    before: int
    after: int


class Since(NamedTuple):
    """What is different from an earlier report: numbers of findings, and the findings that are no more."""

    new: int
    unchanged: int
    fixed: tuple[Finding, ...]
    sizes: tuple[SizeChange, ...]


class Report(NamedTuple):
    """One run's findings, sorted by path, line, column and code; `fixed` counts those that are no more."""

    tool: ToolInfo
    files: tuple[FileReport, ...]
    rules: Mapping[str, RuleInfo]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    errors: tuple[Problem, ...]
    exit_status: int
    images: tuple[ImageReport, ...] = ()
    fixed: int = 0
    since: Since | None = None
