"""The fixtures that people build this way and lintimg must leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import lint_text

_GOOD = Path(__file__).parents[2] / "fixtures" / "good"


@pytest.mark.parametrize("folder", sorted(p.parent.name for p in _GOOD.glob("*/Dockerfile")))
def test_good_fixtures_have_no_warning(folder: str) -> None:
    result = lint_text((_GOOD / folder / "Dockerfile").read_bytes(), context=_GOOD / folder)
    assert result.errors == ()
    assert [f"{f.rule} {f.message}" for f in result.findings if f.severity != "info"] == []
    assert result.report.kind == ("generic" if folder == "go-scratch" else "lambda")
