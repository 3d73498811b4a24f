"""What a team's settings tell the checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from lintimg.lazy import NamedTuple

if TYPE_CHECKING:
    from lintimg.shell.shellcheck import ShellCheck


class Policy(NamedTuple):
    """The settings checks may consult. `max_size` is in bytes, `chosen` the codes that the user selected by name,
    `shellcheck` None where it is not to run.
    """

    as_of: date
    trusted_bases: tuple[str, ...]
    max_size: int | None
    fail_deprecated: bool
    chosen: frozenset[str] = frozenset()
    shellcheck: ShellCheck | None = None
    label_schema: Mapping[str, str] = {}
    strict_labels: bool = False
