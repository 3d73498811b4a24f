"""What holds for a built image: the flags of `lintimg image` over the configuration, as `check` has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import cast

from lintimg.cli.configurations import Configurations, path_ignores, severities
from lintimg.cli.image_rules import find_image_check
from lintimg.cli.options import UsageError, unknown
from lintimg.lazy import NamedTuple
from lintimg.lint.image_engine import ImageSettings
from lintimg.lint.policy import Policy
from lintimg.lint.rule import Rule
from lintimg.lint.selection import Selection, UnknownSelectorError, choose, select
from lintimg.model.finding import KINDS, SEVERITIES, Kind, Severity
from lintimg.settings.configuration import Loaded
from lintimg.settings.values import Configuration


class RuleOptions(NamedTuple):
    """The flags about rules; None and empty where not given. `config` is the configuration's file."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity | None = None
    target: Kind | None = None
    config: Path | None = None
    use_config: bool = True


class ImageRun(NamedTuple):
    """Which rules run on an image and how, from which severity on they fail the run, and how large it may be.

    `source` is the name of the configuration's file, None without one.
    """

    rules: ImageSettings
    policy: Policy
    target: Kind | None
    fail_on: Severity
    max_size: int | None
    build_arguments: Mapping[str, str]
    source: str | None


def rule_options(
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    target: str,
    config: Path | None,
    use_config: bool,
) -> RuleOptions:
    """The options as typed. Raises UsageError."""
    if fail_on is not None and fail_on not in SEVERITIES:
        raise UsageError(unknown("--fail-on", fail_on, SEVERITIES))
    if target not in ("auto", *KINDS):
        raise UsageError(unknown("--target", target, ("auto", *KINDS)))
    if config is not None and not use_config:
        raise UsageError("--config and --no-config contradict each other")
    return RuleOptions(
        None if select is None else _split(select),
        _split(extend_select),
        _split(ignore),
        fail_on,
        None if target == "auto" else cast("Kind", target),
        config,
        use_config,
    )


def image_run(options: RuleOptions, directory: Path, dockerfile: str | None) -> ImageRun:
    """What holds for an image: the configuration is the nearest to its Dockerfile, else to `directory`.

    Raises UsageError for a selector that names no rule, and ConfigurationError.
    """
    configurations = Configurations(options.config, options.use_config)
    path = None if dockerfile is None else directory / dockerfile
    loaded, configuration = configurations.of_file(path, directory if path is None else path.parent)
    rules = configurations.rules(loaded)
    target = options.target or configuration.target
    return ImageRun(
        ImageSettings(
            _selection(options, rules, configuration, path_ignores(loaded, path)),
            severities(configuration, lambda selector: choose(selector, rules)),
            find_image_check,
        ),
        # The size is a limit of the command, which says so without a rule.
        Policy(date.today(), configuration.trusted_bases, None, configuration.fail_deprecated),
        # Only a Dockerfile can be one of a builder.
        target if options.target or target in ("lambda", "generic") else None,
        options.fail_on or configuration.fail_on or "error",
        configuration.max_size,
        configuration.build_args,
        _name(loaded),
    )


def _selection(
    options: RuleOptions, rules: tuple[Rule, ...], configuration: Configuration, ignored: tuple[str, ...]
) -> Selection:
    try:
        return select(
            rules,
            options.select if options.select is not None else configuration.select,
            (*configuration.extend_select, *options.extend_select),
            (*configuration.ignore, *options.ignore, *ignored),
        )
    except UnknownSelectorError as error:
        raise UsageError(str(error)) from error


def _name(loaded: Loaded) -> str | None:
    return None if loaded.path is None else loaded.path.name


def _split(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Selectors may be written with commas between them."""
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())
