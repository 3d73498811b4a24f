"""The JSON report, schema 1.0: every key always present, order fixed, no times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lintimg.model.finding import (
    SEVERITIES,
    FileLocation,
    Finding,
    ImageLocation,
    Problem,
    Suppressed,
)
from lintimg.model.report import FileReport, Report, RuleInfo, Since
from lintimg.report.json_parts import fix_to_json, line_to_json, region_to_json
from lintimg.report.json_text import json_text

if TYPE_CHECKING:
    from lintimg.model.image import ImageReport

SCHEMA_VERSION = "1.0"


def write(report: Report) -> str:
    """The report as JSON text with a line end."""
    return json_text(to_json(report))


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    findings = report.findings
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": report.tool._asdict(),
        "summary": {
            "files": len(report.files),
            "images": len(report.images),
            "findings": len(findings),
            "by_severity": {s: sum(f.severity == s for f in findings) for s in SEVERITIES},
            "fixable": sum(f.fix is not None and f.fix.applicability == "safe" for f in findings),
            "fixed": report.fixed,
            "suppressed": len(report.suppressed),
            "errors": len(report.errors),
            "exit_status": report.exit_status,
        },
        "files": [_file(file) for file in report.files],
        "images": _images(report.images),
        "rules": {code: rule_to_json(info) for code, info in sorted(report.rules.items())},
        "findings": [_finding(finding) for finding in findings],
        "suppressed": [_suppressed(entry) for entry in report.suppressed],
        "errors": [_problem(problem) for problem in report.errors],
        "since": None if report.since is None else _since(report.since),
    }


def _since(since: Since) -> dict[str, Any]:
    return {
        "new": since.new,
        "unchanged": since.unchanged,
        "fixed": [_finding(finding) for finding in since.fixed],
        "sizes": [change._asdict() for change in since.sizes],
    }


def _images(images: tuple[ImageReport, ...]) -> list[dict[str, Any]]:
    if not images:
        return []
    from lintimg.report.image_json import image_to_json

    return [image_to_json(image) for image in images]


def _file(file: FileReport) -> dict[str, Any]:
    estimate = file.estimate
    return {
        "path": file.path,
        "kind": file.kind,
        "evidence": list(file.evidence),
        "context": file.context,
        "final_base": file.final_base,
        "aws_base": file.aws_base,
        "runtime": file.runtime,
        "stages": [
            {
                "index": stage.number,
                "name": stage.name,
                "base": stage.base,
                "line": stage.line,
                "shipped": stage.shipped,
            }
            for stage in file.stages
        ],
        "estimate": None
        if estimate is None
        else {
            "low": estimate.low,
            "likely": estimate.likely,
            "high": estimate.high,
            "parts": [part._asdict() for part in estimate.parts],
        },
        "zip": None if file.zip is None else file.zip._asdict(),
    }


def rule_to_json(info: RuleInfo) -> dict[str, Any]:
    """A rule as plain data, without its code."""
    return {
        "name": info.name,
        "title": info.title,
        "family": info.family,
        "default_severity": info.default_severity,
        "description": info.description,
        "rationale": info.rationale,
        "help": info.help,
        "tags": list(info.tags),
        "references": list(info.references),
        "equivalents": {
            tool: [{"code": entry["code"], "when": entry.get("when", {})} for entry in entries]
            for tool, entries in info.equivalents.items()
        },
        "url": info.url,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
        "fingerprint": finding.fingerprint,
        "location": _location(finding.location),
        "dockerfile": finding.dockerfile,
        "related": [
            {"path": related.path, "span": region_to_json(related.region), "message": related.message}
            for related in finding.related
        ],
        "details": _details(finding.details),
        "saving": None if finding.saving is None else finding.saving._asdict(),
        "fix": None if finding.fix is None else fix_to_json(finding.fix),
        "state": finding.state,
    }


def _location(location: FileLocation | ImageLocation) -> dict[str, Any]:
    if isinstance(location, ImageLocation):
        layer = location.layer
        return {
            "kind": "image",
            "image": location.image,
            "layer": None if layer is None else {"index": layer.number, "digest": layer.digest},
            "layer_path": location.layer_path,
            "dockerfile_line": line_to_json(location.dockerfile_line),
        }
    return {
        "kind": "file",
        "path": location.path,
        "stage": location.stage,
        "span": region_to_json(location.region),
        "excerpt": [{"line": line.number, "text": line.text} for line in location.excerpt],
        "line_hash": location.line_hash,
    }


def _details(details: Mapping[str, object]) -> dict[str, object]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in details.items()}


def _suppressed(entry: Suppressed) -> dict[str, Any]:
    return {
        **_finding(entry.finding),
        "suppression": {"kind": entry.suppression.kind, "reason": entry.suppression.reason},
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "image": problem.image,
        "line": problem.line,
        "kind": problem.kind,
        "message": problem.message,
        "rule": problem.rule,
    }
