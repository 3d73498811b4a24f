"""`lintimg check` as its users call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from lintimg.cli.schema import schema_text

_BAD = "FROM public.ecr.aws/lambda/python:latest\nCOPY app.py ./\nCMD app.handler\n"
_GOOD = 'FROM public.ecr.aws/lambda/python:3.14\nCOPY app.py ./\nCMD ["app.handler"]\n'


def _environment() -> dict[str, str]:
    """This process's environment without what would change the output."""
    hidden = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI", "GITHUB_ACTIONS")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2])}


def lintimg(
    *arguments: str, cwd: Path, data: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "lintimg", *arguments],
        cwd=cwd,
        input=data,
        capture_output=True,
        check=False,
        env={**_environment(), **(environment or {})},
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "Dockerfile").write_text(_BAD)
    (tmp_path / "ok").mkdir()
    (tmp_path / "ok" / "Dockerfile").write_text(_GOOD)
    (tmp_path / "ok" / "app.py").write_text("def handler(event, context): ...\n")
    return tmp_path


def test_findings_give_status_1_and_nothing_else_on_standard_error(project: Path) -> None:
    done = lintimg("check", "Dockerfile", cwd=project)
    assert done.returncode == 1
    text = done.stdout.decode()
    assert "error LI201" in text
    assert "warning LI104" in text
    assert 'Write CMD ["app.handler"]' in text
    assert done.stderr == b""


def test_a_clean_file_gives_status_0(project: Path) -> None:
    assert lintimg("check", "ok", cwd=project).returncode == 0


def test_fail_on_moves_the_bar(project: Path) -> None:
    assert lintimg("check", "--select", "LI104", "--fail-on", "error", cwd=project).returncode == 0
    assert lintimg("check", "--select", "LI104", "--fail-on=info", cwd=project).returncode == 1
    assert lintimg("check", "--exit-zero", cwd=project).returncode == 0


def test_a_folder_is_searched_and_the_json_report_is_valid(project: Path) -> None:
    done = lintimg("check", "--format", "json", cwd=project)
    report = json.loads(done.stdout)
    jsonschema.validate(report, json.loads(schema_text("report")))
    assert [file["path"] for file in report["files"]] == ["Dockerfile", "ok/Dockerfile"]
    assert {finding["rule"] for finding in report["findings"]} == {"LI104", "LI201"}
    assert report["summary"]["exit_status"] == done.returncode == 1


def test_the_same_input_gives_the_same_bytes(project: Path) -> None:
    first = lintimg("check", "--format", "json", "--as-of", "2026-11-23", cwd=project).stdout
    assert lintimg("check", "--format", "json", "--as-of", "2026-11-23", cwd=project).stdout == first


def test_several_formats_in_one_run(project: Path) -> None:
    done = lintimg("check", "--format", "concise", "--format", "json=report.json", "Dockerfile", cwd=project)
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("Dockerfile:1:6: LI104 warning ")
    assert lines[1].startswith("Dockerfile:3:5: LI201 error ")
    assert lines[1].endswith("[fixable]")
    assert json.loads((project / "report.json").read_text())["summary"]["findings"] == 2
    assert sorted(path.name for path in project.iterdir()) == [
        ".git",
        "Dockerfile",
        "app.py",
        "ok",
        "report.json",
    ]


