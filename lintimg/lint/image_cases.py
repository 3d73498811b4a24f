"""Runs the examples of rules on built images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from lintimg.lint.built import BuiltImage
from lintimg.lint.case import Bench, Case
from lintimg.lint.image_engine import ImageSettings, lint_image
from lintimg.lint.image_examples import described_image, described_stack
from lintimg.lint.selection import Selection, choose
from lintimg.model.finding import Finding, ImageLocation


def image_failures(case: Case, bench: Bench) -> list[str]:
    """What `case` shows to be wrong, in sentences; empty when it holds."""
    example = case.example
    image = described_image(example["image"])
    policy = bench.read_settings(bench.policy, example.get("settings", {}))
    subject = BuiltImage(image, described_stack(image), policy, example.get("target"))
    rules = bench.rules
    code = case.rule.rule.code
    if all(rule.code != code for rule in rules):
        rules = (*rules, case.rule.rule)
    selection = Selection(rules, extended=() if case.rule.rule.default else (choose(code, rules),))
    settings = ImageSettings(selection, {}, cast("Any", bench.find_check))
    result = lint_image(subject, settings)
    wrong = [problem.message for problem in result.errors]
    own = [finding for finding in result.findings if finding.rule == code]
    if not case.good:
        wrong += _compared(own, example.get("expect", ()))
    allowed = {*example.get("also", ()), *(() if case.good else (code,))}
    wrong += [
        f"{finding.rule} at {_place(finding)} fires and is not expected: {finding.message}"
        for finding in result.findings
        if finding.rule not in allowed and (finding.severity != "info" or finding.rule == code)
    ]
    return wrong


def _compared(own: list[Finding], expected: list[Mapping[str, Any]]) -> list[str]:
    if len(own) != len(expected):
        return [f"fires at {[_place(finding) for finding in own]}, expected {len(expected)} findings"]
    wrong = []
    for finding, entry in zip(own, expected, strict=True):
        path, layer = _place(finding)
        found = {"path": path, "layer": layer, "severity": finding.severity}
        for key, value in entry.items():
            for name, seen, wanted in (
                [(key, found[key], value)]
                if key != "details"
                else [(name, finding.details.get(name), wanted) for name, wanted in value.items()]
            ):
                if seen != wanted:
                    wrong.append(f"{finding.message} has {name} {seen!r}, not {wanted!r}")
    return wrong


def _place(finding: Finding) -> tuple[str | None, int | None]:
    location = finding.location
    assert isinstance(location, ImageLocation)  # noqa: S101 - rules on images find nothing elsewhere
    return location.layer_path, None if location.layer is None else location.layer.number
