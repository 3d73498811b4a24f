"""Fingerprints: the same finding keeps its name when lines move."""

from __future__ import annotations

from collections import Counter

from lintimg.lazy import sha256_hex


class Fingerprints:
    """Makes the fingerprints of one file's findings; equal ones are told apart by their order."""

    def __init__(self, path: str) -> None:
        """`path` is relative to the configuration's folder or the repository root."""
        self._path = path
        self._seen: Counter[tuple[str, ...]] = Counter()

    def make(self, rule: str, stage: str | None, instruction: str) -> str:
        """16 hex digits over rule, path, stage, instruction text without its layout, and occurrence."""
        key = (rule, self._path, stage or "", " ".join(instruction.split()))
        self._seen[key] += 1
        text = "\0".join((*key, str(self._seen[key])))
        return sha256_hex(text.encode("utf-8", "surrogateescape"))[:16]
