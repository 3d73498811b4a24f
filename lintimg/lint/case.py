"""One example of a rule as a test, and what all of them run with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lintimg.lazy import NamedTuple
from lintimg.lint.policy import Policy
from lintimg.lint.rule import Check, Rule
from lintimg.lint.rulefile import RuleFile


class Bench(NamedTuple):
    """What examples run with: all rules, how to find a check, how to read a size, the policy of a plain run."""

    rules: tuple[Rule, ...]
    find_check: Callable[[str], Check]
    policy: Policy
    read_settings: Callable[[Policy, Mapping[str, Any]], Policy]


class Case(NamedTuple):
    """One example under one variation of its layout."""

    rule: RuleFile
    good: bool
    number: int
    variant: str

    @property
    def name(self) -> str:
        """How a test report calls it."""
        return f"{self.rule.rule.code}-{'good' if self.good else 'bad'}{self.number}-{self.variant}"

    @property
    def example(self) -> Mapping[str, Any]:
        """The example as the rule file has it."""
        return (self.rule.good if self.good else self.rule.bad)[self.number]
