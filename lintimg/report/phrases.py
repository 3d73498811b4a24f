"""Sentences that several formats share."""

from __future__ import annotations

from collections.abc import Sequence

from lintimg.model.finding import SEVERITIES, Finding, Problem
from lintimg.text import printable, size_text

HOME = "https://github.com/lintimg/lintimg"
"""Where lintimg itself is described."""


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends with a mark or with something to type."""
    return text if not text or text[-1] in ".!?:…" or " && " in text else f"{text}."


def advice(finding: Finding) -> str:
    """What happens and what to type instead, on one line, without control characters."""
    return printable(f"{sentence(finding.message)} {sentence(finding.help)}".strip())


def saving_text(finding: Finding) -> str:
    """What the remedy saves, empty where that is not known."""
    saving = finding.saving
    return "" if saving is None else f"saves about {size_text(saving.bytes)} ({saving.basis})"


def problem_text(problem: Problem) -> str:
    """What lintimg could not do, on one line, without control characters."""
    named = problem.path or problem.image
    return printable(f"{named}: {problem.message}" if named else problem.message)


def first_paragraph(text: str) -> str:
    """The first paragraph of `text` on one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


def cut(text: str, most: int) -> str:
    """`text`, or its beginning with an ellipsis, in at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "1,200 files"."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def counts_text(findings: Sequence[Finding]) -> str:
    """How many of each severity, the worst first: "1 error, 2 warnings, 3 info"; empty for none."""
    numbers = {severity: sum(each.severity == severity for each in findings) for severity in SEVERITIES}
    return ", ".join(
        f"{number} info" if severity == "info" else count(number, severity)
        for severity, number in numbers.items()
        if number
    )


def growth_text(before: int, after: int) -> str:
    """The difference of two sizes in bytes, with its sign: "+41 MB", "-1.2 GB"."""
    return f"{'-' if after < before else '+'}{size_text(abs(after - before))}"
