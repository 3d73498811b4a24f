"""What the flags of `check` say, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from lintimg.lazy import NamedTuple
from lintimg.model.finding import Severity


class UsageError(Exception):
    """Arguments that make no sense together or name nothing; the message says what to type."""


def unknown(what: str, text: str, known: Iterable[str]) -> str:
    """The sentence for a word that is not among `known`."""
    # Imported here: a mistake is rare, a cold start is not.
    from difflib import get_close_matches

    known = tuple(known)
    near = get_close_matches(text[:60], known, 1)
    hint = f", did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
    return f"{what} {text} is not known{hint}"


class FixOptions(NamedTuple):
    """Which fixes are applied; without `write` they are shown. `only` are selectors, empty for all rules."""

    write: bool
    unsafe: bool
    only: tuple[str, ...]


class CheckOptions(NamedTuple):
    """The flags of `check`; None and empty where not given."""

    paths: tuple[str, ...]
    target: str | None
    target_stage: str | None
    build_arguments: Mapping[str, str]
    context: Path | None
    select: tuple[str, ...] | None
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_on: Severity | None
    as_of: date
    stdin_filename: str | None
    force_exclude: bool
    inline_ignores: bool
    config: Path | None
    use_config: bool
    exit_zero: bool
    fixes: FixOptions | None = None
    baseline: Path | None = None
    update_baseline: bool = False
    diff_base: str | None = None
    shellcheck: str = "auto"
    image: str | None = None

    @property
    def filters(self) -> bool:
        """Whether a flag says which findings count."""
        return self.baseline is not None or self.diff_base is not None
