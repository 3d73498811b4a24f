"""Every rule's examples, in every variation of their layout."""

from __future__ import annotations

import pytest

from lintimg.checks.bench import bundled_bench
from lintimg.dev.generate import DATA_DATE, RULES
from lintimg.lint.case import Case
from lintimg.lint.examples import cases, failures
from lintimg.lint.rulefile import load_rule_folder

_FILES = load_rule_folder(RULES)
_BENCH = bundled_bench(tuple(file.rule for file in _FILES), DATA_DATE)
_CASES = [case for file in _FILES for case in cases(file)]


@pytest.mark.parametrize("case", _CASES, ids=[case.name for case in _CASES])
def test_example(case: Case) -> None:
    assert failures(case, _BENCH) == []
