"""Facts about AWS that are too old for a release are named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from lintimg.dev.generate import DATA_DATE
from lintimg.dev.release import OLDEST, stale_data


def test_facts_age() -> None:
    assert list(stale_data(DATA_DATE)) == []
    stale = list(stale_data(DATA_DATE + timedelta(days=OLDEST + 1)))
    assert any(sentence.startswith("lintimg/aws/data/runtimes.json: as of ") for sentence in stale)


def test_a_file_without_a_date_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "lintimg" / "aws" / "data"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{}")
    assert list(stale_data(date(2026, 11, 23), tmp_path)) == ["lintimg/aws/data/x.json: has no as_of"]
