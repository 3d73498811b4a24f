#!/usr/bin/env python3
"""An example of a bot: reads `lintimg check --format json` and prints a comment's body, or nothing to say nothing.

    python bot.py report.json [report-of-the-target-branch.json] > body.md

It needs Python alone. What it relies on: keys of schema 1.x never go nor change their type, new ones may come, and a
severity that is not known here is to be taken for a warning. The marker lets it find its own comment to edit it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

MARKER = "<!-- my-dockerfile-bot -->"
MOST = 20


def read(name: str) -> dict[str, Any]:
    """A report, if its major version is one this bot knows."""
    report: dict[str, Any] = json.loads(Path(name).read_text("utf-8"))
    if report["schema_version"].partition(".")[0] != "1":
        sys.exit(f"{name}: schema {report['schema_version']} is too new for this bot")
    return report


def code(text: str) -> str:
    """Text that mentions nobody and links nothing."""
    return "`" + " ".join(text.replace("`", "'").split())[:300] + "`"


def line(finding: dict[str, Any]) -> str:
    """One finding in one line: image findings have no path of their own."""
    place = finding["location"]
    where = (
        place["image"] if place["kind"] == "image" else f"{place['path']}:{place['span']['start']['line']}"
    )
    saving = finding["saving"]
    saves = f", saves about {saving['bytes'] / 1e6:.0f} MB" if saving else ""
    return f"- **{finding['rule']}** {code(where)}{saves}: {code(finding['message'])}"


def body(report: dict[str, Any], before: dict[str, Any] | None) -> str:
    """The comment: what this change brings; empty if that is nothing."""
    known = {finding["fingerprint"] for finding in before["findings"]} if before else set()
    new = [finding for finding in report["findings"] if finding["fingerprint"] not in known]
    worth = [finding for finding in new if finding["severity"] != "info"]
    if not worth:
        return ""
    rest = [f"- and {len(worth) - MOST} more"] if len(worth) > MOST else []
    mends = sum(bool(finding["fix"] and finding["fix"]["applicability"] == "safe") for finding in worth)
    tail = [f"`lintimg check --fix` mends {mends} of them."] if mends else []
    return "\n".join(
        [MARKER, f"New in this change: {len(worth)}", "", *map(line, worth[:MOST]), *rest, "", *tail, ""]
    )


if __name__ == "__main__":
    sys.stdout.write(body(read(sys.argv[1]), read(sys.argv[2]) if sys.argv[2:] else None))
