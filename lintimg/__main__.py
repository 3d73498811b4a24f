"""The entry point: runs the command line and turns every failure into one sentence and exit status 2."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Runs lintimg and exits."""
    # Nothing here makes cycles worth collecting; without the collector a run takes a quarter less time.
    gc.disable()
    _open_missing_streams()
    sys.exit(_status())


def _open_missing_streams() -> None:
    """A closed standard stream is None in Python; what would go there goes nowhere."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _status() -> int:
    from lintimg.cli.options import UsageError
    from lintimg.settings.configuration import ConfigurationError

    try:
        status = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone and wants no word about it.
        _abandon_output()
        return 2
    except (UsageError, ConfigurationError) as error:
        _tell(str(error))
        return 2
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        return _failure(error)
    return status


def _abandon_output() -> None:
    """Python would complain once more when it closes a standard output that takes nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> int:
    from lintimg.cli.fast_lane import read_check

    options = read_check(sys.argv[1:])
    if options is not None:
        from lintimg.cli.check import run_check

        return run_check(**options)
    if sys.argv[1:2] == ["image"]:
        from lintimg.cli.fast_image import read_image

        options = read_image(sys.argv[1:])
        if options is not None:
            from lintimg.cli.image import run_image

            return run_image(**options)
    from lintimg.cli.app import app

    try:
        result = app(prog_name="lintimg", standalone_mode=False)
    except SystemExit as ended:
        # So typer ends when the reader of its output has gone.
        if ended.code == 1:
            raise BrokenPipeError from ended
        raise
    return result if isinstance(result, int) else 0


def _failure(error: Exception) -> int:
    show = getattr(error, "show", None)
    if callable(show):
        show()
        _suggest_check()
        return 2
    if type(error).__name__ == "Abort":
        return 130
    if isinstance(error, OSError) and error.filename is None and error.errno is not None:
        # A full disk, or a terminal that has gone.
        _abandon_output()
        _tell(f"the output cannot be written: {error.strerror}")
        return 2
    _tell(f"internal error ({type(error).__name__}: {error}); please report it")
    if os.environ.get("LINTIMG_DEBUG"):
        raise error
    return 2


def _suggest_check() -> None:
    """For the command line that names a file where a command belongs."""
    words = sys.argv[1:]
    if words and not words[0].startswith("-") and os.path.exists(words[0]):  # noqa: PTH110
        _tell(f"to lint it, write: lintimg check {words[0]}")


def _tell(sentence: str) -> None:
    from lintimg.text import printable

    sys.stderr.write(f"lintimg: {printable(sentence)}\n")


if __name__ == "__main__":
    main()
