"""What only a process of its own can show: what is loaded, closed pipes, interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import WARNING, child_environment, process, write

_HEAVY = {
    "docker",
    "requests",
    "tabulate",
    "rich",
    "pydantic",
    "typer",
    "importlib.metadata",
    "pathspec",
    "tomllib",
    "subprocess",
    "difflib",
    "lintimg.lint.fixing",
    "lintimg.lint.baseline",
    "lintimg.cli.fixes",
    "lintimg.cli.filters",
}
_LIST_MODULES = """
import sys
from lintimg.__main__ import main
sys.argv = ["lintimg", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


def _modules(*arguments: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _LIST_MODULES, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=child_environment(),
        check=True,
    )
    return set(done.stderr.split())


def test_check_loads_only_what_it_needs(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "")
    write(tmp_path / "app" / "Dockerfile", WARNING)
    write(tmp_path / "pyproject.toml", "[project]\nname = 'x'\n")
    write(tmp_path / "settings.yaml", "a: 1\n")
    loaded = _modules(
        "check", "app", "--shellcheck", "off", "--format", "text", "--format", "json=r.json", cwd=tmp_path
    )
    assert loaded & _HEAVY == set()
    assert not any(name.startswith("ruamel") for name in loaded)


def test_what_is_there_is_loaded_for(tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "ignore: [LI402]\n")
    write(tmp_path / "Dockerfile", WARNING)
    loaded = _modules("check", "--shellcheck", "off", cwd=tmp_path)
    assert "ruamel.yaml" in loaded
    assert loaded & _HEAVY == set()
    assert not any(name.startswith("ruamel") for name in _modules("check", "--no-config", cwd=tmp_path))


def test_typer_reads_flags_that_need_it_without_pydantic(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    loaded = _modules("check", "--", "Dockerfile", cwd=tmp_path)
    assert "typer" in loaded
    assert loaded & {"pydantic", "docker", "requests", "tabulate"} == set()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
@pytest.mark.parametrize(
    "arguments", [["check"], ["rules", "--format", "json"], ["explain", "LI402"], ["--help"]]
)
def test_a_reader_that_goes_is_no_problem(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "lintimg", *arguments],
        cwd=tmp_path,
        stdout=writer,
        stderr=subprocess.PIPE,
        env=child_environment(),
        check=False,
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["check"], ["schema", "report"]])
def test_a_full_disk_is_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lintimg", *arguments],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            env=child_environment(),
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"lintimg: the output cannot be written: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="closes descriptors as Unix shells do")
@pytest.mark.parametrize("closed", [0, 1, 2])
def test_closed_standard_streams(tmp_path: Path, closed: int) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    command = f'exec "$0" -m lintimg check - Dockerfile {closed}>&-'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=child_environment(),
        check=False,
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    # A shell's background job ignores the interrupt, and its children inherit that.
    start = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); runpy.run_module('lintimg', run_name='__main__')"
    child = subprocess.Popen(
        [sys.executable, "-c", start, "check", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
    )
    assert child.stdin is not None
    # More than a pipe holds: the write returns when lintimg has begun to read.
    child.stdin.write(b"#" * 3_000_000)
    child.stdin.flush()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate()
    assert (child.returncode, out, err) == (130, b"", b"")


def test_terminals_that_know_few_characters(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING.replace("boto3", "bücher"))
    for command in (["check"], ["explain", "LI402"], ["rules"], ["check", "--help"]):
        result = process(*command, cwd=tmp_path, PYTHONIOENCODING="ascii")
        assert result.status in (0, 1)
        assert result.out
        assert "Traceback" not in result.err


def test_machine_formats_are_utf_8_everywhere(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING.replace("boto3==1.40.0", "bücher==1.0"))
    done = subprocess.run(
        [sys.executable, "-m", "lintimg", "check", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        env=child_environment(PYTHONIOENCODING="latin-1"),
        check=False,
    )
    assert "bücher" in done.stdout.decode("utf-8")
