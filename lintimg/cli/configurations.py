"""The configurations of one run, each file read once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lintimg.context.locate import repository_root
from lintimg.lint.rule import Rule
from lintimg.lint.table import bundled_rules, bundled_text, rule_info, rules_by_code
from lintimg.model.report import RuleInfo
from lintimg.settings.configuration import (
    ConfigurationError,
    Loaded,
    find_configuration,
    for_path,
    load_configuration,
)
from lintimg.settings.values import Configuration

if TYPE_CHECKING:
    from lintimg.lint.rulefile import RuleFile


class Configurations:
    """Finds, reads and remembers configurations and the rules they add."""

    def __init__(self, given: Path | None, used: bool) -> None:
        """`given` is --config's file; with `used` false no configuration counts."""
        self._given = given
        self._used = used
        self._by_folder: dict[Path, Loaded] = {}
        self._by_file: dict[Path, Loaded] = {}
        self._extra: dict[Path, tuple[RuleFile, ...]] = {}

    def of(self, path: Path | None, folder: Path) -> tuple[Loaded, Configuration]:
        """The configuration for the Dockerfile `path` in `folder`, before and after its `paths` globs."""
        loaded = self._loaded(folder)
        return loaded, loaded.configuration if path is None else for_path(loaded, path)

    def excludes(self, folder: Path) -> tuple[str, ...]:
        """The exclude globs that hold for a search in `folder`."""
        return self._loaded(folder).configuration.exclude

    def _loaded(self, folder: Path) -> Loaded:
        found = self._by_folder.get(folder)
        if found is None:
            found = self._load(folder)
            self._by_folder[folder] = found
        return found

    def _load(self, folder: Path) -> Loaded:
        path = self._given
        if not self._used:
            path = None
        elif path is None:
            path = find_configuration(folder, repository_root(folder))
        if path is None:
            return Loaded(Configuration(), None, folder)
        if path not in self._by_file:
            self._by_file[path] = load_configuration(path)
        return self._by_file[path]

    def rules(self, loaded: Loaded) -> tuple[Rule, ...]:
        """The bundled rules and those of the configuration's `extend-rules` folders."""
        folders = loaded.configuration.extend_rules
        if not folders:
            return bundled_rules()
        extra = [file.rule for name in folders for file in self._rule_files(loaded.folder / name)]
        return (*bundled_rules(), *extra)

    def _rule_files(self, folder: Path) -> tuple[RuleFile, ...]:
        from lintimg.lint.rulefile import RuleFileError, load_rule_folder

        if folder not in self._extra:
            if not folder.is_dir():
                raise ConfigurationError(f"{folder}: extend-rules names no folder")
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
