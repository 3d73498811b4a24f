"""Configurations as `check` finds and applies them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import CLEAN, INFO, WARNING, Run, write


def _codes(run: Run, *arguments: str, cwd: Path | None = None) -> list[tuple[str, str]]:
    where = {} if cwd is None else {"cwd": cwd}
    report = run("check", "--format", "json", *arguments, **where).report
    return [
        (finding["location"]["path"], finding["rule"])
        for finding in report["findings"]
        if finding["severity"] != "info"
    ]


def test_the_nearest_configuration_holds_for_each_file(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "")
    write(tmp_path / ".lintimg.yaml", "ignore: [LI402]\n")
    write(tmp_path / "Dockerfile", WARNING)
    write(tmp_path / "a" / "pyproject.toml", '[tool.lintimg]\nextend-select = ["LI303"]\n')
    write(tmp_path / "a" / "Dockerfile", WARNING)
    write(tmp_path / "a" / "deep" / "Dockerfile", WARNING)
    assert _codes(run) == [("a/Dockerfile", "LI402"), ("a/deep/Dockerfile", "LI402")]


def test_the_search_ends_at_the_repository(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "ignore: [LI402]\n")
    write(tmp_path / "repository" / ".git" / "HEAD", "")
    write(tmp_path / "repository" / "Dockerfile", WARNING)
    write(tmp_path / "loose" / "Dockerfile", WARNING)
    assert _codes(run) == [("repository/Dockerfile", "LI402")]


def test_flags_win_over_the_configuration(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "select: [LI303]\ntarget: generic\nfail-on: error\n")
    write(tmp_path / "Dockerfile", WARNING)
    assert _codes(run) == []
    assert _codes(run, "--select", "LI402") == [("Dockerfile", "LI402")]
    assert run("check", "--select", "LI402").status == 0
    assert run("check", "--select", "LI402", "--fail-on", "warning").status == 1
    declared = run("check", "--target", "lambda", "--format", "json").report["files"][0]
    assert declared["kind"] == "lambda"
    assert "--target" in declared["evidence"][0]


def test_a_configuration_can_be_named(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    write(tmp_path / ".lintimg.yaml", "nonsense")
    write(tmp_path / "ci" / "strict.yaml", "severity: {size: error}\n")
    assert run("check").status == 2
    report = run("check", "--config", "ci/strict.yaml", "--format", "json").report
    assert {finding["severity"] for finding in report["findings"] if finding["rule"] == "LI402"} == {"error"}


def test_each_file_fails_on_its_own_configuration(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "strict" / ".lintimg.yaml", "fail-on: info\n")
    write(tmp_path / "strict" / "Dockerfile", CLEAN)
    write(tmp_path / "lax" / "Dockerfile", INFO)
    assert run("check").status == 0
    write(tmp_path / "strict" / "Dockerfile", INFO)
    assert run("check").status == 1


def test_excluded_files_are_not_found(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", 'exclude: [vendor, "legacy/*.Dockerfile"]\n')
    for name in (
        "Dockerfile",
        "vendor/Dockerfile",
        "a/vendor/b/Dockerfile",
        "legacy/x.Dockerfile",
        "legacy/Dockerfile",
    ):
        write(tmp_path / name, WARNING)
    everywhere = [path for path, _ in _codes(run)]
    assert everywhere == ["Dockerfile", "legacy/Dockerfile"]
    # The globs keep their meaning from wherever lintimg is run, and for each folder that is searched.
    assert _codes(run, cwd=tmp_path / "legacy") == [("Dockerfile", "LI402")]
    assert _codes(run, "legacy") == [("legacy/Dockerfile", "LI402")]
    assert _codes(run, "vendor/Dockerfile") == [("vendor/Dockerfile", "LI402")]
    assert _codes(run, "vendor/Dockerfile", "--force-exclude") == []


def test_rules_are_ignored_for_paths(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", 'per-path-ignores: {"legacy/**": [DL3042]}\n')
    write(tmp_path / "legacy" / "old" / "Dockerfile", WARNING)
    write(tmp_path / "Dockerfile", WARNING)
    report = run("check", "--select", "LI402", "--format", "json").report
    assert [finding["location"]["path"] for finding in report["findings"]] == ["Dockerfile"]
    assert [entry["suppression"] for entry in report["suppressed"]] == [{"kind": "config", "reason": None}]


def test_single_files_have_values_of_their_own(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", 'paths:\n  "api/*": {ignore: [LI402], target: generic}\n')
    write(tmp_path / "api" / "Dockerfile", WARNING)
    write(tmp_path / "Dockerfile", WARNING)
    report = run("check", "--select", "LI402", "--format", "json").report
    assert [finding["location"]["path"] for finding in report["findings"]] == ["Dockerfile"]
    assert [file["kind"] for file in report["files"]] == ["lambda", "generic"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ignroe: [LI402]\n", ".lintimg.yaml:1:1: unknown key ignroe, did you mean ignore?"),
        ("ignore:\n  - LI101\n  - LI4O2\n", ".lintimg.yaml:3:5: LI4O2 names no rule, did you mean LI402?"),
        ("severity:\n  DL9999: info\n", ".lintimg.yaml:2:3: DL9999 names no rule"),
        (
            "per-path-ignores:\n  a: [LI402, sizze]\n",
            ".lintimg.yaml:2:14: sizze names no rule, did you mean size?",
        ),
        ("paths:\n  a:\n    select: nope\n", ".lintimg.yaml:3:5: nope names no rule"),
        ("a: [", ".lintimg.yaml:1:5: "),
        ("target: '\\e[31m'\n", ".lintimg.yaml:1:1: target: "),
        ('target: "\\e[31m"\n', ".lintimg.yaml:1:1: target: \\x1b[31m is none of"),
    ],
)
def test_mistakes_are_named_with_their_place(run: Run, tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / ".lintimg.yaml", text)
    write(tmp_path / "Dockerfile", CLEAN)
    result = run("check")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"lintimg: {message}")
    assert result.err.count("\n") == 1
    assert run("check", "--no-config").status == 0


_TEAM_RULE = """\
code: ACME001
name: root-user
title: The image runs as root
family: security
severity: warning
match: {instruction: USER, argument: "^root$"}
message: "The image runs as root"
help: "Write USER app"
rationale: Our clusters refuse root.
examples:
  bad:
    - name: root
      dockerfile: |
        FROM public.ecr.aws/lambda/python:3.12
        USER root
        COPY app.py ./
        CMD ["app.handler"]
      expect: [{line: 2, column: 6}]
    - name: root again
      dockerfile: |
        FROM public.ecr.aws/lambda/python:3.12
        COPY app.py ./
        USER root
        CMD ["app.handler"]
      expect: [{line: 3, column: 6}]
  good:
    - name: app
      dockerfile: |
        FROM public.ecr.aws/lambda/python:3.12
        USER app
        COPY app.py ./
        CMD ["app.handler"]
    - name: none
      dockerfile: |
        FROM public.ecr.aws/lambda/python:3.12
        COPY app.py ./
        CMD ["app.handler"]
