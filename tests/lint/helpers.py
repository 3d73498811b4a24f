"""Lints a text with the bundled rules, as the command line does, without a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from lintimg.checks.registry import find_check
from lintimg.context.build_context import BuildContext
from lintimg.context.deployment import Deployment
from lintimg.lint.engine import FileResult, FileSettings, display_path, lint_file
from lintimg.lint.policy import Policy
from lintimg.lint.rule import Check, Rule
from lintimg.lint.selection import select
from lintimg.lint.table import bundled_rules
from lintimg.model.finding import Severity
from lintimg.text import SourceText


def lint_text(
    text: str | bytes,
    *,
    rules: tuple[Rule, ...] | None = None,
    selected: list[str] | None = None,
    ignored: list[str] | None = None,
    path_ignored: list[str] | None = None,
    severities: Mapping[str, Severity] | None = None,
    declared: tuple[str, str] | None = None,
    target_stage: str | None = None,
    deployments: tuple[Deployment, ...] = (),
    context: Path | None = None,
    find: Callable[[str], Check] = find_check,
    honour_inline: bool = True,
    fingerprint_path: str = "Dockerfile",
) -> FileResult:
    rules = bundled_rules() if rules is None else rules
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return lint_file(
        SourceText("Dockerfile", data),
        FileSettings(
            selection=select(rules, selected, ignore=ignored or ()),
            policy=Policy(date(2026, 11, 23), (), None, fail_deprecated=False),
            severities=severities or {},
            declared=declared,
            target_stage=target_stage,
            build_arguments={},
            deployments=deployments,
            locate=lambda _build: None if context is None else BuildContext(context, None),
            find_check=find,
            display=lambda path: display_path(path, Path("/")),
            fingerprint_path=fingerprint_path,
            ignored=select(rules, ignore=path_ignored or ()),
            honour_inline=honour_inline,
        ),
    )


def codes(result: FileResult) -> list[str]:
    return [finding.rule for finding in result.findings]
