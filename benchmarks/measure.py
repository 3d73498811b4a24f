"""Processor time of whole processes, as ratios against a peer in the same run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from statistics import median


def processor_seconds(command: Sequence[str]) -> float:
    """User and system seconds that one run of `command` took, children included; output is dropped."""
    # Compiled modules are kept between runs, as in an installed package.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def ratio(ours: Sequence[str], theirs: Sequence[str], runs: int) -> tuple[float, float, float]:
    """Median seconds of each and the median of the pairwise ratios, the two run in turn."""
    processor_seconds(ours)
    processor_seconds(theirs)
    pairs = [(processor_seconds(ours), processor_seconds(theirs)) for _ in range(runs)]
    return (
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        median(a / b for a, b in pairs),
    )
