"""The action's steps as a runner runs them, the templates, and the example of a bot."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cli.conftest import CLEAN, ROOT, WARNING, child_environment, write

_ACTION: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "action.yml")
_INSTALL, _CHECK = _ACTION["runs"]["steps"]
_HOSTILE = "Dockerfile.$(touch owned);`touch owned`'\""


def _run_step(
    step: dict[str, Any], project: Path, runner: Path, **inputs: str
) -> tuple[int, str, dict[str, str]]:
    """The exit status, what was printed, and the outputs of a step whose `env` takes the inputs."""
    values = {name: entry["default"] for name, entry in _ACTION["inputs"].items()} | inputs
    environment = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], value)
        for name, value in step["env"].items()
    }
    assert not any("${{" in value for value in environment.values())
    runner.mkdir(exist_ok=True)
    files = {"GITHUB_OUTPUT": runner / "output", "GITHUB_STEP_SUMMARY": runner / "summary"}
    for path in files.values():
        path.write_text("")
    script = write(runner / "script.sh", step["run"])
    done = subprocess.run(
        # As a runner does for `shell: bash`.
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=project,
        capture_output=True,
        text=True,
        env=child_environment(
            **environment,
            **{name: os.fspath(path) for name, path in files.items()},
            RUNNER_TEMP=os.fspath(runner),
            GITHUB_ACTION_PATH=os.fspath(ROOT),
            GITHUB_WORKSPACE=os.fspath(project),
            GITHUB_ACTIONS="true",
            CI="true",
        ),
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return done.returncode, done.stdout + done.stderr, outputs


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folder with lintimg where the first step installs it."""
    program = write(
        tmp_path / "runner/lintimg/venv/bin/lintimg", f'#!/bin/sh\nexec "{sys.executable}" -m lintimg "$@"\n'
    )
    program.chmod(0o755)
    return tmp_path / "runner"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with a Dockerfile that has a finding."""
    return write(tmp_path / "project" / "app" / "Dockerfile", WARNING).parents[1]


def test_inputs_reach_the_shell_as_variables_only() -> None:
    for step in _ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
    text = (ROOT / "integrations" / "github-workflow.yml").read_text()
    for step in YAML(typ="safe", pure=True).load(text)["jobs"]["lintimg"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_findings_annotate_summarize_and_fail(runner: Path, project: Path) -> None:
    status, printed, outputs = _run_step(_CHECK, project, runner)
    assert status == 1
    assert "::warning file=app/Dockerfile,line=2," in printed
    assert outputs["status"] == "1"
    summary = (runner / "summary").read_text("utf-8")
    assert summary == Path(outputs["comment"]).read_text("utf-8")
    assert summary.startswith("<!-- lintimg:v1 -->\n### lintimg: 1 warning")
    assert json.loads(Path(outputs["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert json.loads(Path(outputs["report"]).read_text("utf-8"))["summary"]["findings"] == 1


def test_options_and_paths_are_words(runner: Path, project: Path) -> None:
    write(project / "other" / _HOSTILE, CLEAN)
    status, _, outputs = _run_step(
        _CHECK, project, runner, paths=f"app\nother/{_HOSTILE}\n", options="--fail-on\nerror\n"
    )
    assert status == 0
    assert json.loads(Path(outputs["report"]).read_text("utf-8"))["summary"]["files"] == 2
    assert not list(project.rglob("owned"))


def test_a_path_is_no_option(runner: Path, project: Path) -> None:
    status, printed, _ = _run_step(_CHECK, project, runner, paths="--exit-zero\n")
    assert status == 2
    assert "--exit-zero" in printed


def test_the_summary_says_what_is_new(runner: Path, project: Path) -> None:
    _, _, outputs = _run_step(_CHECK, project, runner)
    old = shutil.copy(outputs["report"], runner / "old.json")
    write(project / "new" / "Dockerfile", WARNING)
    _run_step(_CHECK, project, runner, since=os.fspath(old))
    assert "### lintimg: 1 new finding\n" in (runner / "summary").read_text("utf-8")


def test_a_wrong_option_leaves_no_report(runner: Path, project: Path) -> None:
    status, printed, outputs = _run_step(_CHECK, project, runner, options="--nonsense")
    assert (status, outputs) == (2, {"status": "2"})
    assert "--nonsense" in printed


def test_the_action_installs_lintimg(tmp_path: Path, project: Path) -> None:
    status, printed, _ = _run_step(_INSTALL, project, tmp_path / "runner", python=sys.executable)
    if status != 0 and not os.environ.get("CI"):
        pytest.skip(f"cannot install here: {printed[-200:]}")
    assert status == 0, printed
    assert (tmp_path / "runner/lintimg/venv/bin/lintimg").exists()


def test_an_old_python_is_told(tmp_path: Path, project: Path) -> None:
    python = write(tmp_path / "python3.9", "#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    status, printed, _ = _run_step(_INSTALL, project, tmp_path / "runner", python=os.fspath(python))
    assert status == 2
    assert "is not Python 3.11 or later" in printed


def test_the_gitlab_job_writes_the_reports_it_names(runner: Path, project: Path) -> None:
    job = YAML(typ="safe", pure=True).load(ROOT / "integrations" / "lintimg.gitlab-ci.yml")
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(job["lintimg"]["script"])],
        cwd=project,
        capture_output=True,
        env=child_environment(**job["variables"], PATH=f"{runner}/lintimg/venv/bin:{os.environ['PATH']}"),
        check=False,
    )
    assert done.returncode == 1
    artifacts = job["lintimg"]["artifacts"]
    for name in (*artifacts["paths"], *artifacts["reports"].values()):
        assert (project / name).stat().st_size > 100
    assert (
        json.loads((project / artifacts["reports"]["codequality"]).read_text("utf-8"))[0]["check_name"]
        == "LI402"
    )


def _bot(project: Path, *reports: str) -> str:
    bot = ROOT / "integrations" / "bot.py"
    done = subprocess.run(
        [sys.executable, bot, *reports], cwd=project, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_example_bot_comments_on_what_is_new(runner: Path, project: Path) -> None:
    lintimg = runner / "lintimg/venv/bin/lintimg"

    def check(file: str) -> None:
        subprocess.run(
            [lintimg, "check", "--exit-zero", "--format", f"json={file}", "-q"],
            cwd=project,
            check=True,
            capture_output=True,
            env=child_environment(),
        )

    check("old.json")
    assert _bot(project, "old.json", "old.json") == ""
    write(project / "app" / "Dockerfile.two", WARNING)
    check("new.json")
    text = _bot(project, "new.json", "old.json")
    assert text.startswith(
        "<!-- my-dockerfile-bot -->\nNew in this change: 1\n\n- **LI402** `app/Dockerfile.two:2`"
    )
    assert text.endswith("`lintimg check --fix` mends 1 of them.\n")
