"""SARIF 2.1.0 with what GitHub code scanning requires and recommends.

Source: docs.github.com, "SARIF support for code scanning", and github/codeql-action. Silenced findings are left
out: GitHub ignores SARIF's `suppressions` and would open an alert for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from lintimg.model.finding import SEVERITIES, Edit, Finding, Fix, Problem, Related
from lintimg.model.report import Report, RuleInfo
from lintimg.model.span import Region
from lintimg.report.columns import last_line, whole_lines
from lintimg.report.json_text import json_text
from lintimg.report.phrases import HOME, advice, cut, first_paragraph, problem_text, sentence
from lintimg.text import printable

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEM = {"error": "error", "warning": "warning", "info": "recommendation"}
_SECURITY_SEVERITY = {"error": "8.0", "warning": "5.5", "info": "2.0"}
_DESCRIPTION, _NAME, _TAGS = 1024, 255, 10
"""What GitHub takes of a description, a name, and how many tags it shows."""
_RESULTS = 25_000
_ROOT = "%SRCROOT%"


def write(report: Report) -> str:
    """The report as one SARIF run."""
    codes = sorted(report.rules)
    numbers = {code: number for number, code in enumerate(codes)}
    run = {
        "tool": {
            "driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "informationUri": HOME,
                "rules": [_rule(report.rules[code]) for code in codes],
            }
        },
        "automationDetails": {"id": "lintimg/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "exitCode": report.exit_status,
                "toolExecutionNotifications": [_notification(problem) for problem in report.errors],
            }
        ],
        "results": [_result(finding, numbers) for finding in _taken(report.findings)],
    }
    return json_text(
        {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    )


def _taken(findings: tuple[Finding, ...]) -> Iterable[Finding]:
    """What GitHub takes of one run: with more it refuses the whole file. The worst are kept."""
    if len(findings) <= _RESULTS:
        return findings
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))[:_RESULTS]


def _rule(rule: RuleInfo) -> dict[str, Any]:
    security = rule.family == "security"
    why = first_paragraph(rule.rationale) or rule.title
    properties: dict[str, Any] = {
        "tags": list(dict.fromkeys((rule.family, *rule.tags)))[:_TAGS],
        "precision": "high",
        "problem.severity": _PROBLEM.get(rule.default_severity, "warning"),
    }
    if security:
        properties["security-severity"] = _SECURITY_SEVERITY.get(rule.default_severity, "5.5")
    return {
        "id": rule.code,
        "name": cut(rule.name, _NAME),
        "shortDescription": {"text": cut(sentence(rule.title), _DESCRIPTION)},
        "fullDescription": {"text": cut(why, _DESCRIPTION)},
        "help": {"text": _help_text(rule), "markdown": _help_markdown(rule)},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS.get(rule.default_severity, "warning")},
        "properties": properties,
    }


def _help_text(rule: RuleInfo) -> str:
    parts = (_remedy(rule), rule.rationale.strip(), *rule.references)
    return "\n\n".join(part for part in parts if part) or rule.title


def _help_markdown(rule: RuleInfo) -> str:
    remedy = _remedy(rule)
    references = "\n".join(f"- <{reference}>" for reference in rule.references)
    parts = (f"**{remedy}**" if remedy else "", rule.rationale.strip(), references)
    return "\n\n".join(part for part in parts if part) or rule.title


def _remedy(rule: RuleInfo) -> str:
    """What to do, where that is the same for every finding: else it stands in their messages."""
    return "" if "{" in rule.help else rule.help


def _result(finding: Finding, numbers: dict[str, int]) -> dict[str, Any]:
    location = finding.location
    fingerprints = {"lintimg/v1": finding.fingerprint}
    if location.line_hash is not None:
        fingerprints["primaryLocationLineHash"] = location.line_hash
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS.get(finding.severity, "warning"),
        "message": {"text": _escaped(advice(finding))},
        "locations": [{"physicalLocation": _place(location.path, location.region)}],
        "partialFingerprints": fingerprints,
    }
    if finding.rule in numbers:
        result["ruleIndex"] = numbers[finding.rule]
    if finding.state is not None:
        result["baselineState"] = finding.state
    if finding.related:
        result["relatedLocations"] = [
            _related(number, related) for number, related in enumerate(finding.related, 1)
        ]
    fix = None if finding.fix is None else _fix(finding.fix)
    if fix is not None:
        result["fixes"] = [fix]
    if finding.saving is not None:
        result["properties"] = {"saving": finding.saving._asdict()}
    return result


def _related(number: int, related: Related) -> dict[str, Any]:
    return {
        "id": number,
        "physicalLocation": _place(related.path, related.region),
        "message": {"text": _escaped(printable(related.message)) or "see"},
    }


def _place(path: str, region: Region) -> dict[str, Any]:
    return {"artifactLocation": artifact(path), "region": _region(region)}


def artifact(path: str) -> dict[str, str]:
    """A path as a URI, relative to the repository's root where it is."""
    encoded = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return {"uri": f"file://{encoded}"}
    return {"uri": encoded or ".", "uriBaseId": _ROOT}


def _region(region: Region) -> dict[str, int]:
    start, end = region
    if whole_lines(region):
        # The line after the last may not be there.
        return {"startLine": start.line, "endLine": last_line(region)}
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _fix(fix: Fix) -> dict[str, Any] | None:
    """None for a fix that makes a file, which SARIF cannot say."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        if edit.region is None:
            return None
        changes.setdefault(edit.path, []).append(_replacement(edit, edit.region))
    note = "" if fix.applicability == "safe" else " (look it over: the image may behave differently)"
    return {
        "description": {"text": _escaped(printable(fix.title + note))},
        "artifactChanges": [
            {"artifactLocation": artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _replacement(edit: Edit, region: Region) -> dict[str, Any]:
    start, end = region
    deleted = {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
    return {"deletedRegion": deleted, "insertedContent": {"text": edit.text}}


def _notification(problem: Problem) -> dict[str, Any]:
    notification: dict[str, Any] = {
        "level": "error",
        "message": {"text": _escaped(problem_text(problem))},
        "descriptor": {"id": problem.kind},
    }
    if problem.path is not None:
        place: dict[str, Any] = {"artifactLocation": artifact(problem.path)}
        if problem.line is not None:
            place["region"] = {"startLine": problem.line}
        notification["locations"] = [{"physicalLocation": place}]
    return notification


def _escaped(text: str) -> str:
    """`text` without anything that SARIF would read as a link."""
    return text.replace("](", "]\\(") if "](" in text else text
