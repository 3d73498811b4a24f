"""ShellCheck (https://www.shellcheck.net) over many scripts in one process."""

from __future__ import annotations

import os
import sys

from lintimg.lazy import NamedTuple

_LINE_LIMIT = 30_000
"""Characters of a command line, below what every system takes."""

_TIMEOUT = 60
"""Seconds, and one more for each script."""


class Remark(NamedTuple):
    """What ShellCheck says of a place in a script: 1-based lines and columns in code points, ends exclusive; `level`
    is error, warning, info or style.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    level: str
    code: int
    message: str


def find_shellcheck() -> str | None:
    """The program, beside the Python that runs or on the PATH."""
    name = "shellcheck.exe" if os.name == "nt" else "shellcheck"
    folders = [os.path.dirname(sys.executable), *os.get_exec_path()]  # noqa: PTH120 - pathlib costs start-up time
    for folder in folders:
        path = os.path.join(folder, name)  # noqa: PTH118
        if os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113
            return path
    return None


class ShellCheck:
    """Remarks on scripts, each script checked once.

    While `collecting`, scripts are only noted; `run` then checks them all in one process. A script that was not noted
    is checked when it is asked for. `problem` says why ShellCheck did not do its work.
    """

    def __init__(self, program: str) -> None:
        """`program` is the path that is run."""
        self.collecting = False
        self.problem: str | None = None
        self._program = program
        self._known: dict[str, tuple[Remark, ...]] = {}
        self._noted: dict[str, None] = {}

    def remarks(self, script: str) -> tuple[Remark, ...]:
        """What there is to say of `script`, in order; nothing while collecting."""
        if script not in self._known:
            self._noted[script] = None
            if self.collecting:
                return ()
            self.run()
        return self._known.get(script, ())

    def run(self) -> None:
        """Checks all scripts that were noted."""
        from tempfile import TemporaryDirectory

        noted, self._noted = list(self._noted), {}
        self._known.update(dict.fromkeys(noted, ()))
        if not noted or self.problem is not None:
            return
        with TemporaryDirectory(prefix="lintimg-") as folder:
            for number, script in enumerate(noted):
                with open(os.path.join(folder, str(number)), "wb") as file:  # noqa: PTH118, PTH123
                    file.write(script.encode("utf-8", "replace"))
            try:
                for names in _bundles(len(noted)):
                    self._check(folder, names, noted)
            except (OSError, ValueError) as error:
                self.problem = f"shellcheck did not do its work: {error}"

    def _check(self, folder: str, names: list[str], scripts: list[str]) -> None:
        import json
        import subprocess

        try:
            done = subprocess.run(  # noqa: S603 - the program is the user's own, the arguments are ours
                [self._program, "--norc", "--format=json1", *names],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT + len(names),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ValueError("it took too long") from None
        if done.returncode not in (0, 1):
            last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise ValueError(last[:200] or f"exit status {done.returncode}")
        found: dict[str, list[Remark]] = {}
        for entry in json.loads(done.stdout)["comments"]:
            found.setdefault(entry["file"], []).append(
                Remark(
                    entry["line"],
                    entry["column"],
                    entry["endLine"],
                    entry["endColumn"],
                    entry["level"],
                    entry["code"],
                    entry["message"],
                )
            )
        for name, remarks in found.items():
            self._known[scripts[int(name)]] = tuple(sorted(remarks))


def _bundles(count: int) -> list[list[str]]:
    """The numbers below `count` as words for command lines that are short enough; in most cases one."""
    bundles: list[list[str]] = [[]]
    length = 0
    for number in range(count):
        name = str(number)
        if length + len(name) + 1 > _LINE_LIMIT:
            bundles.append([])
            length = 0
        bundles[-1].append(name)
        length += len(name) + 1
    return bundles
