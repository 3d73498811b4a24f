"""`check --show-settings`: what holds for a Dockerfile or folder, and who said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lintimg.cli.configurations import Configurations
from lintimg.cli.options import CheckOptions, UsageError
from lintimg.lazy import NamedTuple
from lintimg.lint.selection import UnknownSelectorError, select
from lintimg.settings.configuration import Loaded, place_of, relative_path, shown
from lintimg.settings.globs import glob_matches
from lintimg.settings.values import Configuration
from lintimg.text import printable

_DEFAULT = "default"
_BY_DEFAULT = {
    "target": "auto",
    "target-stage": "the last",
    "context": "looked for",
    "select": "the default rules",
    "fail-on": "warning",
    "fail-deprecated": "false",
}
"""What holds where neither a flag nor the configuration says anything; nothing in all other cases."""


class _Setting(NamedTuple):
    """A setting: its key in the configuration, its value and who said so."""

    key: str
    value: str
    origin: str


def settings_text(options: CheckOptions, directory: Path) -> str:
    """The settings for the first path of `options` as a table. Raises UsageError and ConfigurationError."""
    from tabulate import tabulate

    name = options.stdin_filename or "." if options.paths[0] == "-" else options.paths[0]
    path = directory / name
    configurations = Configurations(options.config, options.use_config)
    file = None if path.is_dir() else path
    loaded, configuration = configurations.of_file(file, path if file is None else path.parent)
    rules = configurations.rules(loaded)
    try:
        selection = select(
            rules,
            options.select if options.select is not None else configuration.select,
            (*configuration.extend_select, *options.extend_select),
            (*configuration.ignore, *options.ignore),
        )
    except UnknownSelectorError as error:
        raise UsageError(str(error)) from error
    settings = list(_Reader(options, loaded, configuration, file).settings())
    on = [rule.code for rule in rules if selection.runs(rule)]
    off = [rule.code for rule in rules if not selection.runs(rule)]
    table = tabulate(
        [[printable(text) for text in setting] for setting in settings],
        tablefmt="plain",
        disable_numparse=True,
    )
    configured = "no configuration" if loaded.path is None else shown(loaded.path)
    return (
        f"{printable(shown(path))} ({printable(configured)})\n\n{table}\n\n"
        f"{len(on)} rules on: {' '.join(on)}\n{len(off)} rules off: {' '.join(off)}\n"
    )


class _Reader:
    def __init__(
        self, options: CheckOptions, loaded: Loaded, configuration: Configuration, file: Path | None
    ) -> None:
        self.options = options
        self.loaded = loaded
        self.configuration = configuration
        self.file = file

    def settings(self) -> Iterator[_Setting]:
        """Every setting in the order of the documentation."""
        options = self.options
        yield self.either("target", options.target)
        yield self.either("target-stage", options.target_stage)
        yield self.either("context", None if options.context is None else shown(options.context))
        yield self.both("build-args", options.build_arguments, "--build-arg")
        yield self.either("select", options.select)
        yield self.both("extend-select", options.extend_select)
        yield self.both("ignore", options.ignore)
        yield self.either("severity", None)
        yield self.either("per-path-ignores", None)
        yield self.either("fail-on", options.fail_on)
        yield self.either("max-size", None)
        yield self.either("fail-deprecated", None)
        yield self.either("trusted-bases", None)
        yield self.either("label-schema", None)
        yield self.either("strict-labels", None)
        yield self.either("exclude", None)
        yield self.either("extend-rules", None)
        yield self.either("baseline", None if options.baseline is None else shown(options.baseline))
        if self.file is None:
            yield self.either("paths", None)

    def either(self, key: str, flag: object) -> _Setting:
        """A setting of which a flag takes the place."""
        if flag is not None:
            return _Setting(key, _text(flag), f"--{key}")
        value, origin = self.configured(key)
        return _Setting(key, _text(value) if origin else _BY_DEFAULT.get(key, "none"), origin or _DEFAULT)

    def both(self, key: str, flag: object, name: str | None = None) -> _Setting:
        """A setting to which a flag adds."""
        value, origin = self.configured(key)
        said = [(_text(value), origin)] if origin else []
        if flag:
            said.append((_text(flag), name or f"--{key}"))
        if not said:
            return _Setting(key, _BY_DEFAULT.get(key, "none"), _DEFAULT)
        return _Setting(key, " ".join(text for text, _ in said), ", ".join(where for _, where in said))

    def configured(self, key: str) -> tuple[object, str]:
        """What the configuration says and where, ("", "") for nothing."""
        field = key.replace("-", "_")
        value = getattr(self.configuration, field, None)
        if value == Configuration._field_defaults.get(field):
            return "", ""
        for glob in reversed(tuple(self.loaded.configuration.paths)):
            if field in self.loaded.configuration.paths[glob] and self.in_glob(glob):
                return value, place_of(self.loaded, ("paths", glob, key))
        return value, place_of(self.loaded, (key,))

    def in_glob(self, glob: str) -> bool:
        return self.file is not None and glob_matches(glob, relative_path(self.file, self.loaded.folder))


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_text(item)}" for key, item in value.items())
    if isinstance(value, (tuple, list)):
        return ",".join(map(_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
