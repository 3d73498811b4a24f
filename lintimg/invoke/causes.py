"""From a failure's text to the rule that explains it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lintimg.invoke.judge import INITIALISED, Ruling
from lintimg.model.invoke import Cause


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(
        (Path(__file__).parent / "data" / "causes.json").read_text("utf-8")
    )
    return loaded


def find_cause(ruling: Ruling, log: str, shell_form: bool) -> Cause | None:
    """Why a run ended with `ruling`; None when it went well. `shell_form`: CMD or ENTRYPOINT start a shell."""
    if ruling.verdict == "ok":
        return None
    if ruling.verdict == "out-of-memory":
        return _general("out-of-memory", ruling)
    for text in (ruling.evidence, log):
        for row in _table()["causes"]:
            if ruling.verdict not in row.get("verdicts", (ruling.verdict,)):
                continue
            found = re.search(row["pattern"], text)
            if found is not None:
                return _specific(row, found, text, shell_form)
    if ruling.verdict == "timeout" and INITIALISED not in log:
        return _general("timeout-in-init", ruling)
    return _general(ruling.verdict, ruling)


def _specific(row: Mapping[str, Any], found: re.Match[str], text: str, shell_form: bool) -> Cause:
    path = next((value for value in found.groupdict().values() if value), "it")
    rule = row.get("rules_by_form", {}).get("shell") if shell_form else None
    return Cause(
        rule or row["rule"],
        row["message"].format(path=path),
        row["help"].format(path=path),
        _line_of(text, found.start()),
    )


def _general(key: str, ruling: Ruling) -> Cause:
    row = _table()["by_verdict"][key]
    return Cause(row["rule"], row["message"], row["help"], ruling.evidence)


def _line_of(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)].strip()
