"""Reads a saved JSON report back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from lintimg.model.finding import Finding, Problem, Suppressed, Suppression
from lintimg.model.image import ImageReport
from lintimg.model.invoke import InvokeReport
from lintimg.model.report import FileReport, Report, RuleInfo, Since, ToolInfo
from lintimg.report.decode import DecodeError, decode

_MAJOR = "1"


def read_report(data: bytes) -> Report | InvokeReport:
    """The report that `data`, JSON of `lintimg schema report` or `invoke`, holds. Raises DecodeError."""
    try:
        loaded = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DecodeError("is no UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise DecodeError(f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError):
        raise DecodeError("is no JSON that can be read") from None
    if not isinstance(loaded, dict) or not isinstance(loaded.get("schema_version"), str):
        raise DecodeError("is no report of lintimg: write one with --format json=FILE")
    version = loaded["schema_version"]
    if version.partition(".")[0] != _MAJOR:
        raise DecodeError(
            f"has schema version {version[:20]}, and this lintimg reads {_MAJOR}.x: use a newer one"
        )
    try:
        return _invocation(loaded) if "invocations" in loaded else _report(loaded)
    except DecodeError as error:
        raise DecodeError(f"is no report of lintimg: {error}") from None
    except RecursionError:
        raise DecodeError("is no report of lintimg: it is too deep") from None


def _invocation(loaded: Mapping[str, Any]) -> InvokeReport:
    return cast("InvokeReport", decode(loaded, InvokeReport, ""))


def _report(loaded: Mapping[str, Any]) -> Report:
    for key in ("tool", "summary", "files", "images", "rules", "findings", "suppressed", "errors"):
        if key not in loaded:
            raise DecodeError(f"{key} is missing")
    summary = loaded["summary"]
    if not isinstance(summary, dict):
        raise DecodeError("summary is no object")
    rules = loaded["rules"]
    if not isinstance(rules, dict) or not all(isinstance(info, dict) for info in rules.values()):
        raise DecodeError("rules is no object of rules")
    return Report(
        tool=decode(loaded["tool"], ToolInfo, "tool"),
        files=decode(loaded["files"], tuple[FileReport, ...], "files"),
        rules={code: _rule(code, info) for code, info in rules.items()},
        findings=decode(loaded["findings"], tuple[Finding, ...], "findings"),
        suppressed=tuple(
            _suppressed(entry, f"suppressed[{number}]")
            for number, entry in enumerate(_list(loaded["suppressed"]))
        ),
        errors=decode(loaded["errors"], tuple[Problem, ...], "errors"),
        exit_status=decode(summary.get("exit_status"), int, "summary.exit_status"),
        images=decode(loaded["images"], tuple[ImageReport, ...], "images"),
        fixed=decode(summary.get("fixed", 0), int, "summary.fixed"),
        since=decode(loaded.get("since"), Since | None, "since"),
    )


def _rule(code: str, data: Mapping[str, Any]) -> RuleInfo:
    info: RuleInfo = decode({**data, "code": code}, RuleInfo, f"rules.{code}")
    if any("code" not in entry for entries in info.equivalents.values() for entry in entries):
        raise DecodeError(f"rules.{code}.equivalents: a code is missing")
    return info


def _list(data: object) -> list[object]:
    if isinstance(data, list):
        return data
    raise DecodeError("suppressed is no list")


def _suppressed(data: object, where: str) -> Suppressed:
    why = data.get("suppression") if isinstance(data, dict) else None
    return Suppressed(decode(data, Finding, where), decode(why, Suppression, f"{where}.suppression"))
