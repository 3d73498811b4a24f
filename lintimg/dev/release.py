"""What must hold before a release: no data file is older than a quarter of a year."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from lintimg.dev.generate import ROOT

OLDEST = 90
"""The age in days from which a data file must be looked at again."""


def stale_data(today: date, root: Path = ROOT) -> Iterator[str]:
    """A sentence for each file of facts about AWS whose `as_of` is too long ago, or that has none."""
    for path in sorted((root / "lintimg" / "aws" / "data").glob("*.json")):
        as_of = json.loads(path.read_bytes()).get("as_of")
        name = path.relative_to(root).as_posix()
        if not isinstance(as_of, str):
            yield f"{name}: has no as_of"
        elif (age := (today - date.fromisoformat(as_of)).days) > OLDEST:
            yield f"{name}: as of {as_of}, {age} days ago"


def release_check(today: date) -> int:
    """Prints what stands in the way of a release on the day `today`; the exit status."""
    stale = list(stale_data(today))
    for sentence in stale:
        sys.stdout.write(f"{sentence}\n")
    if stale:
        sys.stdout.write("Look the facts up again (python -m lintimg.aws.refresh) and set as_of.\n")
    return 1 if stale else 0
