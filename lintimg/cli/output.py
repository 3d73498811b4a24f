"""Standard output and files: colours where they are wanted, files written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from lintimg.cli.options import UsageError
from lintimg.text import printable

_CHOICES = ("auto", "always", "never")


class Output(NamedTuple):
    """Where reports go; `width` is the terminal's in columns."""

    colour: bool
    width: int

    def write(self, text: str) -> None:
        """Prints `text`; what the terminal's encoding cannot say is replaced."""
        stream = sys.stdout
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding, "replace"))
        stream.flush()

    def write_file(self, path: Path, text: str) -> None:
        """Writes a whole file through a temporary one. Raises UsageError when that cannot be done."""
        # Imported here: it costs a cold start 5 ms.
        import tempfile

        temporary = None
        try:
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as stream:
                stream.write(text)
            mask = os.umask(0)
            os.umask(mask)
            Path(temporary).chmod(0o666 & ~mask)
            Path(temporary).replace(path)
        except OSError as error:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)
            raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error

    def note(self, text: str) -> None:
        """One line on standard error."""
        sys.stderr.write(f"lintimg: {printable(text)}\n")


def open_output(color: str) -> Output:
    """The output with --color `color`. Precedence: the flag, NO_COLOR, FORCE_COLOR, whether it is a terminal."""
    if color not in _CHOICES:
        raise UsageError(f"--color {color} is not known; known are {', '.join(_CHOICES)}")
    if color != "auto":
        colour = color == "always"
    elif os.environ.get("NO_COLOR"):
        colour = False
    elif os.environ.get("FORCE_COLOR"):
        colour = True
    else:
        colour = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return Output(colour, _width())


def _width() -> int:
    """Columns of the terminal. shutil's own function would import four compression modules."""
    try:
        return int(os.environ.get("COLUMNS", "")) or 100
    except ValueError:
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 100
    except (OSError, ValueError):
        return 100
