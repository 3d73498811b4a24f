"""LI503: files with secrets that COPY and ADD name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from lintimg.checks.tables import table
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.lazy import regex
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit
from lintimg.lint.secret_names import is_harmless, is_placeholder, strength_of
from lintimg.lint.subject import Subject

_SETTING = regex(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
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


def names_secret(source: str) -> Mapping[str, Any] | None:
    """The row of `secret_files` that the path of a file or folder fits, None for others."""
    parts = source.strip("/").split("/")
    found: list[Mapping[str, Any]] = table("secret_files")["files"]
    for row in found:
        wanted = row["path"].split("/")
        last = parts[-len(wanted) :]
        if len(last) == len(wanted) and all(map(fnmatchcase, last, wanted)):
            endings = parts[-1].lower().replace("-", ".").replace("_", ".").split(".")
            if any(ending in table("secret_files")["example"] for ending in endings):
                return None
            return row
    return None


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


def secret_content(row: Mapping[str, Any], text: str) -> bool:
    """Whether a file of the row's name with this text holds a secret."""
    if row.get("settings"):
        return _sets_secret(text)
    contents = row.get("contents")
    return contents is None or re.search(contents, text) is not None


def _sets_secret(text: str) -> bool:
    for name, given in _SETTING.findall(text):
        value = given.strip("\"'")
        strength = strength_of(name)
        if strength is None or strength == "weak" or not value or "$" in value:
            continue
        if not is_harmless(name, strength, value) and not is_placeholder(value):
            return True
    return False


def _identifier(source: str) -> str:
    """A name for the secret that the build is given."""
    return re.sub(r"[^A-Za-z0-9]+", "-", source.rstrip("/").rpartition("/")[2]).strip("-") or "secret"
