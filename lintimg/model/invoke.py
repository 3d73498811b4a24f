"""What running an image as Lambda would has shown."""

from __future__ import annotations

from typing import Literal

from lintimg.lazy import NamedTuple

Verdict = Literal["ok", "handler-error", "init-error", "entry-point-error", "timeout", "out-of-memory"]


class Cause(NamedTuple):
    """Why it failed, in Lambda's terms. `rule` is the code of the rule that explains it, `evidence` the line of
    the log or of the answer that shows it, `line` the 1-based line of the Dockerfile.
    """

    rule: str | None
    message: str
    help: str
    evidence: str
    line: int | None = None


class Invocation(NamedTuple):
    """One event and what came back. Milliseconds; `duration` as the emulator's log has it, `wall` as the client
    waited. `response` is cut after some thousand characters, `response_bytes` is the whole.
    """

    event: str
    verdict: Verdict
    status: int | None
    response: str
    response_bytes: int
    duration: float | None
    wall: float


class Spread(NamedTuple):
    """Of several measured values."""

    minimum: float
    median: float
    maximum: float


class Limits(NamedTuple):
    """The function's settings that the run was held to. Bytes are MiB here as in Lambda's own settings."""

    memory_mb: int
    tmp_mb: int
    timeout_seconds: float
    architecture: str


class Difference(NamedTuple):
    """The same event under plain docker conditions, and what stood in the way under Lambda's."""

    verdict: Verdict
    message: str


class InvokeReport(NamedTuple):
    """One run. `init` and the durations are milliseconds, memory and reads bytes; None where it cannot be told."""

    image: str
    emulator: str
    command: tuple[str, ...]
    limits: Limits
    verdict: Verdict
    cause: Cause | None
    difference: Difference | None
    invocations: tuple[Invocation, ...]
    init: float | None
    first: float | None
    following: Spread | None
    peak_memory: int | None
    read_bytes: int | None
    log: tuple[str, ...]
    failed_expectations: tuple[str, ...]
    exit_status: int
