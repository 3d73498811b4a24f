"""The report of `lintimg invoke`, for people and for programs."""

from __future__ import annotations

from lintimg.model.invoke import Cause, Invocation, InvokeReport, Spread
from lintimg.report.json_text import json_text
from lintimg.report.layout import wrap
from lintimg.text import printable

_NARROWEST, _WIDEST = 50, 120
_ANSWER = 600
_RESPONSE_LIMIT_MB = 6
_COLOURS = {True: "1;32", False: "1;31"}


FORMATS_OF_INVOKE = ("text", "json", "json-v1", "markdown")


def render_invoke(name: str, report: InvokeReport, *, colour: bool, width: int) -> str:
    """`report` in the format `name`, which must be one of FORMATS_OF_INVOKE."""
    if name == "text":
        return _to_text(report, colour=colour, width=width)
    if name == "markdown":
        from lintimg.report.markdown_invoke import write

        return write(report)
    return _to_json(report)


def _to_text(report: InvokeReport, *, colour: bool, width: int) -> str:
    """What a person reads: verdict, cause, remedy, numbers, answer, log."""
    width = max(_NARROWEST, min(width, _WIDEST))
    good = report.verdict == "ok"
    verdict = report.verdict.replace("-", " ")
    painted = f"\033[{_COLOURS[good]}m{verdict}\033[0m" if colour else verdict
    lines = [f"{printable(report.image)}  {painted}", ""]
    if report.cause is not None:
        lines += _cause(report.cause, width)
    if report.difference is not None:
        lines += _entry("docker", report.difference.message, width)
    for text in report.failed_expectations:
        lines += _entry("wanted", text, width)
    lines += _entry(
        "ran", " ".join(report.command) or "nothing: the image has no ENTRYPOINT and no CMD", width
    )
    lines += _numbers(report, width)
    if report.invocations:
        lines += _answer(report.invocations[-1], width)
    if report.log:
        lines += ["", "log of the function:"]
        lines += [f"  {printable(line)}" for line in report.log]
    return "".join(f"{line}\n" for line in lines)


def _cause(cause: Cause, width: int) -> list[str]:
    lines = _entry("why", cause.message, width)
    if cause.line is not None:
        lines += _entry("line", str(cause.line), width)
    lines += _entry("do", cause.help, width)
    if cause.evidence:
        lines += _entry("seen", cause.evidence, width)
    if cause.rule is not None:
        lines += _entry("more", f"lintimg explain {cause.rule}", width)
    return lines


def _entry(label: str, text: str, width: int) -> list[str]:
    first, *rest = wrap(printable(text), width - 10)
    return [f"  {label:<7} {first}", *(f"{'':10}{line}" for line in rest)]


def _numbers(report: InvokeReport, width: int) -> list[str]:
    numbers = []
    if report.init is not None:
        numbers.append(f"init {_milliseconds(report.init)}")
    if report.first is not None:
        numbers.append(f"first {_milliseconds(report.first)}")
    if report.following is not None:
        numbers.append(f"then {_spread(report.following)}")
    if report.peak_memory is not None:
        numbers.append(f"memory {report.peak_memory / 1_048_576:.0f} of {report.limits.memory_mb} MB")
    if report.read_bytes:
        numbers.append(f"read {report.read_bytes / 1_000_000:.0f} MB from disk")
    if report.invocations:
        largest = max(entry.response_bytes for entry in report.invocations)
        numbers.append(f"answer {largest:,} bytes of {_RESPONSE_LIMIT_MB} MB")
    return _entry("numbers", ", ".join(numbers), width) if numbers else []


def _milliseconds(value: float) -> str:
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _spread(spread: Spread) -> str:
    if spread.minimum == spread.maximum:
        return _milliseconds(spread.median)
    return (
        f"{_milliseconds(spread.median)} ({_milliseconds(spread.minimum)} to {_milliseconds(spread.maximum)})"
    )


def _answer(invocation: Invocation, width: int) -> list[str]:
    text = invocation.response
    cut = "…" if len(text) > _ANSWER else ""
    return _entry("answer", f"{text[:_ANSWER]}{cut}" or "none", width)


def _to_json(report: InvokeReport) -> str:
    """The report as JSON, as `lintimg schema invoke` describes it."""
    cause, difference = report.cause, report.difference
    data = {
        "schema_version": "1.0",
        "image": report.image,
        "verdict": report.verdict,
        "cause": None if cause is None else cause._asdict(),
        "difference": None if difference is None else difference._asdict(),
        "command": list(report.command),
        "emulator": report.emulator,
        "limits": report.limits._asdict(),
        "init_ms": report.init,
        "first_ms": report.first,
        "following_ms": None if report.following is None else report.following._asdict(),
        "peak_memory_bytes": report.peak_memory,
        "read_bytes": report.read_bytes,
        "invocations": [
            {
                "event": entry.event,
                "verdict": entry.verdict,
                "status": entry.status,
                "duration_ms": entry.duration,
                "wall_ms": round(entry.wall, 3),
                "response": entry.response,
                "response_bytes": entry.response_bytes,
            }
            for entry in report.invocations
        ],
        "log": list(report.log),
        "failed_expectations": list(report.failed_expectations),
        "exit_status": report.exit_status,
    }
    return json_text(data)