"""


def test_a_team_adds_rules(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "extend-rules: [ci/rules]\nseverity: {ACME001: error}\n")
    write(tmp_path / "ci" / "rules" / "ACME001-root-user.yaml", _TEAM_RULE)
    write(tmp_path / "Dockerfile", CLEAN.replace("COPY", "USER root\nCOPY"))
    report = run("check", "--format", "json", "--select", "ACME001").report
    assert [(finding["rule"], finding["severity"]) for finding in report["findings"]] == [
        ("ACME001", "error")
    ]
    assert report["rules"]["ACME001"]["rationale"] == "Our clusters refuse root."
    assert run("check", "--ignore", "root-user").status == 0


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ACME001-root-user.yaml", "code: [", "ACME001-root-user.yaml:"),
        ("LI402-root-user.yaml", _TEAM_RULE.replace("ACME001", "LI402"), "its code is one of lintimg's"),
        (
            "ACME001-root-user.yaml",
            _TEAM_RULE.replace(
                'match: {instruction: USER, argument: "^root$"}', "check: size.package_cache_left"
            ),
            "only match rules can be added",
        ),
    ],
)
def test_a_team_cannot_add_anything_else(
    run: Run, tmp_path: Path, name: str, text: str, message: str
) -> None:
    write(tmp_path / ".lintimg.yaml", "extend-rules: [ci]\n")
    write(tmp_path / "ci" / name, text)
    write(tmp_path / "Dockerfile", CLEAN)
    result = run("check")
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_a_team_tests_its_rules(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "ci" / "ACME001-root-user.yaml", _TEAM_RULE)
    good = run("rules", "test", "ci")
    assert (good.status, good.out) == (0, "1 rule, 16 examples, 0 failed\n")
    write(tmp_path / "ci" / "ACME001-root-user.yaml", _TEAM_RULE.replace("line: 3", "line: 4"))
    bad = run("rules", "test", "ci")
    assert bad.status == 1
    assert "ACME001" in bad.out
    assert bad.out.endswith("1 rule, 16 examples, 4 failed\n")
    (tmp_path / "none").mkdir()
    assert run("rules", "test", "none").status == 2
    assert run("rules", "test", "nowhere").status == 2
