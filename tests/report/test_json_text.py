"""Indented JSON is the standard library's to the byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lintimg.report.json_text import dumps

_SCALARS = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text()
)
_VALUES = some.recursive(_SCALARS, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner))


@given(_VALUES)
@settings(max_examples=100)
def test_the_text_is_that_of_the_standard_library(value: object) -> None:
    assert dumps(value) == json.dumps(value, indent=2, ensure_ascii=False)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set is no JSON value"):
        dumps({"a": {1}})
