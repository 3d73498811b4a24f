"""Baselines: the findings a team has accepted for now, by fingerprint, so that moved lines change nothing."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable

from lintimg.lazy import NamedTuple
from lintimg.lint.selection import SYNTAX_ERROR
from lintimg.model.finding import Finding, Suppressed, Suppression

_VERSION = 1


class BaselineError(ValueError):
    """A text that is no baseline; the message is the rest of a sentence about the file."""


class Entry(NamedTuple):
    """One accepted finding. Path and fingerprint identify it; rule and message are for people.

    `path` is that of the Dockerfile relative to the baseline's folder.
    """

    path: str
    rule: str
    fingerprint: str
    message: str


def read_baseline(data: bytes) -> tuple[Entry, ...]:
    """The entries of a baseline file. Raises BaselineError."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BaselineError("is no JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise BaselineError("is no baseline: it has no list of findings")
    if document.get("version") != _VERSION:
        raise BaselineError(
            f"is a baseline of version {document.get('version')!r}; this lintimg knows {_VERSION}"
        )
    return tuple(_entry(item, number) for number, item in enumerate(document["findings"], 1))


def _entry(item: object, number: int) -> Entry:
    if not isinstance(item, dict):
        raise BaselineError(f"is no baseline: finding {number} is no object")
    for key in Entry._fields:
        if not isinstance(item.get(key), str):
            raise BaselineError(f"is no baseline: finding {number} has no {key}")
    return Entry(**{key: item[key] for key in Entry._fields})


def write_baseline(entries: Iterable[Entry]) -> str:
    """The text of a baseline file: the same entries give the same text."""
    findings = [entry._asdict() for entry in sorted(set(entries))]
    text = json.dumps({"version": _VERSION, "findings": findings}, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode() + "\n"


def split(
    findings: Iterable[Finding], accepted: Container[str]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """The findings to report, and those whose fingerprints are `accepted`. A file that does not parse is always told."""
    kept: list[Finding] = []
    hidden: list[Suppressed] = []
    for finding in findings:
        if finding.fingerprint in accepted and finding.rule != SYNTAX_ERROR:
            hidden.append(Suppressed(finding, Suppression("baseline", None)))
        else:
            kept.append(finding)
    return tuple(kept), tuple(hidden)
