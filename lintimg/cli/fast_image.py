"""Reads the usual flags of `lintimg image` without typer; the rest is left to it, as in `fast_lane`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lintimg.cli.fast_lane import read_words

VALUES = {
    "--base": "base",
    "--via": "via",
    "--platform": "platform",
    "--why": "why",
    "--tree": "tree",
    "--max-size": "max_size",
    "--max-waste": "max_waste",
    "--fail-on": "fail_on",
    "--target": "target",
    "--dockerfile": "dockerfile",
    "--target-stage": "target_stage",
    "--color": "color",
    "--config": "config",
}
LISTS = {
    "--format": "formats",
    "--select": "select",
    "--extend-select": "extend_select",
    "--ignore": "ignore",
}
SWITCHES = {
    "--compressed": ("compressed", True),
    "--deep": ("deep", True),
    "--hash": ("hashes", True),
    "--no-config": ("use_config", False),
    "--exit-zero": ("exit_zero", True),
    "--quiet": ("quiet", True),
    "-q": ("quiet", True),
}
SLOW = ("--top", "--min-efficiency")
"""Flags with numbers: typer says what is wrong with them."""


def read_image(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The arguments of run_image for a command line that begins with "image", None to leave it to typer."""
    if not arguments or arguments[0] != "image":
        return None
    words = read_words(arguments[1:], VALUES, LISTS, SWITCHES)
    if words is None or len(words.arguments) != 1:
        return None
    values, switches, lists = words.values, words.switches, words.lists
    chosen = lists.get("select")
    return {
        "reference": words.arguments[0],
        "base": values.get("base"),
        "via": values.get("via", "auto"),
        "platform": values.get("platform"),
        "deep": switches.get("deep", False),
        "hashes": switches.get("hashes", False),
        "compressed": switches.get("compressed", False),
        "why": values.get("why"),
        "tree": values.get("tree"),
        "top": 10,
        "max_size": values.get("max_size"),
        "max_waste": values.get("max_waste"),
        "min_efficiency": None,
        "select": None if chosen is None else tuple(chosen),
        "extend_select": tuple(lists.get("extend_select", ())),
        "ignore": tuple(lists.get("ignore", ())),
        "fail_on": values.get("fail_on"),
        "target": values.get("target", "auto"),
        "dockerfile": values.get("dockerfile"),
        "target_stage": values.get("target_stage"),
        "formats": tuple(lists.get("formats", ("text",))),
        "quiet": switches.get("quiet", False),
        "config": values.get("config"),
        "use_config": switches.get("use_config", True),
        "exit_zero": switches.get("exit_zero", False),
        "color": values.get("color", "auto"),
    }
