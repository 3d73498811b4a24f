"""What the user wants of the answers: `--expect-json PATH=VALUE` and `--max-init MS`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lintimg.lazy import NamedTuple
from lintimg.model.invoke import Invocation


class JsonExpectation(NamedTuple):
    """`path` in dots (`body.items.0.name`, empty for the whole answer) and the value it must have."""

    path: str
    value: object


class Expectations(NamedTuple):
    """Asked of every invocation; `max_init` in milliseconds."""

    json: tuple[JsonExpectation, ...] = ()
    max_init: float | None = None


def read_expectation(text: str) -> JsonExpectation:
    """`PATH=VALUE`; VALUE is JSON, or text where it is none. Raises ValueError."""
    path, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--expect-json {text}: write PATH=VALUE, such as statusCode=200")
    try:
        return JsonExpectation(path.strip(), json.loads(value))
    except (ValueError, RecursionError):
        return JsonExpectation(path.strip(), value)


def failed_expectations(
    expectations: Expectations, invocations: Sequence[Invocation], init: float | None
) -> tuple[str, ...]:
    """A sentence for each expectation that was not met."""
    failed = []
    for number, invocation in enumerate(invocations, 1):
        for wanted in expectations.json:
            why = _why_not(wanted, invocation)
            if why is not None:
                failed.append(f"invocation {number}: {wanted.path or 'the answer'} {why}")
    limit = expectations.max_init
    if limit is not None and (init is None or init > limit):
        took = "an unknown time" if init is None else f"{init:.0f} ms"
        failed.append(f"the initialisation took {took}, more than {limit:.0f} ms")
    return tuple(failed)


def _why_not(wanted: JsonExpectation, invocation: Invocation) -> str | None:
    try:
        value: object = json.loads(invocation.response)
    except (ValueError, RecursionError):
        return "cannot be read: the answer is no JSON"
    for part in wanted.path.split(".") if wanted.path else ():
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return "is not in the answer"
    if value == wanted.value and isinstance(value, bool) == isinstance(wanted.value, bool):
        return None
    return f"is {json.dumps(value, ensure_ascii=False)[:200]}, not {json.dumps(wanted.value, ensure_ascii=False)[:200]}"
