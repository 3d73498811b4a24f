"""Standard output and files: colours where they are wanted, files written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from lintimg.cli.options import UsageError, unknown
from lintimg.lazy import NamedTuple
from lintimg.text import printable

_CHOICES = ("auto", "always", "never")


class Output(NamedTuple):
    """Where reports go; `width` is the terminal's in columns."""

    colour: bool
    width: int

    def write(self, text: str, stream: TextIO | None = None) -> None:
        """Prints `text` to `stream`, standard output by default; what its encoding cannot say is replaced."""
        stream = stream or sys.stdout
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding, "replace"))
        stream.flush()

    def write_data(self, data: str | bytes, stream: TextIO | None = None) -> None:
        """Prints `data` for programs: UTF-8 and line feeds whatever the terminal speaks."""
        stream = stream or sys.stdout
        stream.flush()
        stream.buffer.write(data if isinstance(data, bytes) else data.encode("utf-8", "replace"))
        stream.buffer.flush()

    def write_file(self, path: Path, text: str) -> None:
        """Writes a whole file through a temporary one. Raises UsageError when that cannot be done."""
        data = text.encode("utf-8", "replace")
        try:
            if path.exists() and not path.is_file():
                # A device or a pipe, such as /dev/stdout: nothing that a rename may replace.
                with path.open("wb") as stream:
                    stream.write(data)
            else:
                replace_file(path, data)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{path}: cannot be written: {why}") from error

    def note(self, text: str) -> None:
        """One line on standard error."""
        sys.stderr.write(f"lintimg: {printable(text)}\n")


def replace_file(name: str | Path, data: bytes) -> None:
    """Writes a whole file or nothing; keeps its mode, and follows links. Raises OSError and ValueError."""
    from contextlib import suppress

    path = Path(name).resolve()
    mask = os.umask(0)
    os.umask(mask)
    status = path.stat() if path.exists() else None
    if status is not None and status.st_nlink > 1:
        # Its other names shall still lead to it.
        path.write_bytes(data)
        return
    # As tempfile does it, whose import costs a cold start 5 ms: a name of its own that nobody else may read.
    temporary = path.parent / f".{path.name[:100]}.{os.urandom(8).hex()}"
    stream = open(temporary, "xb", opener=_private)  # noqa: SIM115 - Path.open takes no opener
    try:
        with stream:
            stream.write(data)
        if status is not None and hasattr(os, "chown"):
            with suppress(OSError):
                # What root writes for someone stays theirs.
                os.chown(temporary, status.st_uid, status.st_gid)
        temporary.chmod(0o666 & ~mask if status is None else status.st_mode & 0o7777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def open_output(color: str) -> Output:
    """The output with --color `color`. Precedence: the flag, NO_COLOR, FORCE_COLOR, whether it is a terminal."""
    if color not in _CHOICES:
        raise UsageError(unknown("--color", color, _CHOICES))
    if color != "auto":
        colour = color == "always"
    elif os.environ.get("NO_COLOR"):
        colour = False
    elif os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") != "0":
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


def working_directory() -> Path:
    """The folder lintimg runs in. Raises UsageError when it is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError("the working directory does not exist any more") from error
