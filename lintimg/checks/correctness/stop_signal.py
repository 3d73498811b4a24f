"""LI639: a STOPSIGNAL that no program can answer."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_UNANSWERED = {"KILL": "SIGKILL", "9": "SIGKILL", "STOP": "SIGSTOP", "19": "SIGSTOP"}
"""Signals that the kernel handles itself (signal(7)), numbers as on amd64 and arm64."""


def unanswerable_stop_signal(subject: Subject) -> Iterator[Hit]:
    """A hit for each STOPSIGNAL of which the program hears nothing."""
    for step in subject.steps.get("STOPSIGNAL", ()):
        for word in step.instruction.arguments[:1]:
            value = expanded(word.text, step.environment, subject.document.escape) or ""
            signal = _UNANSWERED.get(value.upper().removeprefix("SIG"))
            if signal is not None:
                yield Hit(
                    word.span,
                    {"written": value, "signal": signal},
                    variant="stop" if signal == "SIGSTOP" else "",
                    details={"signal": signal},
                )
