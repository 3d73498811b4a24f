"""A whole run: the events under Lambda's conditions and, where they fail, the first of them without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from docker import DockerClient

from lintimg.invoke.causes import find_cause
from lintimg.invoke.conditions import Conditions, facts, lambda_conditions, plain_conditions
from lintimg.invoke.emulator import Emulator
from lintimg.invoke.endpoint import send
from lintimg.invoke.expectations import Expectations, failed_expectations
from lintimg.invoke.judge import INITIALISED, Ruling, judge
from lintimg.invoke.measure import Watch, init_milliseconds, invoke_milliseconds, spread
from lintimg.invoke.sandbox import ImageFacts, Program, emulator_for, image_facts, sandbox
from lintimg.lazy import NamedTuple
from lintimg.model.invoke import Cause, Difference, Invocation, InvokeReport, Limits

_MIB = 1024 * 1024
_SHOWN_BYTES = 4000
_GRACE_SECONDS = 10
_LOG_LINES = 30
_OWN_LINE = re.compile(
    r"\d\d \w{3} \d{4} [\d:,]+ \[\w+\] \(rapid\)|(?:START|END|REPORT) RequestId: |\[WARNING\]\t.*LAMBDA_WARNING"
)
_SHELLS = ("/bin/sh", "/bin/bash", "sh", "bash")


class EventSource(NamedTuple):
    """An event and how reports call it."""

    name: str
    data: bytes


class Request(NamedTuple):
    """What is to be run. `handler`, `entrypoint` and `working_directory` override the image as ImageConfig does."""

    image: str
    events: tuple[EventSource, ...]
    repeat: int
    handler: str | None
    entrypoint: tuple[str, ...] | None
    working_directory: str | None
    variables: tuple[tuple[str, str], ...]
    memory_mb: int
    tmp_mb: int
    timeout_seconds: float
    emulator: Path | None
    keep: bool
    expectations: Expectations


class Run(NamedTuple):
    """Everything that one container gave; made so that two images can be sent the same events and compared."""

    invocations: tuple[Invocation, ...]
    ruling: Ruling
    log: str
    peak_memory: int | None
    read_bytes: int | None


def invoke_image(client: DockerClient, request: Request) -> InvokeReport:
    """Runs and judges the image. Raises InvokeError when lintimg itself cannot."""
    image = image_facts(client, request.image)
    emulator = emulator_for(client, image, request.emulator)
    program = _program(image, request)
    limits = Limits(request.memory_mb, request.tmp_mb, request.timeout_seconds, image.architecture)
    given = dict(request.variables)
    events = request.events * request.repeat
    run = run_events(
        client,
        image,
        program,
        emulator,
        lambda_conditions(limits, image.variables, given),
        limits,
        events,
        request.keep,
    )
    cause = find_cause(run.ruling, run.log, _starts_shell(image, program))
    difference = None
    if _worth_comparing(run):
        plain = plain_conditions(limits, image.variables, given)
        again = run_events(client, image, program, emulator, plain, limits, request.events[:1], keep=False)
        difference = _difference(again, cause)
    return _report(request, program, emulator, limits, run, cause, difference)


def run_events(
    client: DockerClient,
    image: ImageFacts,
    program: Program,
    emulator: Emulator,
    conditions: Conditions,
    limits: Limits,
    events: Sequence[EventSource],
    keep: bool,
) -> Run:
    """Sends `events` one after the other to one container. The first that fails decides, and ends the run."""
    patience = limits.timeout_seconds + facts()["init_seconds"] + _GRACE_SECONDS
    memory = limits.memory_mb * _MIB if conditions.lambda_like else None
    invocations: list[Invocation] = []
    ruling, log = Ruling("ok", ""), ""
    with sandbox(client, image, program, emulator, conditions, keep) as box:
        with Watch(box.container, memory) as watch:
            for event in events:
                answer = send(box.port, event.data, patience)
                log = box.log()
                ruling = judge(answer, log, watch.outgrown)
                if ruling.verdict != "ok":
                    log = box.settled_log()
                    ruling = judge(answer, log, watch.outgrown)
                durations = invoke_milliseconds(log)
                shown = answer.body[:_SHOWN_BYTES].decode("utf-8", "replace")
                took = durations[-1] if len(durations) > len(invocations) else None
                invocations.append(
                    Invocation(
                        event.name, ruling.verdict, answer.status, shown, len(answer.body), took, answer.wall
                    )
                )
                if ruling.verdict != "ok":
                    break
        return Run(tuple(invocations), ruling, log, watch.peak, watch.read)


def _worth_comparing(run: Run) -> bool:
    """Whether docker's own conditions could tell more: not where time or memory ran out."""
    verdict = run.ruling.verdict
    return verdict not in ("ok", "out-of-memory") and not (verdict == "timeout" and INITIALISED in run.log)


def _program(image: ImageFacts, request: Request) -> Program:
    entrypoint = image.entrypoint if request.entrypoint is None else request.entrypoint
    # As in docker run: a new entry point drops the image's CMD.
    command = image.command if request.entrypoint is None else ()
    if request.handler is not None:
        command = (request.handler,)
    return Program((*entrypoint, *command), request.working_directory)


def _starts_shell(image: ImageFacts, program: Program) -> bool:
    """Whether the image's CMD or the whole program is a shell's: what the shell form of CMD makes."""
    return any(words[:2] == (shell, "-c") for words in (image.command, program.words) for shell in _SHELLS)


def _difference(plain: Run, cause: Cause | None) -> Difference:
    why = cause.message[0].lower() + cause.message[1:].rstrip(".") if cause is not None else "unknown"
    if plain.ruling.verdict == "ok":
        message = f"Works under plain docker conditions (as its own user, everything writable), fails as Lambda runs it: {why}."
    elif cause is not None and plain.ruling.evidence and plain.ruling.evidence in cause.evidence:
        message = "Fails under plain docker conditions in the same way."
    else:
        message = f"Fails under plain docker conditions, too: {plain.ruling.evidence or plain.ruling.verdict}"
    return Difference(plain.ruling.verdict, message)


def _report(
    request: Request,
    program: Program,
    emulator: Emulator,
    limits: Limits,
    run: Run,
    cause: Cause | None,
    difference: Difference | None,
) -> InvokeReport:
    durations = [entry.duration for entry in run.invocations if entry.duration is not None]
    init = init_milliseconds(run.log)
    failed = failed_expectations(request.expectations, run.invocations, init)
    return InvokeReport(
        image=request.image,
        emulator=emulator.shown,
        command=program.words,
        limits=limits,
        verdict=run.ruling.verdict,
        cause=cause,
        difference=difference,
        invocations=run.invocations,
        init=init,
        first=durations[0] if durations else None,
        following=spread(durations[1:]),
        peak_memory=limits.memory_mb * _MIB if run.ruling.verdict == "out-of-memory" else run.peak_memory,
        read_bytes=run.read_bytes,
        log=relevant_lines(run.log),
        failed_expectations=failed,
        exit_status=int(run.ruling.verdict != "ok" or bool(failed)),
    )


def relevant_lines(log: str) -> tuple[str, ...]:
    """The function's own lines of the log, the last ones where there are many."""
    # awslambdaric writes line ends and indents inside a message as carriage returns and no-break spaces.
    lines = [
        line.rstrip() for line in re.split(r"[\r\n]+", log) if line.strip() and not _OWN_LINE.match(line)
    ]
    return tuple(lines[-_LOG_LINES:])
