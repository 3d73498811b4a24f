"""Numbers: what the container used, asked of the engine while it runs, and what the emulator's log says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median
from threading import Event, Thread
from typing import Any, Self

import requests
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from lintimg.model.invoke import Spread

_INTERVAL = 0.05
_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKE = re.compile(r"INVOKE RTDONE\([^)]*duration: ([\d.]+)ms\)")


class Watch:
    """Asks the engine for the container's own memory (anonymous pages, so neither file cache nor /tmp) and the
    bytes it read, over and over in a thread of its own; ends the container when it outgrows `limit` bytes.
    """

    def __init__(self, container: Container, limit: int | None) -> None:
        self._container = container
        self._limit = limit
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.peak: int | None = None
        self.read: int | None = None
        self.outgrown = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set() and self._look():
            self._stop.wait(_INTERVAL)

    def _look(self) -> bool:
        try:
            numbers: Any = self._container.stats(stream=False, one_shot=True)
        except (APIError, NotFound, requests.RequestException, ValueError, KeyError):
            return False
        used = own_memory(numbers)
        if used is not None:
            self.peak = max(self.peak or 0, used)
            if self._limit is not None and used > self._limit and not self.outgrown:
                self.outgrown = True
                self._kill()
        self.read = read_bytes(numbers, self.read)
        return True

    def _kill(self) -> None:
        try:
            self._container.kill()
        except (APIError, requests.RequestException):
            self._stop.set()


def own_memory(numbers: Mapping[str, Any]) -> int | None:
    """Bytes of anonymous memory in docker's statistics: cgroup v2's `anon`, v1's `total_rss`."""
    details = (numbers.get("memory_stats") or {}).get("stats") or {}
    for name in ("anon", "total_rss", "rss"):
        value = details.get(name)
        if isinstance(value, int):
            return value
    return None


def read_bytes(numbers: Mapping[str, Any], before: int | None) -> int | None:
    """Bytes read from block devices, `before` where the engine does not tell."""
    rows = (numbers.get("blkio_stats") or {}).get("io_service_bytes_recursive") or []
    values = [row["value"] for row in rows if str(row.get("op", "")).lower() == "read"]
    return sum(values) if values else before


def init_milliseconds(log: str) -> float | None:
    """How long the first initialisation took, by the emulator's log."""
    found = _INIT.search(log)
    return float(found[1]) if found else None


def invoke_milliseconds(log: str) -> list[float]:
    """How long each finished invocation took, by the emulator's log."""
    return [float(text) for text in _INVOKE.findall(log)]


def spread(values: Sequence[float]) -> Spread | None:
    """Least, median and greatest of `values`."""
    return Spread(min(values), median(values), max(values)) if values else None
