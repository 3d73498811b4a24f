"""Runs the command line: in this process where that is enough, else in one of its own."""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest

from lintimg.__main__ import main
from lintimg.cli.schema import schema_text

ROOT = Path(__file__).parents[2]
_REPORTS = jsonschema.Draft202012Validator(json.loads(schema_text("report")))


class Result(NamedTuple):
    """What a run printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report on standard output, which must be what the schema says."""
        return read_report(self.out)


def read_report(text: str) -> dict[str, Any]:
    """A JSON report, held against its schema."""
    report: dict[str, Any] = json.loads(text)
    _REPORTS.validate(report)
    return report


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINTIMG_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    # What is installed here must not decide what a test sees.
    monkeypatch.setattr("lintimg.shell.shellcheck.find_shellcheck", lambda: None)
    yield
    gc.enable()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `lintimg` with the given arguments in the test's own folder."""

    def start(*arguments: str, data: bytes = b"", cwd: Path = tmp_path) -> Result:
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            patch.setattr(sys, "argv", ["lintimg", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8", errors="surrogateescape"))
            patch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8", errors="backslashreplace"))
            with pytest.raises(SystemExit) as ended:
                main()
            sys.stdout.flush()
            sys.stderr.flush()
            status = ended.value.code
            assert isinstance(status, int)
            return Result(status, out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))

    return start


def process(*arguments: str, cwd: Path, data: bytes = b"", **environment: str) -> Result:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "lintimg", *arguments],
        cwd=cwd,
        input=data,
        capture_output=True,
        env=child_environment(**environment),
        check=False,
    )
    return Result(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def child_environment(**more: str) -> dict[str, str]:
    """The environment of a child that imports this checkout."""
    return {**os.environ, "PYTHONPATH": os.fspath(ROOT), **more}


def write(path: Path, text: str | bytes) -> Path:
    """`path` with `text`, its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


WARNING = 'FROM public.ecr.aws/lambda/python:3.12\nRUN pip install boto3==1.40.0\nCMD ["app.handler"]\n'
"""LI402 and nothing else at warning."""

CLEAN = 'FROM public.ecr.aws/lambda/python:3.12\nCOPY app.py ./\nCMD ["app.handler"]\n'
"""Nothing at all."""

INFO = 'FROM public.ecr.aws/lambda/python:3.12\nRUN pip install --no-cache-dir boto3\nCMD ["app.handler"]\n'
"""LI303 and nothing else."""
