"""LI503: files with secrets that COPY and ADD name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintimg.checks.secret_paths import names_secret, secret_content
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_CONTENT_LIMIT = 100_000


def secret_file(subject: Subject) -> Iterator[Hit]:
    """A hit for each file or folder with secrets that an instruction takes from the build context."""
    for keyword in ("COPY", "ADD"):
        for step in subject.steps.get(keyword, ()):
            copy = read_copy(step.instruction)
            if copy is None or copy.from_ is not None:
                continue
            for word in copy.sources:
                source = expanded(word.text, step.environment, subject.document.escape)
                row = None if source is None or is_remote(source) else names_secret(source)
                if source is None or row is None:
                    continue
                sure = _is_secret(subject, row, source)
                if sure is None:
                    continue
                shipped = step.stage in subject.build.chain
                yield Hit(
                    word.span,
                    {"file": source, "what": row["what"], "id": _identifier(source)},
                    variant="" if shipped else "build",
                    severity=None if sure and shipped else "info",
                    details={"file": source},
                )


def _is_secret(subject: Subject, row: Mapping[str, Any], source: str) -> bool | None:
    """Whether the file surely holds a secret; None when it holds none."""
    sure = bool(row.get("sure"))
    context = subject.context
    if context is None:
        return None if row.get("silent") else sure
    data = context.read(source.strip("/").removeprefix("./"), _CONTENT_LIMIT)
    if data is None:
        # What is never committed is not here, and what will be in it cannot be told.
        return False if sure else None
    return secret_content(row, data.decode("utf-8", "replace")) or None


def _identifier(source: str) -> str:
    """A name for the secret that the build is given."""
    return re.sub(r"[^A-Za-z0-9]+", "-", source.rstrip("/").rpartition("/")[2]).strip("-") or "secret"
