"""LI208: variables that belong to Lambda."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.checks.contract.handlers import inherited_arguments
from lintimg.checks.contract.runtime_client import has_adapter
from lintimg.checks.contract.settings_in_image import Setting, image_settings
from lintimg.checks.tables import table
from lintimg.lint.rule import Hit, HitEdit
from lintimg.lint.subject import Subject
from lintimg.model.span import Span


def reserved_variable(subject: Subject) -> Iterator[Hit]:
    """A hit for each ENV of the shipped image that sets what Lambda sets itself."""
    variables = table("reserved_variables")["variables"]
    for setting in image_settings(subject):
        row = variables.get(setting.name)
        if row is None or not _matters(row["kind"], row.get("same"), setting, subject):
            continue
        shared = row["kind"] == "region" and has_adapter(subject)
        yield Hit(
            setting.name_word.span,
            {"variable": setting.name, "same": row.get("same", "")},
            edits=_edits(subject, setting),
            variant=row["kind"],
            # An image with the web adapter is made to run elsewhere as well.
            severity="info" if shared else None,
            details={"variable": setting.name},
        )


def _matters(kind: str, same: str | None, setting: Setting, subject: Subject) -> bool:
    if kind == "entrypoint":
        return inherited_arguments(subject) is not None
    if kind == "root":
        # On another base these are the file's own, and the runtime client needs them.
        return (
            subject.aws_base is not None
            and setting.value is not None
            and setting.value.rstrip("/") not in (same, "")
        )
    return True


def _edits(subject: Subject, setting: Setting) -> tuple[HitEdit, ...]:
    """The edit that takes the pair out, none where something below reads the variable."""
    text = subject.document.source.text
    if re.search(rf"\$\{{?{re.escape(setting.name)}\b", text):
        return ()
    instruction = setting.step.instruction
    words = instruction.arguments
    at = words.index(setting.name_word)
    if len(words) <= 3:
        end = text.find("\n", instruction.span.end)
        span = Span(instruction.span.start, len(text) if end < 0 else end + 1)
    elif at == 0:
        span = Span(setting.name_word.span.start, words[3].span.start)
    else:
        span = Span(words[at - 2].span.end, setting.value_word.span.end)
    return () if "#" in text[span.start : span.end] else (HitEdit(span, ""),)
