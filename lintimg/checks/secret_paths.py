"""Files that hold secrets, by their names and their texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lintimg.checks.tables import table
from lintimg.lazy import regex
from lintimg.lint.secret_names import is_harmless, is_placeholder, strength_of

_SETTING = regex(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)


def names_secret(source: str) -> Mapping[str, Any] | None:
    """The row of `secret_files` that the path of a file or folder fits, None for others."""
    parts = source.strip("/").split("/")
    found: list[Mapping[str, Any]] = table("secret_files")["files"]
    for row in found:
        wanted = row["path"].split("/")
        last = parts[-len(wanted) :]
        if len(last) == len(wanted) and all(map(_fits, last, wanted)):
            endings = parts[-1].lower().replace("-", ".").replace("_", ".").split(".")
            if any(ending in table("secret_files")["example"] for ending in endings):
                return None
            return row
    return None


def _fits(name: str, pattern: str) -> bool:
    """Whether `name` is what `pattern` says: a name with at most one star."""
    head, star, tail = pattern.partition("*")
    if not star:
        return name == pattern
    return len(name) >= len(head) + len(tail) and name.startswith(head) and name.endswith(tail)


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
