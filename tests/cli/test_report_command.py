"""`lintimg report`: lint once, publish many times."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lintimg.report.formats import FORMATS
from lintimg.report.invoke import render_invoke
from tests.image.archives import old_save
from tests.image.layers import Item, tar
from tests.report.test_read import INVOKE

from .conftest import CLEAN, WARNING, Run, write


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> str:
    """The report of a folder of Dockerfiles."""
    for name in ("a", "b", "c", "d"):
        write(tmp_path / name / "Dockerfile", WARNING)
    write(tmp_path / "clean" / "Dockerfile", CLEAN)
    run("check", "--format", "json=report.json")
    return "report.json"


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_report_gives_what_check_gives(run: Run, saved: str, name: str) -> None:
    checked = run("check", "--format", name)
    shown = run("report", saved, "--format", name)
    assert (shown.status, shown.err) == (0, "")
    assert shown.out == checked.out


def test_five_dockerfiles_and_an_image_in_every_format(run: Run, saved: str, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", old_save([tar([Item("a", b"x")])]))
    run("image", "app.tar", "--format", "json=image.json")
    wanted = [part for name in FORMATS for part in ("--format", f"{name}=out.{name}")]
    assert run("report", "--merge", saved, "image.json", *wanted).status == 0
    joined = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert joined["summary"]["files"] == 5
    assert joined["summary"]["images"] == 1
    assert joined["summary"]["findings"] == 4
    assert all((tmp_path / f"out.{name}").stat().st_size for name in FORMATS)
    assert run("report", "out.json", "--format", "json").report == joined


def test_standard_input_is_read(run: Run, saved: str, tmp_path: Path) -> None:
    data = (tmp_path / saved).read_bytes()
    assert run("report", "-", "--format", "concise", data=data).out.count("LI402") == 4


def test_since(run: Run, saved: str, tmp_path: Path) -> None:
    write(tmp_path / "a" / "Dockerfile", CLEAN)
    write(tmp_path / "e" / "Dockerfile", WARNING)
    run("check", "--format", "json=new.json")
    report = run("report", "new.json", "--since", saved, "--format", "json").report
    assert (report["since"]["new"], report["since"]["unchanged"]) == (1, 3)
    assert [finding["location"]["path"] for finding in report["since"]["fixed"]] == ["a/Dockerfile"]
    only = run("report", "new.json", "--since", saved, "--new-only", "--format", "concise")
    assert [line.split(":")[0] for line in only.out.splitlines()] == ["e/Dockerfile"]


def test_an_invocation(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "invoke.json", render_invoke("json", INVOKE, colour=False, width=80))
    shown = run("report", "invoke.json")
    assert shown.out.startswith("app  handler error\n")
    comment = run("report", "invoke.json", "--format", "markdown").out
    assert comment.startswith("<!-- lintimg:v1 -->\n### lintimg invoke: handler error\n")
    assert "**`LI225`** It fails. (line 3 of the Dockerfile)\n\nDo: Mend it.\n" in comment
    assert "init 10 ms, first 2 ms, median of the following 2 ms, memory 0 MB, 1 invocation" in comment
    assert run("report", "invoke.json", "--format", "json").out == (tmp_path / "invoke.json").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.json",), "missing.json: No such file or directory"),
        (("bad.json",), "bad.json is no JSON: Expecting value at line 1, column 1"),
        (("report.json", "report.json"), "2 reports: add --merge to join them into one"),
        (("report.json", "--new-only"), "--new-only needs --since OLD.json to know what is new"),
        (("report.json", "--format", "jsn"), "--format jsn is not known, did you mean json?"),
        (
            ("invoke.json", "--format", "sarif"),
            "--format sarif says nothing of an invocation; known are text",
        ),
        (("invoke.json", "--since", "report.json"), "invoke.json is a report of lintimg invoke"),
        (("report.json", "--since", "invoke.json"), "invoke.json is a report of lintimg invoke"),
        (
            ("report.json", "--format", "json", "--format", "text"),
            "--format json and --format text cannot both",
        ),
    ],
)
def test_a_mistake_is_told_in_one_sentence(
    run: Run, saved: str, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    write(tmp_path / "bad.json", "x")
    write(tmp_path / "invoke.json", render_invoke("json", INVOKE, colour=False, width=80))
    result = run("report", *arguments)
    assert result.status == 2
    assert result.out == ""
    assert result.err.startswith(f"lintimg: {message}")
    assert result.err.count("\n") == 1
