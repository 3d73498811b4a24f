"""The configurations of one run, each file read once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from lintimg.lint.rule import Rule
from lintimg.lint.selection import SHELLCHECK, Choice, UnknownSelectorError, choose
from lintimg.lint.table import bundled_rules, bundled_text, rule_info, rules_by_code
from lintimg.model.report import RuleInfo
from lintimg.settings.configuration import (
    ConfigurationError,
    Loaded,
    configuration_in,
    for_path,
    load_configuration,
    mistake_at,
    relative_path,
)
from lintimg.settings.globs import glob_matches
from lintimg.settings.values import Configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from lintimg.lint.rulefile import RuleFile
    from lintimg.model.finding import Severity

_SELECTORS = ("select", "extend_select", "ignore")


class Configurations:
    """Finds, reads and remembers configurations and the rules they add."""

    def __init__(self, given: Path | None, used: bool) -> None:
        """`given` is --config's file; with `used` false no configuration counts."""
        self._used = used
        self._by_folder: dict[Path, Loaded] = {}
        self._extra: dict[Path, tuple[RuleFile, ...]] = {}
        self._joined: dict[tuple[Path, ...], tuple[Rule, ...]] = {}
        self._given = self._load(given) if given is not None else None

    def of_folder(self, folder: Path) -> Loaded:
        """The configuration that holds in `folder`. Raises ConfigurationError."""
        if self._given is not None:
            return self._given
        passed: list[Path] = []
        found: Loaded | None = None
        for place in (folder, *folder.parents) if self._used else ():
            found = self._by_folder.get(place)
            if found is not None:
                break
            passed.append(place)
            path = configuration_in(place)
            if path is not None:
                found = self._load(path)
                break
            if os.path.exists(place / ".git"):  # noqa: PTH110 - false also where it cannot be looked at
                break
        loaded = found or Loaded(Configuration(), None, folder)
        self._by_folder.update(dict.fromkeys(passed, loaded))
        return loaded

    def of_file(self, path: Path | None, folder: Path) -> tuple[Loaded, Configuration]:
        """The configuration for the Dockerfile `path` in `folder`, before and after its `paths` globs."""
        loaded = self.of_folder(folder)
        return loaded, loaded.configuration if path is None else for_path(loaded, path)

    def excluded(self, path: Path) -> bool:
        """Whether the configuration leaves the file or folder `path` out of a search."""
        loaded = self.of_folder(path.parent)
        globs = loaded.configuration.exclude
        return bool(globs) and any(glob_matches(glob, relative_path(path, loaded.folder)) for glob in globs)

    def _load(self, path: Path) -> Loaded:
        loaded = load_configuration(path)
        rules = self.rules(loaded)
        for selector, keys in _selectors(loaded.configuration):
            try:
                choose(selector, rules)
            except UnknownSelectorError as error:
                raise mistake_at(loaded, keys, str(error)) from error
        return loaded

    def rules(self, loaded: Loaded) -> tuple[Rule, ...]:
        """The bundled rules and those of the configuration's `extend-rules` folders."""
        folders = loaded.configuration.extend_rules
        if not folders:
            return bundled_rules()
        paths = tuple(loaded.folder / name for name in folders)
        if paths not in self._joined:
            extra = [file.rule for path in paths for file in self._rule_files(path)]
            self._joined[paths] = (*bundled_rules(), *extra)
        return self._joined[paths]

    def _rule_files(self, folder: Path) -> tuple[RuleFile, ...]:
        from lintimg.lint.rulefile import RuleFileError, load_rule_folder

        if folder not in self._extra:
            try:
                files = load_rule_folder(folder)
            except RuleFileError as error:
                raise ConfigurationError(str(error)) from error
            for file in files:
                if file.rule.code in rules_by_code() or file.rule.check is not None:
                    why = (
                        "its code is one of lintimg's"
                        if file.rule.check is None
                        else "only match rules can be added"
                    )
                    raise ConfigurationError(f"{file.path}:1:1: {why}")
            self._extra[folder] = files
        return self._extra[folder]

    def info(self, rule: Rule) -> RuleInfo:
        """What reports say about `rule`."""
        if rule.code in rules_by_code():
            return rule_info(rule, bundled_text(rule.code))
        for files in self._extra.values():
            for file in files:
                if file.rule.code == rule.code:
                    return rule_info(rule, file.text)
        raise KeyError(rule.code)


def severities(configuration: Configuration, choose: Callable[[str], Choice]) -> dict[str, Severity]:
    """The severities that the configuration sets, by code; `choose` says what a selector names."""
    result: dict[str, Severity] = {}
    for selector, severity in configuration.severity.items():
        for code, conditions in choose(selector).codes.items():
            # Each of ShellCheck's codes has a severity of its own.
            own = [condition["code"] for condition in conditions] if code == SHELLCHECK else []
            result.update(dict.fromkeys(own or [code], severity))
    return result


def path_ignores(loaded: Loaded, path: Path | None) -> tuple[str, ...]:
    """The selectors that the configuration ignores for the Dockerfile at `path`."""
    ignores = loaded.configuration.per_path_ignores
    if path is None or not ignores:
        return ()
    relative = relative_path(path, loaded.folder)
    return tuple(code for glob, codes in ignores.items() if glob_matches(glob, relative) for code in codes)


def _selectors(configuration: Configuration) -> Iterator[tuple[str, tuple[Hashable, ...]]]:
    """Everything in a configuration that must name rules, with the keys that lead to it."""
    for field in _SELECTORS:
        yield from _numbered(getattr(configuration, field) or (), field.replace("_", "-"))
    for selector in configuration.severity:
        yield selector, ("severity", selector)
    for glob, selectors in configuration.per_path_ignores.items():
        yield from _numbered(selectors, "per-path-ignores", glob)
    for glob, values in configuration.paths.items():
        for field in _SELECTORS:
            yield from _numbered(values.get(field) or (), "paths", glob, field.replace("_", "-"))
        for selector in values.get("severity", ()):
            yield selector, ("paths", glob, "severity", selector)


def _numbered(selectors: tuple[str, ...], *keys: Hashable) -> Iterator[tuple[str, tuple[Hashable, ...]]]:
    for number, selector in enumerate(selectors):
        yield selector, (*keys, number)
