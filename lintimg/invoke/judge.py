"""What an answer means. The emulator's HTTP status does not tell: a handler that raised is a 200."""

from __future__ import annotations

import json
import re

from lintimg.invoke.conditions import facts
from lintimg.invoke.endpoint import Answer
from lintimg.lazy import NamedTuple
from lintimg.model.invoke import Verdict

_TIMED_OUT = re.compile(rb"(?:\A|\s)Task timed out after [\d.]+ seconds\s*\Z")
_ERROR_KEYS = {"errorMessage", "errorType"}
INITIALISED = "INIT RTDONE(status: success)"
"""The emulator's line once a runtime client has asked for an event."""
_ENTRY_POINT = (
    "Runtime.InvalidEntrypoint",
    "Runtime.InvalidWorkingDir",
    "entrypoint requires the handler name to be the first argument",
    "exited: exit status 126",
    "exited: exit status 127",
    "exited: exit status 142",
    "Couldn't find valid bootstrap",
)


class Ruling(NamedTuple):
    """The verdict on one answer and the sentence of the answer or the log that carries it."""

    verdict: Verdict
    evidence: str


def judge(answer: Answer, log: str, outgrown: bool) -> Ruling:
    """The verdict on `answer`, given the log up to it; `outgrown`: the function took more memory than it has."""
    error = _error(answer.body)
    if outgrown or _killed(error, log, answer):
        return Ruling("out-of-memory", "Runtime exited with error: signal: killed")
    if _TIMED_OUT.search(answer.body):
        return Ruling("timeout", answer.body.decode("utf-8", "replace").strip())
    if answer.status == 200 and error is None:
        return _by_size(answer)
    if any(text in log for text in _ENTRY_POINT) and INITIALISED not in log:
        return Ruling("entry-point-error", _telling_line(log))
    if error is not None:
        kind = str(error.get("errorType") or "")
        text = f"{kind}: {error.get('errorMessage')}".removeprefix(": ")
        return Ruling("handler-error" if INITIALISED in log else "init-error", text)
    return Ruling("handler-error" if INITIALISED in log else "init-error", _telling_line(log))


def _by_size(answer: Answer) -> Ruling:
    limit = facts()["response_limit_bytes"]
    if len(answer.body) > limit:
        return Ruling(
            "handler-error", f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
        )
    return Ruling("ok", "")


def _error(body: bytes) -> dict[str, object] | None:
    """The error object that a runtime client answers with, None for anything else."""
    if b"errorType" not in body and b"errorMessage" not in body:
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value.keys() >= _ERROR_KEYS else None


def _killed(error: dict[str, object] | None, log: str, answer: Answer) -> bool:
    """Whether the kernel ended the function; after its time is up the emulator does so itself."""
    if answer.status == 200 and error is None:
        return False
    by_answer = error is not None and "signal: killed" in str(error.get("errorMessage"))
    return by_answer or ("exited: signal: killed" in log and "Reset initiated: Timeout" not in log)


def _telling_line(log: str) -> str:
    """The line of the log that says why nothing was answered."""
    lines = log.splitlines()
    for marker in ("entrypoint requires", "Couldn't find valid", "Init failed error=", "Invoke failed"):
        for line in lines:
            if marker in line:
                return line.partition("error=")[2].partition(" InvokeID=")[0] or line.strip()
    return lines[-1].strip() if lines else "the container ended without a word"
