"""Values of HEALTHCHECK's flags, as Go reads durations and numbers."""

from __future__ import annotations

import re

from lintimg.lazy import regex

_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = regex(rf"({_NUMBER})([^0-9.]*)")
_MILLISECOND = 10**6
_LONGEST = 2**63 - 1
_MOST_RETRIES = 2**31 - 1


def duration_problem(name: str, text: str) -> tuple[str, str] | None:
    """BuildKit's message and a remedy where `text` is no duration of at least a millisecond for the flag `name`."""
    remedy = f"Write a number and its unit, such as --{name}=30s or 1m30s."
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return None
    total = 0.0
    at = 0
    while at < len(body):
        found = _PART.match(body, at)
        if found is None:
            return f'time: invalid duration "{text}"', remedy
        if not found[2]:
            return f'time: missing unit in duration "{text}"', remedy
        if found[2] not in _UNITS:
            return f'time: unknown unit "{found[2]}" in duration "{text}"', remedy
        total += float(found[1]) * _UNITS[found[2]]
        at = found.end()
    if not body or total > _LONGEST:
        return f'time: invalid duration "{text}"', remedy
    nanoseconds = -int(total) if text.startswith("-") else int(total)
    if nanoseconds and nanoseconds < _MILLISECOND:
        return f'Interval "{name}" cannot be less than 1ms', remedy
    return None


def retries_problem(_name: str, text: str) -> tuple[str, str] | None:
    """BuildKit's message and a remedy where `text` is no count of retries."""
    remedy = "Write a whole number, such as --retries=3."
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        return f'strconv.ParseInt: parsing "{text}": invalid syntax', remedy
    digits = text.lstrip("+-").lstrip("0")
    if len(digits) > 10 or int(digits or "0") > _MOST_RETRIES + (text[0] == "-"):
        return f'strconv.ParseInt: parsing "{text}": value out of range', remedy
    if text.startswith("-") and digits:
        return f"--retries cannot be negative (-{digits})", remedy
    return None
