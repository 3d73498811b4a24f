"""ShellCheck over the RUN instructions of all files in one go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lintimg.cli.options import UsageError
from lintimg.cli.sources import Source
from lintimg.lint.engine import FileSettings, lint_file
from lintimg.lint.selection import SHELLCHECK, Selection
from lintimg.shell import shellcheck as shell
from lintimg.text import SourceText


def available(mode: str) -> shell.ShellCheck | None:
    """ShellCheck where it is there and wanted. Raises UsageError where it is missing and must not."""
    program = None if mode == "off" else shell.find_shellcheck()
    if program is None and mode == "on":
        raise UsageError(
            "--shellcheck on, but there is no shellcheck: pip install 'lintimg[shellcheck]', or put the program on the PATH"
        )
    return None if program is None else shell.ShellCheck(program)


def check_ahead(
    shellcheck: shell.ShellCheck, sources: Sequence[Source], settings_of: Callable[[Source], FileSettings]
) -> None:
    """Has ShellCheck read the scripts of all `sources`, so that each file finds its remarks made."""
    shellcheck.collecting = True
    for source in sources:
        if b"run" not in source.data.lower():
            continue
        settings = settings_of(source)
        selection = settings.selection
        rules = tuple(rule for rule in selection.rules if rule.code == SHELLCHECK and selection.runs(rule))
        if rules:
            lint_file(
                SourceText(source.name, source.data),
                settings._replace(
                    selection=Selection(rules, selection.chosen, selection.extended, selection.ignored)
                ),
            )
    shellcheck.collecting = False
    shellcheck.run()
