"""A rule's examples as tests: each states where the rule fires and what its fix writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lintimg.context.build_context import BuildContext, ContextCache
from lintimg.context.deployment import Deployment, deployed_stage
from lintimg.context.infrastructure import DeploymentIndex
from lintimg.dockerfile.lexer import parse
from lintimg.lint.case import Bench, Case
from lintimg.lint.engine import FileResult, FileSettings, lint_file
from lintimg.lint.fixing import Fixer
from lintimg.lint.image_cases import image_failures
from lintimg.lint.rulefile import RuleFile
from lintimg.lint.selection import Selection
from lintimg.model.finding import Finding
from lintimg.text import SourceText, TextEdit, apply_edits

_INFRASTRUCTURE = (".yaml", ".yml", ".tf", "cdk.json", "aws-lambda-tools-defaults.json", "docker-bake.hcl")
VARIANTS = ("plain", "crlf", "bom", "lower")


def cases(file: RuleFile) -> Iterator[Case]:
    """Every example of `file` in every variation that it does not skip."""
    for good, group in ((False, file.bad), (True, file.good)):
        for number in range(len(group)):
            for variant in VARIANTS if file.rule.family != "image" else VARIANTS[:1]:
                if variant not in file.skipped_variants:
                    yield Case(file, good, number, variant)


def failures(case: Case, bench: Bench) -> list[str]:
    """What `case` shows to be wrong, in sentences; empty when it holds."""
    if case.rule.rule.family == "image":
        return image_failures(case, bench)
    with TemporaryDirectory() as folder:
        run = _Run(case, bench, Path(folder))
        return run.good() if case.good else run.bad()


def findings(case: Case, bench: Bench) -> tuple[Finding, ...]:
    """What the rule of `case`, one on Dockerfiles, finds in its example."""
    with TemporaryDirectory() as folder:
        run = _Run(case, bench, Path(folder))
        result = run.lint(run.data(case.example["dockerfile"]))
        return tuple(finding for finding in result.findings if finding.rule == case.rule.rule.code)


class _Run:
    def __init__(self, case: Case, bench: Bench, folder: Path) -> None:
        self.case = case
        self.example = case.example
        self.bench = bench
        self.folder = folder.resolve()
        self.code = case.rule.rule.code
        self.known_context = "files" in self.example
        for name, content in self.example.get("files", {}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)

    def lint(self, data: bytes, changed: Mapping[str, bytes] | None = None) -> FileResult:
        source = SourceText("Dockerfile", data)
        example = self.example
        beside = {str(self.folder / name): text for name, text in (changed or {}).items()}
        cache = ContextCache(beside)
        context = BuildContext(self.folder, self.folder / "Dockerfile", cache) if self.known_context else None
        rules = self.bench.rules
        if all(rule.code != self.code for rule in rules):
            rules = (*rules, self.case.rule.rule)
        selection = Selection(rules)
        if not self.case.rule.rule.default:
            from lintimg.lint.selection import choose

            selection = Selection(rules, extended=(choose(self.code, rules),))
        deployments = self.deployments()
        return lint_file(
            source,
            FileSettings(
                selection=selection,
                policy=self.bench.read_settings(self.bench.policy, example.get("settings", {})),
                severities={},
                declared=(example["target"], "the example") if "target" in example else None,
                target_stage=example.get("target-stage") or deployed_stage(deployments),
                build_arguments={key: str(v) for key, v in example.get("build-args", {}).items()},
                deployments=deployments,
                locate=lambda _build: context,
                find_check=self.bench.find_check,
                display=lambda path: path.relative_to(self.folder).as_posix(),
                fingerprint_path="Dockerfile",
                ignored=Selection(rules),
            ),
        )

    def deployments(self) -> tuple[Deployment, ...]:
        """What infrastructure code among the example's files says about its Dockerfile."""
        if not any(name.endswith(_INFRASTRUCTURE) for name in self.example.get("files", {})):
            return ()
        (self.folder / "Dockerfile").touch()
        return DeploymentIndex(self.folder).of(self.folder / "Dockerfile")

    def data(self, text: str) -> bytes:
        return _varied(text, self.case.variant)

    def good(self) -> list[str]:
        result = self.lint(self.data(self.example["dockerfile"]))
        wrong = [f"error: {problem.message}" for problem in result.errors]
        wrong += [
            f"{_shown(finding)} fires on a good example"
            for finding in result.findings
            if finding.severity != "info" or finding.rule == self.code
        ]
        return wrong

    def bad(self) -> list[str]:
        data = self.data(self.example["dockerfile"])
        result = self.lint(data)
        wrong = [f"error: {problem.message}" for problem in result.errors]
        own = [finding for finding in result.findings if finding.rule == self.code]
        wrong += self.compare(own)
        also = set(self.example.get("also", ()))
        wrong += [
            f"{_shown(finding)} fires too and is not named in also"
            for finding in result.findings
            if finding.severity != "info" and finding.rule != self.code and finding.rule not in also
        ]
        return wrong + self.fixed(data, result)

    def compare(self, own: list[Finding]) -> list[str]:
        expected = self.example.get("expect", [])
        wrong = []
        places = [_place(finding) for finding in own]
        wanted = [(e.get("path", "Dockerfile"), e["line"], e.get("column")) for e in expected]
        seen = [
            (path, line, column if number < len(wanted) and wanted[number][2] is not None else None)
            for number, (path, line, column) in enumerate(places)
        ]
        if seen != wanted:
            return [f"fires at {places}, expected {wanted}"]
        for finding, entry in zip(own, expected, strict=True):
            if finding.severity != entry.get("severity", finding.severity):
                wrong.append(f"{_shown(finding)} should be {entry['severity']}")
            for key, value in entry.get("details", {}).items():
                if finding.details.get(key) != value:
                    wrong.append(f"{_shown(finding)} has {key} {finding.details.get(key)!r}, not {value!r}")
        return wrong

    def fixed(self, data: bytes, before: FileResult) -> list[str]:
        has_fix = any(f.fix for f in before.findings if f.rule == self.code)
        if "fixed" not in self.example and "fixed-files" not in self.example:
            return ["offers a fix, but the example has no fixed text"] if has_fix else []
        if not has_fix:
            return ["the example has a fixed text, but no fix is offered"]
        fixed = Fixer(
            lambda texts: self.lint(texts.get("Dockerfile", data), texts),
            lambda name: data if name == "Dockerfile" else self.read(name),
            lambda finding: finding.rule == self.code,
        ).fix(before)
        after = fixed.texts.get("Dockerfile", data)
        wrong = [problem.message for problem in fixed.problems] + self.other_files(fixed.texts)
        if "fixed" in self.example and self.case.variant != "lower":
            wanted = self.data(self.example["fixed"])
            if after != wanted:
                wrong.append(f"the fix writes\n{after.decode()}\ninstead of\n{wanted.decode()}")
        result = fixed.result
        known = {finding.rule for finding in before.findings} | set(self.example.get("also", ()))
        for finding in result.findings:
            if finding.rule == self.code and not self.example.get("fixed-trips"):
                wrong.append(f"{_shown(finding)} still fires after its fix")
            elif finding.severity != "info" and finding.rule not in known:
                wrong.append(f"{_shown(finding)} is new after the fix")
        return wrong

    def read(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def other_files(self, texts: Mapping[str, bytes]) -> list[str]:
        wrong = []
        for name, wanted in self.example.get("fixed-files", {}).items():
            data = texts[name] if name in texts else self.read(name)
            found = None if data is None else data.decode()
            if found != wanted:
                wrong.append(f"the fix leaves {name} as {found!r} instead of {wanted!r}")
        return wrong


def _write(path: Path, content: Any) -> None:
    """One file of an example's context: a text, or a mapping with `bytes` or `text`, and perhaps a `mode`."""
    row: Mapping[str, Any] = content if isinstance(content, Mapping) else {"text": content}
    if "bytes" in row:
        with path.open("wb") as stream:
            stream.truncate(int(row["bytes"]))
    else:
        path.write_text(row["text"], encoding="utf-8", newline="")
    path.chmod(int(row.get("mode", "0644"), 8))


def _varied(text: str, variant: str) -> bytes:
    data = text.encode()
    if variant == "crlf":
        return text.replace("\n", "\r\n").encode()
    if variant == "bom":
        return b"\xef\xbb\xbf" + data
    if variant == "lower":
        source = SourceText("Dockerfile", data)
        keywords = [
            part.keyword_span
            for instruction in parse(source).instructions
            for part in (instruction, instruction.trigger)
            if part is not None and re.fullmatch(r"[A-Za-z]+", source.slice(part.keyword_span))
        ]
        edits = [TextEdit(span, source.slice(span).lower()) for span in keywords]
        return source.encode(apply_edits(source.text, edits))
    return data


def _place(finding: Finding) -> tuple[str, int, int]:
    start = finding.location.region.start
    return finding.location.path, start.line, start.column


def _shown(finding: Finding) -> str:
    path, line, column = _place(finding)
    return f"{finding.rule} ({finding.severity}) at {path}:{line}:{column}: {finding.message}"
