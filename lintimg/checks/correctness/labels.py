"""Labels: their keys, their values, and what a team wants of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache

from lintimg.checks.tables import table
from lintimg.dockerfile.build import Step
from lintimg.dockerfile.document import Word
from lintimg.lazy import NamedTuple, regex
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_KEY = regex(r"[a-z](?:[a-z0-9_/]|[.-](?![.-]))*(?<![.-])\Z", 0)
_EMAIL = regex(r"[^\s@<>\"',;:]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
_HASH = regex(r"(?:[0-9a-f]{7,40}|[0-9a-f]{64})\Z")
_URL = regex(r"[A-Za-z][A-Za-z0-9+.-]*:(?://)?[^\s<>\"{}|\\^`]+\Z")
_VERSION = regex(
    r"v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
    r"(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z"
)
_TIME = regex(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)\Z")
_LICENSE_WORD = regex(r"\(|\)|[^\s()]+")
_OWN_LICENSE = regex(r"(?:DocumentRef-[\w.-]+:)?LicenseRef-[\w.-]+\Z")


class Label(NamedTuple):
    """One `key=value` of a LABEL; texts are expanded, None where a variable hides them."""

    key: str | None
    value: str | None
    key_word: Word
    value_word: Word
    step: Step


def _labels(subject: Subject) -> Iterator[Label]:
    escape = subject.document.escape
    for step in subject.steps.get("LABEL", ()):
        words = step.instruction.arguments
        for key, value in zip(words[0::3], words[1::3], strict=False):
            yield Label(
                expanded(key.text, step.environment, escape),
                expanded(value.text, step.environment, escape),
                key,
                value,
                step,
            )


def invalid_label_key(subject: Subject) -> Iterator[Hit]:
    """LI664: a hit for each key that is not as Docker wants it."""
    for label in _labels(subject):
        key = label.key
        if key is None or "$" in label.key_word.text:
            continue
        reserved = next((name for name in table("labels")["reserved"] if key.startswith(name)), None)
        if reserved is not None and not key.startswith(tuple(table("labels")["allowed"])):
            yield Hit(label.key_word.span, {"key": key, "prefix": reserved}, variant="reserved")
        elif not _KEY.match(key):
            yield Hit(label.key_word.span, {"key": key})


def invalid_label_value(subject: Subject) -> Iterator[Hit]:
    """LI665: a hit for each value that is not what its label holds by the configuration or by OCI."""
    schema = subject.policy.label_schema
    known: Mapping[str, str] = table("labels")["oci"]
    for label in _labels(subject):
        key = label.key
        kind = schema.get(key or "") or known.get(key or "")
        if key is None or kind is None or label.value is None:
            continue
        wanted = key in schema
        if not label.value:
            if wanted:
                yield Hit(
                    label.key_word.span, {"key": key}, variant="empty", details={"kind": "empty", "key": key}
                )
        elif not _fits(kind, label.value):
            yield Hit(
                label.value_word.span,
                {"key": key, "kind": table("labels")["kinds"][kind], "value": label.value},
                severity=None if wanted else "info",
                details={"kind": kind, "key": key},
            )


def label_schema(subject: Subject) -> Iterator[Hit]:
    """LI666: a hit for each label that the configuration wants and the shipped image lacks, and for each that it has
    besides where the configuration wants no others.
    """
    schema = subject.policy.label_schema
    stage = subject.final_stage
    if not schema or stage is None or stage.instruction.number < 0:
        return
    labels = [label for label in _labels(subject) if label.step.stage in subject.build.chain]
    given = {label.key for label in labels}
    if None not in given:
        for key in schema:
            if key not in given:
                yield Hit(
                    stage.instruction.head_span,
                    {"key": key, "kind": table("labels")["kinds"][schema[key]]},
                    details={"kind": "missing", "key": key},
                )
    for label in labels if subject.policy.strict_labels else ():
        if label.key is not None and label.key not in schema:
            yield Hit(
                label.key_word.span,
                {"key": label.key},
                variant="superfluous",
                details={"kind": "superfluous", "key": label.key},
            )


def _fits(kind: str, value: str) -> bool:
    if kind == "email":
        return _EMAIL.match(value) is not None
    if kind == "hash":
        return _HASH.match(value) is not None
    if kind == "url":
        return _URL.match(value) is not None
    if kind == "semver":
        return _VERSION.match(value) is not None
    if kind == "rfc3339":
        return _is_time(value)
    return kind != "spdx" or _is_license(value)


def _is_time(value: str) -> bool:
    if not _TIME.match(value):
        return False
    try:
        # A leap second is a time, and none to Python.
        datetime.fromisoformat(value[:17] + "00" if value[17:19] == "60" else value[:19])
    except ValueError:
        return False
    return True


@cache
def _licenses() -> tuple[frozenset[str], frozenset[str]]:
    data = table("spdx")
    return frozenset(data["licenses"].lower().split()), frozenset(data["exceptions"].lower().split())


def _is_license(value: str) -> bool:
    """Whether `value` is an SPDX license expression (https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/)."""
    licenses, exceptions = _licenses()
    depth = 0
    operand = False
    words = iter(_LICENSE_WORD.findall(value))
    for word in words:
        lowered = word.lower()
        if word == "(":
            if operand:
                return False
            depth += 1
        elif word == ")":
            depth -= 1
            if depth < 0 or not operand:
                return False
        elif lowered in ("and", "or"):
            if not operand:
                return False
            operand = False
        elif lowered == "with":
            if not operand or next(words, "").lower() not in exceptions:
                return False
        elif operand or not (
            lowered.removesuffix("+") in licenses or lowered in licenses or _OWN_LICENSE.match(word)
        ):
            return False
        else:
            operand = True
    return operand and depth == 0
