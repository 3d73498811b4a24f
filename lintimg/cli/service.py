"""From options to a report: sources, configurations, the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from lintimg import __version__
from lintimg.aws.tables import data_as_of
from lintimg.checks.registry import find_check
from lintimg.cli.configurations import Configurations, path_ignores, severities
from lintimg.cli.options import CheckOptions, UsageError
from lintimg.cli.progress import counted
from lintimg.cli.sources import Source, Sources
from lintimg.cli.surroundings import Surroundings
from lintimg.context.deployment import deployed_arguments, deployed_stage
from lintimg.lazy import NamedTuple
from lintimg.lint.engine import FileResult, FileSettings, display_path, finding_order, lint_file
from lintimg.lint.policy import Policy
from lintimg.lint.rule import Rule
from lintimg.lint.selection import SHELLCHECK, Choice, Selection, UnknownSelectorError, select
from lintimg.model.finding import SEVERITIES, Finding, Problem, Severity, Suppressed
from lintimg.model.report import Report, RuleInfo, ToolInfo
from lintimg.settings.configuration import Loaded, relative_path
from lintimg.settings.values import Configuration
from lintimg.text import SourceText

if TYPE_CHECKING:
    # Loaded when a flag asks for them.
    from lintimg.cli.filters import Filters
    from lintimg.cli.fixes import FileFixer
    from lintimg.model.image import ImageReport
    from lintimg.shell.shellcheck import ShellCheck

_OLD = 180
"""Days after which the data on runtimes deserve a word."""


class Outcome(NamedTuple):
    """The report and the notes for standard error; `printed` are fixed texts or a diff for standard output."""

    report: Report
    notes: tuple[str, ...]
    printed: bytes | None = None


def check(options: CheckOptions, working_directory: Path, stdin: bytes | None) -> Outcome:
    """Checks what `options` names. Raises UsageError and ConfigurationError."""
    return _Run(options, working_directory).outcome(stdin or b"")


class _Run:
    def __init__(self, options: CheckOptions, working_directory: Path) -> None:
        self.options = options
        self.directory = working_directory
        self.configurations = Configurations(options.config, options.use_config)
        self.surroundings = Surroundings(working_directory)
        self.sources = Sources(working_directory, self.configurations, self.surroundings)
        self.filters: Filters | None = None
        self.used: dict[str, Rule] = {}
        self._selections: dict[tuple[object, ...], Selection] = {}
        self.shellcheck: ShellCheck | None = None
        self.images: tuple[ImageReport, ...] = ()
        self.image_notes: tuple[str, ...] = ()

    def outcome(self, stdin: bytes) -> Outcome:
        options = self.options
        sources = self.sources.read(options.paths, stdin, options.stdin_filename, options.force_exclude)
        if options.shellcheck != "off":
            sources = self.shell_checked(sources)
        if options.image is not None:
            sources = iter(_one(tuple(sources)))
        if options.fixes is None:
            checked = [(source, self.check_one(source)) for source in counted(sources)]
            fixing = None
        else:
            from lintimg.cli.fixes import FileFixer

            fixing = FileFixer(self.directory, self.surroundings.root, self.check_one, options.fixes)
            checked = fixing.run(counted(sources), self.fix_choices)
        results = [result for _, result in checked]
        if options.update_baseline or self.filters is not None:
            results = self.needed_filters().finish(results)
        failed = any(self.fails(source, result) for (source, _), result in zip(checked, results, strict=True))
        if fixing is not None and fixing.shows:
            failed = bool(fixing.workspace.changes)
        if not results:
            self.check_selectors()
        findings = sorted((f for result in results for f in result.findings), key=finding_order)
        suppressed = sorted(
            (s for result in results for s in result.suppressed),
            key=lambda entry: finding_order(entry.finding),
        )
        errors = (*self.sources.problems, *(p for result in results for p in result.errors))
        if self.shellcheck is not None and self.shellcheck.problem is not None:
            errors = (*errors, Problem("shellcheck", self.shellcheck.problem, rule=SHELLCHECK))
        report = Report(
            tool=ToolInfo("lintimg", __version__, options.as_of.isoformat(), data_as_of()),
            files=tuple(sorted((result.report for result in results), key=lambda file: file.path)),
            rules=self.rule_infos(findings, suppressed),
            findings=tuple(findings),
            suppressed=tuple(suppressed),
            errors=errors,
            exit_status=2 if errors else int(failed and not options.exit_zero),
            images=self.images,
            fixed=0 if fixing is None or fixing.shows else fixing.applied,
        )
        return Outcome(report, tuple(self.notes(fixing)), None if fixing is None else fixing.printed())

    def notes(self, fixing: FileFixer | None) -> Iterator[str]:
        yield from self.sources.notes
        yield from self.surroundings.notes()
        yield from self.image_notes
        if fixing is not None:
            yield from fixing.notes()
        if self.filters is not None:
            yield from self.filters.notes()
        yield from self.age_note()

    def shell_checked(self, sources: Iterator[Source]) -> Iterator[Source]:
        """The same sources, and what ShellCheck has to say of their RUN instructions is at hand."""
        from lintimg.cli.shell_batch import available, check_ahead

        self.shellcheck = available(self.options.shellcheck)
        if self.shellcheck is None:
            return sources
        read = tuple(sources)
        check_ahead(self.shellcheck, read, lambda source: self.settings_of(source)[1])
        return iter(read)

    def needed_filters(self) -> Filters:
        from lintimg.cli.filters import Filters

        self.filters = self.filters or Filters(self.options, self.directory, self.surroundings.root)
        return self.filters

    def age_note(self) -> Iterator[str]:
        known = date.fromisoformat(data_as_of())
        if (self.options.as_of - known).days > _OLD:
            yield f"lintimg's data on runtimes is of {known}; a newer lintimg knows more"

    def check_selectors(self) -> None:
        """Wrong selectors are told even where there is no file to apply them to."""
        loaded = self.configurations.of_folder(self.directory)
        self.selection(self.configurations.rules(loaded), loaded.configuration)

    def fails(self, source: Source, result: FileResult) -> bool:
        """Whether what was found in `source` fails the run."""
        configuration = self.configurations.of_file(source.path, self.folder(source))[1]
        limit = SEVERITIES.index(self.options.fail_on or configuration.fail_on or "warning")
        return any(SEVERITIES.index(finding.severity) <= limit for finding in result.findings)

    def fix_choices(self, source: Source) -> tuple[Choice, ...]:
        """The findings that --fix-only names for `source`."""
        loaded, _ = self.configurations.of_file(source.path, self.folder(source))
        only = self.options.fixes.only if self.options.fixes is not None else ()
        return self.chosen(self.configurations.rules(loaded), only, (), ()).chosen or ()

    def folder(self, source: Source) -> Path:
        """Where `source` stands."""
        return source.path.parent if source.path is not None else self.directory

    def check_one(self, source: Source, changed: Mapping[str, bytes] | None = None) -> FileResult:
        """Checks `source`; `changed` has texts in place of those on disk, by absolute path without links."""
        loaded, settings = self.settings_of(source, changed)
        result = lint_file(SourceText(source.name, source.data), settings)
        self.used.update((rule.code, rule) for rule in settings.selection.rules)
        if self.options.filters or loaded.configuration.baseline is not None:
            result = self.needed_filters().apply(source, result, loaded, settings.selection)
        if self.options.image is not None:
            text = SourceText(source.name, source.data)
            result = self.joined(self.options.image, result, text, settings)
        return result

    def settings_of(
        self, source: Source, changed: Mapping[str, bytes] | None = None
    ) -> tuple[Loaded, FileSettings]:
        """The configuration of `source`, and what holds for it with the flags."""
        options = self.options
        path = source.path
        folder = self.folder(source)
        loaded, configuration = self.configurations.of_file(path, folder)
        rules = self.configurations.rules(loaded)
        deployments = self.surroundings.deployments(path) if path is not None else ()
        given = options.context or (loaded.folder / configuration.context if configuration.context else None)
        root = loaded.folder if loaded.path is not None else self.surroundings.root(folder)
        return loaded, FileSettings(
            selection=self.selection(rules, configuration),
            policy=Policy(
                options.as_of,
                configuration.trusted_bases,
                configuration.max_size,
                configuration.fail_deprecated,
                shellcheck=self.shellcheck,
                label_schema=configuration.label_schema,
                strict_labels=configuration.strict_labels,
            ),
            severities=self.severities(rules, configuration),
            declared=_declared(options, configuration),
            target_stage=options.target_stage or deployed_stage(deployments),
            build_arguments={
                **deployed_arguments(deployments),
                **configuration.build_args,
                **options.build_arguments,
            },
            deployments=deployments,
            locate=lambda build: self.surroundings.context(path, build, given, deployments, changed),
            find_check=find_check,
            display=lambda path: display_path(path, self.directory),
            fingerprint_path=relative_path(path, root) if path is not None else source.name,
            ignored=self.chosen(rules, None, (), path_ignores(loaded, path)),
            honour_inline=options.inline_ignores,
        )

    def joined(
        self, image: str, result: FileResult, source: SourceText, settings: FileSettings
    ) -> FileResult:
        """`result` with what the built image says of it."""
        from lintimg.cli.image_join import join_image

        joined = join_image(image, result, source, settings)
        self.images = () if joined.image is None else (joined.image,)
        self.image_notes = joined.notes
        return joined.result

    def selection(self, rules: tuple[Rule, ...], configuration: Configuration) -> Selection:
        options = self.options
        return self.chosen(
            rules,
            options.select if options.select is not None else configuration.select,
            (*configuration.extend_select, *options.extend_select),
            (*configuration.ignore, *options.ignore, *(() if self.shellcheck is not None else (SHELLCHECK,))),
        )

    def chosen(
        self,
        rules: tuple[Rule, ...],
        chosen: tuple[str, ...] | None,
        extend: tuple[str, ...],
        ignore: tuple[str, ...],
    ) -> Selection:
        key = (id(rules), chosen, extend, ignore)
        if key not in self._selections:
            try:
                self._selections[key] = select(rules, chosen, extend, ignore)
            except UnknownSelectorError as error:
                raise UsageError(str(error)) from error
        return self._selections[key]

    def severities(self, rules: tuple[Rule, ...], configuration: Configuration) -> dict[str, Severity]:
        def choice(selector: str) -> Choice:
            return (self.chosen(rules, (selector,), (), ()).chosen or ())[0]

        return severities(configuration, choice)

    def rule_infos(self, findings: list[Finding], suppressed: list[Suppressed]) -> dict[str, RuleInfo]:
        codes = {finding.rule for finding in findings} | {entry.finding.rule for entry in suppressed}
        return {code: self.configurations.info(self.used[code]) for code in sorted(codes)}


def _one(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """`sources` if there is just one. Raises UsageError."""
    if len(sources) != 1:
        raise UsageError(f"--image goes with one Dockerfile, and there are {len(sources)}: name it")
    return sources


def _declared(options: CheckOptions, configuration: Configuration) -> tuple[str, str] | None:
    """The kind of image that someone stated, and who."""
    if options.target:
        return options.target, "--target"
    return (configuration.target, "the configuration") if configuration.target else None
