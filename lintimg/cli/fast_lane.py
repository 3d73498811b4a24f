"""Reads the flags of the commands that must start fast without typer, whose import takes half of a cold start.

Anything this does not know, or knows to be wrong, is left to typer: it stays the one source of help,
errors and completion. `tests/cli/test_fast_lane.py` holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lintimg.lazy import NamedTuple

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
    "--shellcheck": "shellcheck",
    "--image": "image",
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


class Words(NamedTuple):
    """A command line taken apart."""

    arguments: list[str]
    values: dict[str, str]
    lists: dict[str, list[str]]
    switches: dict[str, bool]


def read_words(
    line: Sequence[str],
    values: Mapping[str, str],
    lists: Mapping[str, str],
    switches: Mapping[str, tuple[str, bool]],
) -> Words | None:
    """The flags of `line` by the names that the three tables give them; None to leave it to typer."""
    found = Words([], {}, {}, {})
    rest = iter(line)
    for word in rest:
        if not word.startswith("-") or word == "-":
            found.arguments.append(word)
            continue
        name, equals, value = word.partition("=")
        if word in switches:
            field, state = switches[word]
            found.switches[field] = state
            continue
        if name not in values and name not in lists:
            return None
        if not equals:
            following = next(rest, None)
            if following is None or (following.startswith("-") and following != "-"):
                return None
            value = following
        if name in values:
            found.values[values[name]] = value
        else:
            found.lists.setdefault(lists[name], []).append(value)
    return found


def read_check(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The arguments of run_check for a command line that begins with "check", None to leave it to typer."""
    if not arguments or arguments[0] != "check":
        return None
    words = read_words(arguments[1:], VALUES, LISTS, SWITCHES)
    if words is None:
        return None
    paths, values, lists, switches = words
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
        "shellcheck": values.get("shellcheck", "auto"),
        "image": values.get("image"),
        "statistics": switches.get("statistics", False),
        "show_settings": switches.get("show_settings", False),
        "update_baseline": switches.get("update_baseline", False),
    }
