"""The report of `lintimg invoke` as a comment: the verdict, the cause and its remedy, the numbers, the log."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.model.invoke import Cause, InvokeReport
from lintimg.report.markdown import MARKER
from lintimg.report.markdown_text import block, prose, span
from lintimg.report.phrases import count, cut
from lintimg.text import printable

_TEXT, _LINE, _LINES = 1200, 300, 100


def write(report: InvokeReport) -> str:
    """The comment's body, at most 60,000 characters."""
    verdict = report.verdict.replace("-", " ")
    lines = [
        MARKER,
        f"### lintimg invoke: {prose(verdict)}",
        "",
        f"{span(cut(report.image, _LINE))} {_held(report)}",
        "",
    ]
    if report.cause is not None:
        lines += _cause(report.cause)
    if report.difference is not None:
        lines += [prose(cut(report.difference.message, _TEXT)), ""]
    lines += [f"- wanted: {prose(cut(text, _TEXT))}" for text in report.failed_expectations[:10]]
    lines += ["", *_numbers(report)]
    if report.log:
        lines += ["<details><summary>Log of the function</summary>", ""]
        # The end of a log tells more than its beginning.
        lines += block([cut(printable(line), _LINE) for line in report.log[-_LINES:]])
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _held(report: InvokeReport) -> str:
    limits = report.limits
    return f"with {limits.memory_mb} MB of memory and {limits.timeout_seconds:g} seconds, as Lambda would run it."


def _cause(cause: Cause) -> Iterator[str]:
    rule = f"**{span(cause.rule)}** " if cause.rule else ""
    line = f" (line {cause.line} of the Dockerfile)" if cause.line is not None else ""
    yield f"{rule}{prose(cut(cause.message, _TEXT))}{line}"
    yield ""
    if cause.help:
        yield f"Do: {prose(cut(cause.help, _TEXT))}"
        yield ""
    if cause.evidence:
        yield from block([cut(printable(cause.evidence), _TEXT)])
        yield ""


def _numbers(report: InvokeReport) -> Iterator[str]:
    numbers = [
        ("init", report.init),
        ("first", report.first),
        ("median of the following", None if report.following is None else report.following.median),
    ]
    known = [f"{name} {value:.0f} ms" for name, value in numbers if value is not None]
    if report.peak_memory is not None:
        known.append(f"memory {report.peak_memory / 1_048_576:.0f} MB")
    if report.invocations:
        known.append(count(len(report.invocations), "invocation"))
    if known:
        yield ", ".join(known)
        yield ""
