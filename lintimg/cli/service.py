"""From options to a report: sources, configurations, the engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lintimg import __version__
from lintimg.aws.tables import data_as_of
from lintimg.checks.registry import find_check
from lintimg.cli.configurations import Configurations
from lintimg.cli.options import CheckOptions, UsageError
from lintimg.cli.surroundings import Surroundings
from lintimg.context.deployment import Deployment
from lintimg.lint.engine import FileResult, FileSettings, display_path, finding_order, lint_file
from lintimg.lint.rule import Rule
from lintimg.lint.selection import Selection, UnknownSelectorError, select
from lintimg.lint.subject import Policy
from lintimg.model.finding import SEVERITIES, Finding, Problem, Severity, Suppressed
from lintimg.model.report import FileReport, Report, RuleInfo, ToolInfo
from lintimg.settings.configuration import relative_path
from lintimg.settings.discovery import find_dockerfiles, is_excluded
from lintimg.settings.values import Configuration
from lintimg.text import SourceText

STDIN = "-"


class Outcome(NamedTuple):
    """The report and the notes for standard error."""

    report: Report
    notes: tuple[str, ...]


class _Source(NamedTuple):
    name: str
    path: Path | None


def check(options: CheckOptions, working_directory: Path, stdin: bytes | None) -> Outcome:
    """Checks what `options` names. Raises UsageError and ConfigurationError."""
    return _Run(options, working_directory, stdin).outcome()


class _Run:
    def __init__(self, options: CheckOptions, working_directory: Path, stdin: bytes | None) -> None:
        self.options = options
        self.directory = working_directory
        self.stdin = stdin
        self.configurations = Configurations(options.config, options.use_config)
        self.surroundings = Surroundings(working_directory)
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.used: dict[str, Rule] = {}
        self.fail_on: Severity | None = options.fail_on

    def outcome(self) -> Outcome:
        results = [result for source in self.sources() if (result := self.check_one(source)) is not None]
        findings = sorted((f for result in results for f in result.findings), key=finding_order)
        suppressed = sorted(
            (s for result in results for s in result.suppressed),
            key=lambda entry: finding_order(entry.finding),
        )
        errors = (*self.problems, *(p for result in results for p in result.errors))
        self.age_note()
        report = Report(
            tool=ToolInfo("lintimg", __version__, self.options.as_of.isoformat(), data_as_of()),
            files=tuple(sorted((result.report for result in results), key=_file_path)),
            rules=self.rule_infos(findings, suppressed),
            findings=tuple(findings),
            suppressed=tuple(suppressed),
            errors=errors,
            exit_status=self.exit_status(findings, bool(errors)),
        )
        return Outcome(report, tuple(self.notes))

    def age_note(self) -> None:
        from datetime import date

        known = date.fromisoformat(data_as_of())
        if (self.options.as_of - known).days > 180:
            self.notes.append(f"lintimg's data on runtimes is of {known}; a newer lintimg knows more")

    def exit_status(self, findings: list[Finding], failed: bool) -> int:
        if failed:
            return 2
        limit = SEVERITIES.index(self.fail_on or "warning")
        reached = any(SEVERITIES.index(finding.severity) <= limit for finding in findings)
        return 1 if reached and not self.options.exit_zero else 0

    def sources(self) -> Iterator[_Source]:
        seen: set[Path] = set()
        for name in self.options.paths:
            if name == STDIN:
                shown = self.options.stdin_filename
                yield _Source(shown or "<stdin>", self.directory / shown if shown else None)
                continue
            path = self.directory / name
            if path.is_dir():
                found = list(find_dockerfiles(path, self.configurations.excludes(path)))
                if not found:
                    self.notes.append(f"{name}: no Dockerfile found")
                for each in found:
                    if each not in seen:
                        seen.add(each)
                        yield _Source(display_path(each, self.directory), each)
            elif not path.exists():
                self.problems.append(Problem("path", "no such file or folder", path=name))
            elif path not in seen:
                seen.add(path)
                yield _Source(display_path(path, self.directory), path)

    def check_one(self, source: _Source) -> FileResult | None:
        options = self.options
        folder = source.path.parent if source.path is not None else self.directory
        loaded, configuration = self.configurations.of(source.path, folder)
        if self.fail_on is None:
            self.fail_on = configuration.fail_on
        if options.force_exclude and source.path is not None:
            relative = relative_path(source.path, loaded.folder)
            if is_excluded(relative, configuration.exclude):
                return None
        data = self.read(source)
        if data is None:
            return None
        rules = self.configurations.rules(loaded)
        selection = self.selection(rules, configuration)
        path_ignores = tuple(
            code
            for glob, codes in configuration.per_path_ignores.items()
            if source.path is not None and is_excluded(relative_path(source.path, loaded.folder), (glob,))
            for code in codes
        )
        deployments = self.surroundings.deployments(source.path) if source.path is not None else ()
        target = configuration.target
        declared = (
            (options.target, "--target")
            if options.target
            else (target, "the configuration")
            if target
            else None
        )
        given = options.context or (loaded.folder / configuration.context if configuration.context else None)
        root = loaded.folder if loaded.path is not None else self.surroundings.root(folder)
        settings = FileSettings(
            selection=selection,
            policy=Policy(
                options.as_of,
                configuration.trusted_bases,
                configuration.max_size,
                configuration.fail_deprecated,
            ),
            severities=self.severities(rules, configuration),
            declared=declared,
            target_stage=options.target_stage or _deployed_stage(deployments),
            build_arguments={
                **_deployed_arguments(deployments),
                **configuration.build_args,
                **options.build_arguments,
            },
            deployments=deployments,
            locate=lambda build: self.surroundings.context(source.path, build, given, deployments),
            find_check=find_check,
            display=lambda path: display_path(path, self.directory),
            fingerprint_path=relative_path(source.path, root) if source.path is not None else source.name,
            ignored=self.chosen(rules, None, (), path_ignores),
            honour_inline=options.inline_ignores,
        )
        result = lint_file(SourceText(source.name, data), settings)
        self.used.update((rule.code, rule) for rule in rules)
        return result

    def read(self, source: _Source) -> bytes | None:
        if source.path is None or (self.stdin is not None and source.name == self.options.stdin_filename):
            return self.stdin or b""
        try:
            return source.path.read_bytes()
        except OSError as error:
            self.problems.append(
                Problem("path", f"cannot be read: {error.strerror or error}", path=source.name)
            )
            return None

    def selection(self, rules: tuple[Rule, ...], configuration: Configuration) -> Selection:
        options = self.options
        chosen = options.select if options.select is not None else configuration.select
        return self.chosen(
            rules,
            chosen,
            (*configuration.extend_select, *options.extend_select),
            (*configuration.ignore, *options.ignore),
        )

    def chosen(
        self,
        rules: tuple[Rule, ...],
        chosen: tuple[str, ...] | None,
        extend: tuple[str, ...],
        ignore: tuple[str, ...],
    ) -> Selection:
        try:
            return select(rules, chosen, extend, ignore)
        except UnknownSelectorError as error:
            raise UsageError(str(error)) from error

    def severities(self, rules: tuple[Rule, ...], configuration: Configuration) -> dict[str, Severity]:
        result: dict[str, Severity] = {}
        for selector, severity in configuration.severity.items():
            for choice in self.chosen(rules, (selector,), (), ()).chosen or ():
                result.update(dict.fromkeys(choice.codes, severity))
        return result

    def rule_infos(self, findings: list[Finding], suppressed: list[Suppressed]) -> dict[str, RuleInfo]:
        codes = {finding.rule for finding in findings} | {entry.finding.rule for entry in suppressed}
        return {code: self.configurations.info(self.used[code]) for code in sorted(codes)}


def _deployed_stage(deployments: tuple[Deployment, ...]) -> str | None:
    """The stage that every function built from the file names, None where they differ."""
    targets = {deployment.target for deployment in deployments if deployment.function}
    return targets.pop() if len(targets) == 1 else None


def _deployed_arguments(deployments: tuple[Deployment, ...]) -> dict[str, str]:
    """The build arguments on which all functions built from the file agree."""
    functions = [dict(deployment.build_arguments) for deployment in deployments if deployment.function]
    if not functions:
        return {}
    first = functions[0]
    return {
        name: value
        for name, value in first.items()
        if value is not None and all(arguments.get(name) == value for arguments in functions)
    }


def _file_path(file: FileReport) -> str:
    return file.path


def read_stdin(paths: tuple[str, ...]) -> bytes | None:
    """Standard input's bytes when `paths` asks for them."""
    return sys.stdin.buffer.read() if STDIN in paths else None
