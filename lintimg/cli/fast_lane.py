"""Reads the flags of `lintimg check` without typer, whose import takes half of a cold start.

Anything this does not know, or knows to be wrong, is left to typer: it stays the one source of help,
errors and completion. `tests/cli/test_fast_lane.py` holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

VALUES = {
    "--target": "target",
    "--target-stage": "target_stage",
    "--context": "context",
    "--fail-on": "fail_on",
    "--as-of": "as_of",
    "--stdin-filename": "stdin_filename",
    "--config": "config",
    "--color": "color",
    "--baseline": "baseline",
    "--diff-base": "diff_base",
}
LISTS = {
    "--build-arg": "build_arguments",
    "--select": "select",
    "--extend-select": "extend_select",
    "--ignore": "ignore",
    "--format": "formats",
    "--fix-only": "fix_only",
}
SWITCHES = {
    "--force-exclude": ("force_exclude", True),
    "--no-inline-ignores": ("inline_ignores", False),
    "--no-config": ("use_config", False),
    "--quiet": ("quiet", True),
    "-q": ("quiet", True),
    "--exit-zero": ("exit_zero", True),
    "--fix": ("fix", True),
    "--unsafe-fixes": ("unsafe_fixes", True),
    "--diff": ("diff", True),
    "--update-baseline": ("update_baseline", True),
    "--statistics": ("statistics", True),
    "--show-settings": ("show_settings", True),
}


def read_check(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The arguments of run_check for a command line that begins with "check", None to leave it to typer."""
    if not arguments or arguments[0] != "check":
        return None
    paths: list[str] = []
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    switches: dict[str, bool] = {}
    rest = iter(arguments[1:])
    for word in rest:
        if not word.startswith("-") or word == "-":
            paths.append(word)
            continue
        name, equals, value = word.partition("=")
        if word in SWITCHES:
            field, state = SWITCHES[word]
            switches[field] = state
            continue
        if name not in VALUES and name not in LISTS:
            return None
        if not equals:
            following = next(rest, None)
            if following is None or (following.startswith("-") and following != "-"):
                return None
            value = following
        if name in VALUES:
            values[VALUES[name]] = value
        else:
            lists.setdefault(LISTS[name], []).append(value)
    chosen = lists.get("select")
    return {
        "paths": tuple(paths or (".",)),
        "target": values.get("target", "auto"),
        "target_stage": values.get("target_stage"),
        "build_arguments": tuple(lists.get("build_arguments", ())),
        "context": values.get("context"),
        "select": None if chosen is None else tuple(chosen),
        "extend_select": tuple(lists.get("extend_select", ())),
        "ignore": tuple(lists.get("ignore", ())),
        "fail_on": values.get("fail_on"),
        "as_of": values.get("as_of"),
        "formats": tuple(lists.get("formats", ("text",))),
        "stdin_filename": values.get("stdin_filename"),
        "force_exclude": switches.get("force_exclude", False),
        "inline_ignores": switches.get("inline_ignores", True),
        "config": values.get("config"),
        "use_config": switches.get("use_config", True),
        "quiet": switches.get("quiet", False),
        "exit_zero": switches.get("exit_zero", False),
        "color": values.get("color", "auto"),
        "fix": switches.get("fix", False),
        "unsafe_fixes": switches.get("unsafe_fixes", False),
        "diff": switches.get("diff", False),
        "fix_only": tuple(lists.get("fix_only", ())),
        "baseline": values.get("baseline"),
        "diff_base": values.get("diff_base"),
        "statistics": switches.get("statistics", False),
        "show_settings": switches.get("show_settings", False),
        "update_baseline": switches.get("update_baseline", False),
    }