def test_standard_input(project: Path) -> None:
    done = lintimg("check", "--format", "concise", "-", cwd=project, data=_BAD.encode())
    assert done.returncode == 1
    assert done.stdout.startswith(b"<stdin>:1:6: LI104 warning")
    named = lintimg(
        "check", "--format=json", "--stdin-filename", "ok/Dockerfile", "-", cwd=project, data=_GOOD.encode()
    )
    report = json.loads(named.stdout)
    assert report["files"][0]["path"] == "ok/Dockerfile"
    assert report["files"][0]["context"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing"], "no such file or folder"),
        (["--select", "LI4022"], "LI4022 names no rule, did you mean LI402?"),
        (["--target", "lamda"], "--target lamda is not known"),
        (["--fail-on", "fatal"], "--fail-on fatal is not known"),
        (["--format", "xml"], "--format xml is not known"),
        (["--as-of", "tomorrow"], "--as-of tomorrow is no date"),
        (["--context", "nowhere"], "--context nowhere: no such folder"),
        (["--config", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--target-stage", "final"], "has no stage final"),
        (["--format", "json=no/such/folder.json"], "cannot be written"),
        (["--build-arg", "X"], "--build-arg X: write NAME=VALUE"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_what_cannot_be_done_gives_one_sentence_and_status_2(
    project: Path, arguments: list[str], message: str
) -> None:
    done = lintimg("check", *arguments, cwd=project)
    assert done.returncode == 2
    said = (done.stderr + done.stdout).decode()
    assert message in said
    assert "Traceback" not in said


def test_a_broken_configuration_names_its_place(project: Path) -> None:
    (project / ".lintimg.yaml").write_text("target: lambda\nignroe: [LI104]\n")
    done = lintimg("check", cwd=project)
    assert done.returncode == 2
    assert b".lintimg.yaml:2:1: unknown key ignroe, did you mean ignore?" in done.stderr
    assert lintimg("check", "--no-config", cwd=project).returncode == 1


def test_the_configuration_counts(project: Path) -> None:
    (project / ".lintimg.yaml").write_text(
        "ignore: [LI104]\nseverity: {LI201: warning}\nper-path-ignores: {'ok/*': [LI101]}\nfail-on: error\n"
    )
    report = json.loads(lintimg("check", "--format", "json", cwd=project).stdout)
    assert [(f["rule"], f["severity"]) for f in report["findings"]] == [("LI201", "warning")]
    assert report["summary"]["exit_status"] == 0


def test_rules_of_a_team(project: Path) -> None:
    folder = project / "ci" / "rules"
    folder.mkdir(parents=True)
    (folder / "TEAM001-no-curl.yaml").write_text(
        "code: TEAM001\nname: no-curl\ntitle: curl is not used here\nfamily: security\nseverity: warning\n"
        "match: {instruction: RUN, command: {name: curl}}\nmessage: '{command} is not used here.'\nhelp: Use ADD\n"
        "rationale: House rule.\nexamples:\n  bad:\n    - dockerfile: |\n        FROM debian:12\n        RUN apt-get --version && curl x\n"
        "      expect: [{line: 2, column: 26}]\n  good:\n    - dockerfile: |\n        FROM debian:12\n        RUN wget x\n"
    )
    tested = lintimg("rules", "test", "ci/rules", cwd=project)
    assert (tested.returncode, tested.stdout) == (0, b"1 rule, 8 examples, 0 failed\n")
    (project / ".lintimg.yaml").write_text("extend-rules: [ci/rules]\n")
    (project / "Dockerfile").write_text(_GOOD + "RUN curl -f https://example.com/\n")
    done = lintimg("check", "--format", "concise", "Dockerfile", cwd=project)
    assert b"Dockerfile:4:5: TEAM001 warning curl is not used here." in done.stdout


def test_force_exclude_leaves_out_what_is_named(project: Path) -> None:
    (project / ".lintimg.yaml").write_text("exclude: [Dockerfile]\n")
    assert lintimg("check", "Dockerfile", cwd=project).returncode == 1
    assert lintimg("check", "--force-exclude", "Dockerfile", cwd=project).returncode == 0


def test_a_folder_without_dockerfiles_is_fine_and_says_so(tmp_path: Path) -> None:
    done = lintimg("check", cwd=tmp_path)
    assert done.returncode == 0
    assert b"no Dockerfile found" in done.stderr


def test_colours_only_where_they_are_wanted(project: Path) -> None:
    assert b"\033[" not in lintimg("check", cwd=project).stdout
    assert b"\033[" in lintimg("check", "--color", "always", cwd=project).stdout
    assert b"\033[" in lintimg("check", cwd=project, environment={"FORCE_COLOR": "1"}).stdout
    assert (
        b"\033["
        not in lintimg("check", cwd=project, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    )


def test_control_characters_are_shown_harmlessly(project: Path) -> None:
    (project / "Dockerfile").write_bytes(b"FROM x\033[31m\x07:latest\nCMD a\n")
    for name in ("text", "concise"):
        assert b"\033" not in lintimg("check", "--format", name, "Dockerfile", cwd=project).stdout


def test_a_closed_pipe_is_silent(project: Path) -> None:
    command = f"{sys.executable} -m lintimg check --format json | true"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=project, capture_output=True, check=False, env=_environment()
    )
    assert done.stderr == b""


def test_check_loads_only_what_it_needs(project: Path) -> None:
    code = (
        "import sys\nsys.argv = ['lintimg', 'check', 'Dockerfile']\nfrom lintimg.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*[m for m in ('typer', 'docker', 'requests', 'tabulate', 'rich', 'pydantic', 'ruamel', 'ruamel.yaml',"
        " 'dockerfile_parse', 'pathspec', 'importlib.metadata') if m in sys.modules], sep='', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, check=False, env=_environment()
    )
    assert done.stderr.strip() == b""


def test_explain_and_rules(tmp_path: Path) -> None:
    assert b"LI402 package-cache-left" in lintimg("explain", "DL3042", cwd=tmp_path).stdout
    assert (
        b"LI201"
        in lintimg("explain", "--search", "entrypoint requires the handler name", cwd=tmp_path).stdout
    )
    assert lintimg("explain", "LI9999", cwd=tmp_path).returncode == 2
    listed = json.loads(lintimg("rules", "--format", "json", cwd=tmp_path).stdout)
    assert "LI101" in [rule["code"] for rule in listed]
    assert b"package-cache-left" in lintimg("rules", cwd=tmp_path).stdout
    assert lintimg("schema", "nothing", cwd=tmp_path).returncode == 2
    assert lintimg("--version", cwd=tmp_path).stdout.startswith(b"lintimg ")


def test_ast_prints_one_document_a_file(project: Path) -> None:
    lines = lintimg(
        "ast", "--format", "jsonl", "Dockerfile", "ok/Dockerfile", cwd=project
    ).stdout.splitlines()
    documents = [json.loads(line) for line in lines]
    assert [document["path"] for document in documents] == ["Dockerfile", "ok/Dockerfile"]
    assert [i["keyword"] for i in documents[0]["instructions"]] == ["FROM", "COPY", "CMD"]
    assert lintimg("ast", "missing", cwd=project).returncode == 2
