"""LI502: secrets that give themselves away by their form."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject


def secret_value(subject: Subject) -> Iterator[Hit]:
    """A hit for each secret in the file, whatever holds it: a comment too, for the file is public with its repository."""
    for secret in subject.secrets:
        yield Hit(
            secret.span,
            {"what": secret.what[0].upper() + secret.what[1:], "it": secret.what},
            variant="weak" if secret.weak else secret.kind,
            severity="info" if secret.weak else "warning" if secret.kind == "url-password" else None,
            details={"kind": secret.kind},
        )
