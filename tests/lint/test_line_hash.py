"""The line hashes are those that GitHub's upload step computes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.lint.line_hash import LineHashes


def _by_definition(text: str) -> list[str]:
    """A window of 100 units rolled over the text, as the upload step does it."""
    data = text.encode("utf-16-le", "surrogatepass")
    units: list[int] = []
    after_return = False
    for at in range(0, len(data), 2):
        unit = data[at] | data[at + 1] << 8
        if unit in (32, 9) or (after_return and unit == 10):
            after_return = False
            continue
        after_return = unit == 13
        units.append(10 if after_return else unit)
    units.append(65535)
    starts = [0, *(at + 1 for at, unit in enumerate(units) if unit == 10)]
    padded = units + [0] * 100
    counts: dict[int, int] = {}
    result = []
    for start in starts:
        value = 0
        for unit in padded[start : start + 100]:
            value = (value * 37 + unit) % 2**64
        counts[value] = counts.get(value, 0) + 1
        result.append(f"{value:x}:{counts[value]}")
    return result


@pytest.mark.parametrize(
    ("text", "line", "value"),
    [
        # Values of GitHub's own implementation.
        ("", 1, "c129715d7a2bc9a3:1"),
        (" a\nb\n  \t\tc\n d", 2, "54703d4cd895b18:1"),
        (" a\nb\n  \t\tc\n d", 4, "a23a3dc5e078b07b:1"),
        ("Lorem ipsum dolor sit amet.\n" * 10, 6, "a7f2ff13bc495cf2:6"),
        ("Lorem ipsum dolor sit amet.\n" * 10, 8, "a9cf91f7bbf1862b:1"),
        ("Lorem ipsum dolor sit amet.\n" * 10, 11, "c129715d7a2bc9a3:1"),
    ],
)
def test_known_values(text: str, line: int, value: str) -> None:
    assert LineHashes(text).hash(line) == value


def test_there_is_no_such_line() -> None:
    assert LineHashes("a\n").hash(3) is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab \t\r\n\ufeffé日😀"), max_size=300))
def test_any_text(text: str) -> None:
    expected = _by_definition(text)
    hashes = LineHashes(text)
    assert [hashes.hash(line) for line in range(1, len(expected) + 1)] == expected
