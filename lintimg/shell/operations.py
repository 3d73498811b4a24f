"""From commands to package-manager operations."""

from __future__ import annotations

from lintimg.shell.packages import Operation
from lintimg.shell.script import Script


def operations(script: Script) -> tuple[Operation, ...]:
    """The package-manager calls of `script`, in order."""
    raise NotImplementedError
