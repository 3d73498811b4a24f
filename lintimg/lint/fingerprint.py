"""Fingerprints: the same finding keeps its name when lines move."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import import_module
from typing import Any


@cache
def _sha256() -> Any:
    """SHA-256 without OpenSSL, whose library hashlib loads for 10 ms at each start."""
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            return import_module(name).sha256
        except ImportError:
            continue
    raise AssertionError("hashlib is always there")


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
        digest: str = _sha256()(text.encode("utf-8", "surrogateescape")).hexdigest()
        return digest[:16]
