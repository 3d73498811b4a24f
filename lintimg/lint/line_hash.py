"""The hash by which GitHub follows a finding through commits: what its `upload-sarif` step computes from the file.

Source: github/codeql-action, src/fingerprints.ts. Stated here so that a report needs no sources, and held
to that project's published values by the tests.
"""

from __future__ import annotations

from functools import cached_property
from operator import mul

_WINDOW = 100
_BASE = 37
_MASK = (1 << 64) - 1
_POWERS = tuple(pow(_BASE, _WINDOW - 1 - place, _MASK + 1) for place in range(_WINDOW))
_END = "\uffff"
_BLANKS = {ord(" "): None, ord("\t"): None}


class LineHashes:
    """The hashes of the lines of one text: each is over the 100 UTF-16 units from its start, blanks left out."""

    def __init__(self, text: str) -> None:
        """`text` is the whole file, its BOM too; lines end at CR, LF or both."""
        self._text = text

    @cached_property
    def _units(self) -> str:
        text = self._text.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS) + _END
        if text.isascii() or max(text[:-1], default="") <= "\uffff":
            return text
        data = text.encode("utf-16-le", "surrogatepass")
        return "".join(chr(data[at] | data[at + 1] << 8) for at in range(0, len(data), 2))

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [0], self._units.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self._units.find("\n", at + 1)
        return starts

    def hash(self, line: int) -> str | None:
        """That of the 1-based `line`, with its occurrence; None where there is no such line."""
        if line > len(self._starts):
            return None
        start = self._starts[line - 1]
        value = sum(map(mul, map(ord, self._units[start : start + _WINDOW]), _POWERS)) & _MASK
        return f"{value:x}:{self._occurrences[line - 1]}"

    @cached_property
    def _occurrences(self) -> list[int]:
        """How often each line's window has been there, itself counted."""
        seen: dict[int, int] = {}
        result = []
        for start in self._starts:
            # The hash instead of the window: a file of nothing but line ends has a million of them.
            key = hash(self._units[start : start + _WINDOW])
            seen[key] = seen.get(key, 0) + 1
            result.append(seen[key])
        return result
