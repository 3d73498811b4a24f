"""Runs the rules over one Dockerfile and makes findings of their hits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from lintimg.aws.base_facts import base_facts
from lintimg.context.build_context import BuildContext
from lintimg.context.deployment import Deployment
from lintimg.dockerfile.build import Build
from lintimg.dockerfile.command import process
from lintimg.dockerfile.document import Dockerfile
from lintimg.dockerfile.lexer import parse
from lintimg.dockerfile.resolve import resolve
from lintimg.lazy import NamedTuple
from lintimg.lint.estimate import estimate_image, zip_fit
from lintimg.lint.findings import FindingMaker
from lintimg.lint.foreign import foreign_ignores
from lintimg.lint.policy import Policy
from lintimg.lint.rule import Check, Hit, Rule
from lintimg.lint.selection import Selection
from lintimg.lint.subject import Prediction, Subject, Target
from lintimg.lint.suppress import Pragmas, read_pragmas
from lintimg.lint.target import Detected, detect, is_kind
from lintimg.lint.verdicts import Verdicts
from lintimg.model.finding import Finding, Problem, Severity, Suppressed
from lintimg.model.report import FileReport, StageInfo
from lintimg.model.span import Span
from lintimg.text import SourceText

_PREDICTION = Prediction(estimate_image, zip_fit)
_T = TypeVar("_T")
LocateContext = Callable[[Build], BuildContext | None]


class FileSettings(NamedTuple):
    """How one Dockerfile is to be checked.

    `declared` is (kind, who said so) from a flag or the configuration. `locate` finds the build
    context. `display` turns a path into what reports show. `fingerprint_path` is the file's path
    relative to the configuration's folder or the repository root. `path_ignores` are the
    selections that per-path ignores add, each with its pattern.
    """

    selection: Selection
    policy: Policy
    severities: Mapping[str, Severity]
    declared: tuple[str, str] | None
    target_stage: str | None
    build_arguments: Mapping[str, str]
    deployments: tuple[Deployment, ...]
    locate: LocateContext
    find_check: Callable[[str], Check]
    display: Callable[[Path], str]
    fingerprint_path: str
    ignored: Selection
    honour_inline: bool = True


class FileResult(NamedTuple):
    """What checking one file gave."""

    report: FileReport
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    errors: tuple[Problem, ...]


def lint_file(source: SourceText, settings: FileSettings) -> FileResult:
    """Checks one Dockerfile. A rule that crashes becomes an entry in `errors`."""
    document = parse(source)
    pragmas = _pragmas(document) if settings.honour_inline else Pragmas((), None, ())
    errors: list[Problem] = []
    build = _resolved(document, settings, errors)
    subject = _subject(build, settings, pragmas)
    maker = FindingMaker(subject, settings.severities, settings.display, settings.fingerprint_path)
    made: list[tuple[Rule, Finding]] = []
    for rule, hits in _hits(subject, settings, errors):
        made += ((rule, maker.make(rule, hit)) for hit in hits)
    verdicts = Verdicts(settings.selection, settings.ignored, pragmas, subject)
    findings, suppressed = verdicts.sort(made)
    unused = _rule(settings.selection, "LI002")
    if unused is not None and document.template is None:
        extra = [(unused, maker.make(unused, hit)) for hit in verdicts.unused()]
        more, hidden = verdicts.sort(extra)
        findings, suppressed = [*findings, *more], [*suppressed, *hidden]
    return FileResult(
        _file_report(subject, settings, errors),
        tuple(sorted(findings, key=finding_order)),
        tuple(sorted(suppressed, key=lambda entry: finding_order(entry.finding))),
        tuple(errors),
    )


def _pragmas(document: Dockerfile) -> Pragmas:
    pragmas = read_pragmas(document)
    return pragmas._replace(ignores=pragmas.ignores + foreign_ignores(document))


def finding_order(finding: Finding) -> tuple[object, ...]:
    """By path, place and code."""
    location = finding.location
    return (finding.dockerfile or "", location.path, location.region, finding.rule, finding.message)


def _resolved(document: Dockerfile, settings: FileSettings, errors: list[Problem]) -> Build:
    path = document.source.path
    try:
        return resolve(document, base_facts, settings.target_stage, settings.build_arguments)
    except ValueError as error:
        # A stage that only infrastructure code names is that code's mistake, and a finding of LI230.
        if all(deployment.target != settings.target_stage for deployment in settings.deployments):
            errors.append(Problem("target-stage", str(error), path=path))
        return resolve(document, base_facts, None, settings.build_arguments)


def _subject(build: Build, settings: FileSettings, pragmas: Pragmas) -> Subject:
    declared = settings.declared
    if pragmas.target is not None and is_kind(pragmas.target):
        declared = declared or (pragmas.target, "a comment in the file")
    if build.document.template is not None:
        found = Detected("generic", False, ("a template, not yet a Dockerfile",))
        return Subject(build, Target(*found), None, (), settings.policy, _PREDICTION)
    found = detect(build, process(build), settings.deployments, declared)
    context = settings.locate(build)
    policy = settings.policy._replace(chosen=settings.selection.by_name)
    return Subject(build, Target(*found), context, settings.deployments, policy, _PREDICTION)


def _rule(selection: Selection, code: str) -> Rule | None:
    for rule in selection.rules:
        if rule.code == code:
            return rule if selection.runs(rule) else None
    return None


def _hits(
    subject: Subject, settings: FileSettings, errors: list[Problem]
) -> Iterator[tuple[Rule, list[Hit]]]:
    document = subject.document
    selection = settings.selection
    if document.template is not None:
        rule = _rule(selection, "LI001")
        if rule is not None:
            yield rule, [Hit(document.template)]
        return
    syntax = _rule(selection, "LI000")
    if syntax is not None:
        yield (
            syntax,
            [
                Hit(
                    problem.span,
                    {"problem": problem.message, "remedy": problem.remedy},
                    details={"kind": problem.kind},
                )
                for problem in document.problems
            ],
        )
    lowered = document.source.text.lower()
    present = {word for word in selection.words if word in lowered}
    for rule in selection.checks:
        if subject.target.kind not in rule.applies_to or (rule.needs and present.isdisjoint(rule.needs)):
            continue
        try:
            hits = list(_run(rule, subject, settings))
        except Exception as error:  # noqa: BLE001 - one rule's bug must not hide the others' findings
            message = f"rule {rule.code} crashed ({type(error).__name__}: {error}); please report it"
            errors.append(Problem("rule", message, path=document.source.path, rule=rule.code))
            continue
        if hits:
            yield rule, hits


def _run(rule: Rule, subject: Subject, settings: FileSettings) -> Iterable[Hit]:
    if rule.match is not None:
        from lintimg.lint.match import run_match

        return run_match(rule.match, subject)
    return settings.find_check(rule.check or "")(subject)


def _file_report(subject: Subject, settings: FileSettings, errors: list[Problem]) -> FileReport:
    build = subject.build
    base = subject.aws_base
    shipped = set(build.chain)
    context = subject.context
    return FileReport(
        path=build.document.source.path,
        kind=subject.target.kind,
        evidence=subject.target.evidence,
        context=settings.display(context.root) if context is not None else None,
        final_base=subject.base_image,
        aws_base=None if subject.base_image is None else base is not None,
        runtime=base.runtime.runtime if base is not None and base.runtime is not None else None,
        stages=tuple(
            StageInfo(
                stage.number,
                stage.name,
                stage.base_image if stage.base_image is not None else stage.base.text,
                stage.instruction.start_line,
                stage.number in shipped,
            )
            for stage in build.stages
            if stage.instruction.number >= 0
        ),
        estimate=_guarded(lambda: subject.estimate, "the size estimate", subject, errors),
        zip=_guarded(lambda: subject.zip_fit, "the zip estimate", subject, errors),
    )


def _guarded(read: Callable[[], _T | None], what: str, subject: Subject, errors: list[Problem]) -> _T | None:
    if subject.document.template is not None:
        return None
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - an estimate's bug must not hide the findings
        message = f"{what} crashed ({type(error).__name__}: {error}); please report it"
        errors.append(Problem("estimate", message, path=subject.document.source.path))
        return None


def display_path(path: Path, working_directory: Path) -> str:
    """`path` as reports show it: relative where it lies inside `working_directory`, forward slashes."""
    try:
        relative = os.path.relpath(path, working_directory)
    except ValueError:
        return path.as_posix()
    if relative == ".." or relative.startswith(f"..{os.sep}"):
        return path.as_posix()
    return relative.replace(os.sep, "/")


def whole_file_span(document: Dockerfile) -> Span:
    """Where a finding about the whole file sits: the first FROM."""
    for instruction in document.instructions:
        if instruction.keyword == "FROM":
            return instruction.head_span
    return Span(0, 0)
