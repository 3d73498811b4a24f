"""Keeps secrets out of reports on images: variables and commands have asterisks in their place."""

from __future__ import annotations

import re

from lintimg.lazy import regex
from lintimg.lint.secret_names import is_harmless, is_placeholder, set_passwords, strength_of
from lintimg.lint.secret_values import secret_values
from lintimg.model.image import ImageReport, PathHistory
from lintimg.model.span import Span

_HIDDEN = "********"
_ARGUMENTS = regex(r"^(?:RUN )?\|\d+ |^(?:/bin/sh -c #\(nop\)\s+)?(?:ARG|(ENV)) ")
"""What a history entry begins with that has names and values in front: the build arguments of a RUN, ARG, ENV."""
_ARGUMENT = regex(r"(?<!\w)([A-Za-z_]\w*)=(\S+)")
_SETTING = regex(r"(?<!\w)([A-Za-z_]\w*)=(.+?)(?=\s[A-Za-z_]\w*=|\Z)", re.DOTALL)
"""Of an ENV, whose values have lost their quotes."""


def veiled(report: ImageReport) -> ImageReport:
    """`report` without the secrets in its variables, labels and commands."""
    config = report.config._replace(
        env=tuple(map(_variable, report.config.env)),
        entrypoint=tuple(map(veiled_text, report.config.entrypoint)),
        cmd=tuple(map(veiled_text, report.config.cmd)),
        labels={name: veiled_text(value) for name, value in report.config.labels.items()},
    )
    layers = tuple(
        layer._replace(command=None if layer.command is None else veiled_text(layer.command))
        for layer in report.layers
    )
    return report._replace(config=config, layers=layers)


def veiled_history(history: PathHistory) -> PathHistory:
    """A path's history without the secrets in its commands."""
    return history._replace(
        steps=tuple(
            step._replace(command=None if step.command is None else veiled_text(step.command))
            for step in history.steps
        )
    )


def veiled_text(text: str) -> str:
    """`text` with what is a secret by its form hidden."""
    spans = [secret.span for secret in secret_values(text)]
    spans += [
        span
        for span in (*set_passwords(text), *(span for _, span in named_arguments(text)))
        if all(span.start >= s.end or s.start >= span.end for s in spans)
    ]
    for span in sorted(spans, reverse=True):
        text = text[: span.start] + _HIDDEN + text[span.end :]
    return text


def named_arguments(command: str) -> list[tuple[str, Span]]:
    """The arguments and variables in a history entry that are named after secrets, and where their values stand."""
    if not (begin := _ARGUMENTS.search(command)):
        return []
    end = command.find(" -c ", begin.end()) if begin[1] is None else -1
    pattern = _ARGUMENT if begin[1] is None else _SETTING
    return [
        (found[1], Span(found.start(2), found.end(2)))
        for found in pattern.finditer(command, begin.end(), end if end >= 0 else len(command))
        if is_secret_variable(found[1], found[2])
    ]


def is_secret_variable(name: str, value: str) -> bool:
    """Whether a variable's name says that its value is a secret, and the value looks like one."""
    strength = strength_of(name)
    if strength not in ("cloud", "strong") or not value:
        return False
    return not is_harmless(name, strength, value) and not is_placeholder(value)


def _variable(entry: str) -> str:
    name, equals, value = entry.partition("=")
    return f"{name}={_HIDDEN}" if equals and is_secret_variable(name, value) else veiled_text(entry)
