"""The formats for machines: their required keys, and that no message or path breaks out of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from lintimg.model.finding import FileLocation, Problem, Related, SourceLine
from lintimg.model.report import Report
from lintimg.report.formats import FORMATS, render

from .sample import FULL, finding, region

_HOSTILE = "a]]>b<c>&\"'|`%0A%::error::##[error]\n\r\0\x1b[31m\u202e\ufffe😀\udcff</script><img src=x onerror=alert(1)>@all"
_CLEAN = FULL._replace(findings=(), suppressed=(), errors=())


def _hostile() -> Report:
    """Everything that a repository can choose is hostile."""
    found = finding(
        _HOSTILE,
        2,
        5,
        message=_HOSTILE,
        help=_HOSTILE,
        related=(Related(_HOSTILE, region(1, 1, 1, 2), _HOSTILE),),
    )
    place = FileLocation(f"::{_HOSTILE}", _HOSTILE, region(4, 3, 4, 6), (SourceLine(4, _HOSTILE),))
    return FULL._replace(
        findings=tuple(found._replace(location=place, dockerfile=place.path) for _ in range(30)),
        errors=(Problem("path", _HOSTILE, path=_HOSTILE),),
    )


def _written(name: str, report: Report = FULL) -> str:
    return render(name, report, colour=False, width=80)


def _sarif(report: Report = FULL) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(_written("sarif", report))["runs"][0]
    return run


@pytest.mark.parametrize("report", [FULL, _CLEAN, _hostile()], ids=["full", "clean", "hostile"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_clean_text(name: str, report: Report) -> None:
    written = _written(name, report)
    text = written if name in {"text", "concise"} else written.encode("utf-8").decode()
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f\u202e]", text if name in {"text", "concise", "github"} else ""
    )
    assert not written or written.endswith("\n")


@pytest.mark.parametrize("name", ["sarif", "gitlab", "rdjson", "sonarqube", "json"])
@pytest.mark.parametrize("report", [FULL, _CLEAN, _hostile()], ids=["full", "clean", "hostile"])
def test_json_formats_are_json(name: str, report: Report) -> None:
    json.loads(_written(name, report))


# SARIF


def test_sarif_has_what_github_requires() -> None:
    log = json.loads(_written("sarif"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    assert driver["name"] == "lintimg"
    assert run["automationDetails"]["id"] == "lintimg/"
    for rule in driver["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert rule["helpUri"].startswith("https://")
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
    for result in run["results"]:
        assert result["message"]["text"]
        assert len(result["locations"]) == 1
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["lintimg/v1"]


def test_sarif_carries_the_hash_that_github_computes() -> None:
    found = finding("RUN pip", 4, 7)
    place = found.location
    assert isinstance(place, FileLocation)
    report = FULL._replace(findings=(found._replace(location=place._replace(line_hash="abc:1")),))
    assert _sarif(report)["results"][0]["partialFingerprints"]["primaryLocationLineHash"] == "abc:1"
    assert "primaryLocationLineHash" not in _sarif()["results"][0]["partialFingerprints"]


def test_sarif_leaves_silenced_findings_out() -> None:
    assert len(_sarif()["results"]) == len(FULL.findings)


def test_sarif_has_no_more_than_github_takes() -> None:
    """With more than 25,000 results it refuses the file."""
    many = (*[finding("RUN x", 4, 5, severity="info")] * 25_000, finding("RUN y", 4, 5, severity="error"))
    results = _sarif(_CLEAN._replace(findings=many))["results"]
    assert len(results) == 25_000
    assert results[0]["level"] == "error"


def test_sarif_tells_that_the_run_failed() -> None:
    invocation = _sarif()["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "missing: no such file or folder"
    assert _sarif(_CLEAN)["invocations"][0]["executionSuccessful"] is True


def test_sarif_gives_security_rules_a_severity() -> None:
    rule = FULL.rules["LI402"]
    security = FULL._replace(rules={"LI402": rule._replace(family="security")})
    assert _sarif(security)["tool"]["driver"]["rules"][0]["properties"]["security-severity"] == "5.5"
    assert "security-severity" not in _sarif()["tool"]["driver"]["rules"][0]["properties"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/Dockerfile", "a%20b/Dockerfile"),
        ("é", "%C3%A9"),
        ("/abs/x", "file:///abs/x"),
        ("app:latest", "app%3Alatest"),
        ("a\udcff", "a%FF"),
    ],
)
def test_paths_are_uris(path: str, uri: str) -> None:
    place = FileLocation(path, None, region(1, 1, 1, 2), ())
    run = _sarif(FULL._replace(findings=(finding("", 0, 0)._replace(location=place),)))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_the_sarif_validator_is_silent(tmp_path: Path) -> None:
    """Microsoft's validator with the rules of GitHub's code scanning; `.ci/run` fetches it."""
    validator = os.environ.get("SARIF_MULTITOOL") or shutil.which("Sarif.Multitool")
    if validator is None:
        pytest.skip("needs Sarif.Multitool (npm's @microsoft/sarif-multitool) in $SARIF_MULTITOOL")
    for number, report in enumerate((FULL, _CLEAN, _hostile())):
        path = tmp_path / f"{number}.sarif"
        path.write_bytes(_written("sarif", report).encode())
        done = subprocess.run(
            [validator, "validate", path, "--rule-kind", "Sarif;Ghas"],
            capture_output=True,
            text=True,
            env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert ": error" not in done.stdout


# GitHub


def _commands(report: Report) -> list[str]:
    return [line for line in _written("github", report).splitlines() if line.startswith("::")]


def test_github_commands() -> None:
    message = "LI402 pip install leaves its cache in ~/.cache/pip.%0AAdd --no-cache-dir."
    place = "file=app/Dockerfile,line={0},endLine={0},col=5,endColumn={1},title=LI402::app/Dockerfile:{0}:5:"
    assert _written("github").splitlines() == [
        "::error title=lintimg::missing: no such file or folder",
        "::error title=lintimg::app/Dockerfile: rule LI999 crashed",
        f"::warning {place.format(4, 36)} {message}%0Asaves about 41 MB (estimated)",
        f"::notice {place.format(9, 18)} {message}",
    ]


def test_github_shows_the_worst_first_and_the_rest_in_the_log() -> None:
    found = [finding("RUN x", 4, 5, line=line, severity="warning") for line in range(1, 14)]
    errors = [finding("RUN x", 4, 5, line=line, severity="error") for line in range(1, 3)]
    report = _CLEAN._replace(findings=(*found, *errors))
    lines = _written("github", report).splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        *["::error"] * 2,
        *["::warning"] * 10,
        "::notice",
        *["warning"] * 3,
    ]
    assert lines[12] == "::notice title=lintimg::3 findings more than GitHub shows: see the log"
    assert lines[-1].startswith("warning app/Dockerfile:13:5: LI402 pip install")


def test_nothing_in_a_repository_becomes_a_command() -> None:
    lines = _written("github", _hostile()).split("\n")
    commands = [line for line in lines if line.strip().startswith("::")]
    assert all(
        re.match(r"::(error|warning|notice) (file=[^:,]*,line=4,|title=lintimg::)", line) for line in commands
    )
    assert not [line for line in lines if "##[" in line and not line.startswith("::")]


# GitLab


def test_gitlab_has_what_it_requires() -> None:
    for issue in json.loads(_written("gitlab")):
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["description"].startswith("LI402: ")
        assert set(issue) >= {"check_name", "fingerprint", "location"}


def test_gitlab_fingerprints_are_unique() -> None:
    issues = json.loads(_written("gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 2


# reviewdog


def test_rdjsonl_is_one_line_a_finding() -> None:
    lines = _written("rdjsonl", _hostile()).split("\n")
    assert [json.loads(line)["severity"] for line in lines[:-1]] == ["WARNING"] * 30
    assert json.loads(_written("rdjson"))["diagnostics"] == [
        json.loads(line) for line in _written("rdjsonl").splitlines()
    ]


# XML


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml_is_strict_xml_and_says_what_it_should(name: str) -> None:
    root = ET.fromstring(_written(name, _hostile()).encode())
    texts = [value for element in root.iter() for value in element.attrib.values()]
    assert any(text.startswith("::a]]>b<c>&\"'|`%0A%::error::##[error]\\x0a") for text in texts)


def test_junit_counts() -> None:
    root = ET.fromstring(_written("junit"))
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "5",
        "failures": "2",
        "errors": "2",
    }
    assert len(list(root.iter("testcase"))) == 5
    clean = ET.fromstring(_written("junit", _CLEAN))
    assert [case.get("classname") for case in clean.iter("testcase")] == ["app/Dockerfile", "tool.Dockerfile"]


def test_checkstyle_says_what_to_do() -> None:
    error = ET.fromstring(_written("checkstyle")).find(
        "file[@name='app/Dockerfile']/error[@severity='warning']"
    )
    assert error is not None
    assert error.get("message") == "pip install leaves its cache in ~/.cache/pip. Add --no-cache-dir."
    assert error.get("source") == "lintimg.LI402"


# SonarQube


def test_sonarqube_has_what_it_requires() -> None:
    report = json.loads(_written("sonarqube"))
    rules = {rule["id"]: rule for rule in report["rules"]}
    for rule in rules.values():
        assert rule["engineId"] == "lintimg"
        assert rule["impacts"][0]["softwareQuality"] in {"SECURITY", "RELIABILITY", "MAINTAINABILITY"}
        assert rule["impacts"][0]["severity"] in {"HIGH", "MEDIUM", "LOW"}
    for issue in report["issues"]:
        assert issue["ruleId"] in rules
        assert not {"severity", "type", "engineId"} & set(issue)
        assert issue["primaryLocation"]["message"]


# All


def test_the_same_bytes_for_every_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from lintimg.report.formats import FORMATS, render\n"
        "from lintimg.report.compare import compare\n"
        "from tests.report.pictured import PAGE\n"
        "from tests.report.sample import FULL, IMAGE\n"
        "for name in FORMATS:\n"
        "    print(render(name, FULL._replace(images=(IMAGE,)), colour=True, width=80))\n"
        "    print(render(name, compare(PAGE, FULL), colour=True, width=80))\n"
    )
    root = os.fspath(Path(__file__).parents[2])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, root],
            capture_output=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
