"""Verdicts and causes by the text alone, expectations, and the arguments of the command."""

from __future__ import annotations

import gc
import json
import re

import pytest

from lintimg.invoke.causes import find_cause
from lintimg.invoke.conditions import facts
from lintimg.invoke.endpoint import Answer
from lintimg.invoke.expectations import Expectations, failed_expectations, read_expectation
from lintimg.invoke.judge import INITIALISED, Ruling, judge
from lintimg.invoke.measure import init_milliseconds, invoke_milliseconds, own_memory, read_bytes, spread
from lintimg.invoke.session import relevant_lines
from lintimg.lint.table import rules_by_code
from lintimg.model.invoke import Invocation
from tests.cli.conftest import ROOT, Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture

_STARTED = f"23 Nov 2026 10:00:00,000 [INFO] (rapid) {INITIALISED})\n"


def _answer(body: object, status: int | None = 200) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, data, 1.0)


@pytest.mark.parametrize(
    ("answer", "log", "verdict"),
    [
        (_answer({"statusCode": 500}), _STARTED, "ok"),
        (_answer(b""), _STARTED, "ok"),
        (_answer({"errorType": "x"}), _STARTED, "ok"),
        (_answer([{"errorType": "x", "errorMessage": "y"}]), _STARTED, "ok"),
        (_answer({"errorType": "x", "errorMessage": "y"}), _STARTED, "handler-error"),
        (_answer({"errorType": "Runtime.ImportModuleError", "errorMessage": "y"}, 502), "", "init-error"),
        (_answer(b"Task timed out after 3.00 seconds"), _STARTED, "timeout"),
        (_answer(b'"Task timed out after 3.00 seconds"'), _STARTED, "ok"),
        (
            _answer(b"", 502),
            "First fatal error stored in appctx: Runtime.InvalidEntrypoint\n",
            "entry-point-error",
        ),
        (_answer(b"", 502), "Process runtime-1 exited: exit status 1\n", "init-error"),
        (_answer(b"", 502), "Process runtime-1 exited: signal: killed\n", "out-of-memory"),
        (_answer(b"", None), "", "init-error"),
        (_answer(b"x" * 6_291_557), _STARTED, "handler-error"),
    ],
)
def test_the_answer_is_judged_not_the_status(answer: Answer, log: str, verdict: str) -> None:
    assert judge(answer, log, outgrown=False).verdict == verdict


def test_more_memory_than_allowed_decides() -> None:
    assert judge(_answer({}), _STARTED, outgrown=True).verdict == "out-of-memory"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("fork/exec /lambda-entrypoint.sh: exec format error", "LI228"),
        ("/var/task/x.so: /lib64/libc.so.6: version `GLIBC_2.38' not found (required by x)", "LI229"),
        ("Error: Cannot find module 'app'", "LI216"),
        ("EROFS: read-only file system, mkdir '/home/sbx_user1051/.npm'", "LI225"),
        ("Error: EACCES: permission denied, open '/var/task/app.js'", "LI224"),
        ("Runtime.MalformedHandlerName: Bad handler 'app'", "LI203"),
    ],
)
def test_known_texts_lead_to_their_rule(text: str, rule: str) -> None:
    cause = find_cause(Ruling("init-error", text), "", shell_form=False)
    assert cause is not None
    assert cause.rule == rule
    assert "{" not in cause.message + cause.help.replace("${", "")


def test_a_healthy_run_has_no_cause() -> None:
    assert find_cause(Ruling("ok", ""), "Permission denied", shell_form=False) is None


def test_rules_of_causes_have_the_form_of_codes() -> None:
    text = (ROOT / "lintimg/invoke/data/causes.json").read_text()
    codes = set(re.findall(r'"(LI\d+)"', text))
    assert codes
    assert {code for code in codes if code.startswith("LI20")} <= set(rules_by_code())


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("statusCode=200", True),
        ("statusCode=201", False),
        ("body.items.0.name=first", True),
        ('body.items.0.name="first"', True),
        ("body.items.1=x", False),
        ("flag=true", True),
        ("flag=1", False),
        ("none=null", True),
    ],
)
def test_expectations_are_paths_and_values(text: str, met: bool) -> None:
    response = '{"statusCode": 200, "body": {"items": [{"name": "first"}]}, "flag": true, "none": null}'
    invocation = Invocation("{}", "ok", 200, response, len(response), 1.0, 2.0)
    failed = failed_expectations(Expectations((read_expectation(text),)), (invocation,), None)
    assert (not failed) == met


def test_an_expectation_needs_a_value() -> None:
    with pytest.raises(ValueError, match="PATH=VALUE"):
        read_expectation("statusCode")


def test_numbers_of_both_cgroup_versions() -> None:
    assert own_memory({"memory_stats": {"stats": {"anon": 5, "rss": 9}}}) == 5
    assert own_memory({"memory_stats": {"stats": {"total_rss": 7}}}) == 7
    assert own_memory({"memory_stats": {}}) is None
    rows = [{"op": "Read", "value": 3}, {"op": "Write", "value": 8}, {"op": "read", "value": 4}]
    assert read_bytes({"blkio_stats": {"io_service_bytes_recursive": rows}}, None) == 7
    assert read_bytes({"blkio_stats": {"io_service_bytes_recursive": None}}, 2) == 2


def test_the_emulators_log_has_the_times() -> None:
    log = "x INIT REPORT(durationMs: 47.381000)\nINVOKE RTDONE(status: success, produced bytes: 0, duration: 1.302000ms)\n"
    assert (init_milliseconds(log), invoke_milliseconds(log * 2)) == (47.381, [1.302, 1.302])
    assert spread([3.0, 1.0, 2.0]) == (1.0, 2.0, 3.0)
    assert spread([]) is None


def test_the_functions_own_lines_are_kept() -> None:
    log = "23 Nov 2026 11:42:49,206 [INFO] (rapid) INIT START\nhello\rworld\nSTART RequestId: 1\n"
    assert relevant_lines(log) == ("hello", "world")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--event", "{"], "no JSON"),
        (["--event", "missing.json"], "cannot be read"),
        (["--memory", "64"], "128 to"),
        (["--timeout", "0"], "1 to"),
        (["--env", "A"], "NAME=VALUE"),
        (["--expect-json", "a"], "PATH=VALUE"),
        (["--format", "yaml"], "--format"),
        (["--entrypoint", "'a"], "--entrypoint"),
        (["--dockerfile", "missing"], "no such file"),
    ],
)
def test_wrong_arguments_are_told_before_anything_starts(run: Run, arguments: list[str], word: str) -> None:
    result = run("invoke", "image", *arguments)
    assert (result.status, result.out) == (2, "")
    assert word in result.err


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_an_engine_there_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    result = run("invoke", "image")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("lintimg: no Docker engine answers")
    assert len(result.err.splitlines()) == 1
    # The docker SDK leaves the connection that failed to the collector: here, where its warning is expected.
    gc.collect()


def test_the_response_limit_is_lambdas() -> None:
    assert facts()["response_limit_bytes"] == 6 * 1024 * 1024 + 100
