"""The reference at hand: explain, rules, schema, ast, --version, --help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lintimg import __version__
from lintimg.cli.schema import SCHEMAS
from lintimg.lint.table import bundled_rules

from .conftest import WARNING, Run, write

_CODES = [rule.code for rule in bundled_rules()]


@pytest.mark.parametrize("code", _CODES)
def test_every_rule_explains_itself(run: Run, code: str) -> None:
    result = run("explain", code)
    assert result.status == 0
    assert result.out.startswith(code)
    assert (
        max(
            len(line) for line in result.out.splitlines() if "://" not in line and not line.startswith("    ")
        )
        <= 110
    )
    assert run("explain", code.lower()).out == result.out


@pytest.mark.parametrize("text", ["DL3042", "dl3042", "package-cache-left", "LI402"])
def test_a_rule_is_known_by_many_names(run: Run, text: str) -> None:
    assert "LI402 package-cache-left" in run("explain", text).out


def test_another_tools_code_says_what_part_of_a_rule_it_is(run: Run) -> None:
    assert run("explain", "DL3042").out.startswith("DL3042 of hadolint is LI402 here where manager is pip.\n")


def test_a_family_is_a_list(run: Run) -> None:
    lines = run("explain", "LI4").out.splitlines()
    assert [line[:5] for line in lines] == [code for code in _CODES if code.startswith("LI4")]


def test_rules_are_found_by_words(run: Run) -> None:
    assert "LI402" in run("explain", "--search", "pip cache").out
    assert "LI402" in run("explain", "--search", "DL3042").out
    nothing = run("explain", "--search", "zebra crossing")
    assert (nothing.status, nothing.out) == (1, "")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("entrypoint requires the handler name to be the first argument", {"LI201", "LI202", "LI204"}),
        ("ENTRYPOINT requires the HANDLER name", {"LI201", "LI202", "LI204"}),
        ("Error: fork/exec /entry.sh: exec format error Runtime.InvalidEntrypoint", {"LI218", "LI228"}),
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'", {"LI216"}),
        ("OSError: [Errno 30] Read-only file system: '/home/sbx_user1051'", {"LI225"}),
        ("Handler 'nope' missing on module 'app'", {"LI217"}),
        ("/bin/sh: line 1: yum: command not found", {"LI205"}),
        ("dl3042", {"LI402"}),
    ],
)
def test_a_line_of_a_log_leads_to_its_rule(run: Run, text: str, codes: set[str]) -> None:
    found = [line[:5] for line in run("explain", "--search", text).out.splitlines()]
    assert codes <= set(found[:4])
    assert len(found) <= 10


@pytest.mark.parametrize("text", ["", " ", "…", "'", "\x1b[31m"])
def test_a_search_for_nothing_finds_nothing(run: Run, text: str) -> None:
    result = run("explain", "--search", text)
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("lintimg: no rule speaks of ")
    assert "\x1b" not in result.err


@pytest.mark.parametrize("arguments", [["LI999"], [], ["LI402", "--search", "x"], ["\x1b[31m"]])
def test_explain_says_what_is_wrong(run: Run, arguments: list[str]) -> None:
    result = run("explain", *arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("lintimg: ")
    assert "\x1b" not in result.err


def test_rules_are_listed(run: Run) -> None:
    table = run("rules").out
    assert all(code in table for code in _CODES)
    listed: list[dict[str, Any]] = json.loads(run("rules", "--format", "json").out)
    assert [rule["code"] for rule in listed] == _CODES
    assert {"hadolint"} <= set(next(rule for rule in listed if rule["code"] == "LI402")["equivalents"])
    assert run("rules", "--format", "jsn").status == 2


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_printed(run: Run, name: str) -> None:
    schema = json.loads(run("schema", name).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{SCHEMAS[name]}")


def test_an_unknown_schema(run: Run) -> None:
    result = run("schema", "reprot")
    assert (result.status, result.err) == (2, "lintimg: schema reprot is not known, did you mean report?\n")


def test_ast(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", WARNING)
    whole = json.loads(run("ast", "Dockerfile").out)
    assert [instruction["keyword"] for instruction in whole["instructions"]] == ["FROM", "RUN", "CMD"]
    lines = run(
        "ast", "--format", "jsonl", "Dockerfile", "./Dockerfile", "-", data=b"FROM a\n"
    ).out.splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["Dockerfile", "./Dockerfile", "-"]
    assert run("ast", "missing").status == 2
    assert run("ast", "--format", "xml", "Dockerfile").status == 2


def test_version_and_help(run: Run) -> None:
    assert run("--version") == (0, f"lintimg {__version__}\n", "")
    for arguments in (["--help"], ["check", "-h"], ["rules", "--help"], ["rules", "test", "--help"]):
        result = run(*arguments)
        assert result.status == 0
        assert result.out.startswith("Usage: lintimg")


def test_check_says_what_its_options_are_for(run: Run) -> None:
    text = run("check", "--help").out
    for title in ("What is checked:", "Which rules:", "Output:", "Configuration:"):
        assert title in text
    assert "Exit status: 0" in text
