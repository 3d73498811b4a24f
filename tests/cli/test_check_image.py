"""`check --image`: findings on a Dockerfile, measured on the image that was built from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.image.archives import old_save
from tests.image.layers import Item, folder, tar

from .conftest import Run, write

_DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.12
WORKDIR /var/task
COPY requirements.txt ./
RUN pip install -r requirements.txt
RUN dnf install -y gcc
RUN rm -rf /root/.cache
COPY app.py ./
CMD ["app.handler"]
"""
_COMMANDS = [
    "ADD file:1 in /",
    "COPY requirements.txt ./ # buildkit",
    "RUN /bin/sh -c pip install -r requirements.txt # buildkit",
    "RUN /bin/sh -c dnf install -y gcc # buildkit",
    "RUN /bin/sh -c rm -rf /root/.cache # buildkit",
    "COPY app.py ./ # buildkit",
]
_CACHE = [
    folder("root/"),
    folder("root/.cache/"),
    folder("root/.cache/pip/"),
    Item("root/.cache/pip/a", b"c" * 50_000),
]
_TASK = [folder("var/"), folder("var/task/")]


def _image(cache: list[Item]) -> bytes:
    script = Item("lambda-entrypoint.sh", b"#!/bin/sh\n", mode=0o755)
    layers = [
        tar(
            [
                script,
                folder("bin/"),
                Item("bin/sh", b"\x7fELF", mode=0o755),
                folder("var/"),
                folder("var/runtime/"),
                folder("var/runtime/awslambdaric/"),
                *_TASK,
            ]
        ),
        tar([*_TASK, Item("var/task/requirements.txt", b"boto3\n")]),
        tar([*cache, *_TASK, Item("var/task/boto3.py", b"")]),
        tar([folder("usr/"), Item("usr/gcc", b"g" * 900)]),
        tar([folder("root/"), Item("root/.wh..cache")] if cache else [folder("root/")]),
        tar([*_TASK, Item("var/task/app.py", b"def handler(event, context): ...\n")]),
    ]
    return old_save(
        layers,
        commands=_COMMANDS,
        Entrypoint=["/lambda-entrypoint.sh"],
        Cmd=["app.handler"],
        WorkingDir="/var/task",
    )


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", _DOCKERFILE.encode())
    write(tmp_path / "requirements.txt", b"boto3\n")
    write(tmp_path / "app.py", b"def handler(event, context): ...\n")


def _findings(report: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [finding for finding in report["findings"] if finding["rule"] == code]


def test_guesses_become_measures(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", _image(_CACHE))
    guessed = run("check", "Dockerfile", "--select", "LI402,LI403", "--format", "json").report
    assert {finding["details"].get("manager") for finding in _findings(guessed, "LI402")} == {"pip", "dnf"}
    report = run("check", "Dockerfile", "--image", "app.tar", "--format", "json").report
    (finding,) = _findings(report, "LI402")
    # The image disproves the cache of dnf, and tells the bytes of pip's.
    assert finding["details"]["manager"] == "pip"
    assert finding["saving"] == {"bytes": 50_000, "basis": "measured"}
    assert finding["details"]["layer"] == 2
    assert "50 kB, by layer 2" in finding["message"]
    assert report["summary"]["images"] == 1
    image = report["images"][0]
    assert image["layers"][2]["dockerfile_line"]["line"] == 4
    assert image["layers"][0]["from_base"] is True
    assert image["verdict"]["lambda_accepts"] is True


@pytest.mark.parametrize(
    "arguments",
    [("check", "Dockerfile", "--image", "app.tar"), ("image", "app.tar", "--dockerfile", "Dockerfile")],
)
def test_suggestions_carry_the_linters_fix(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write(tmp_path / "app.tar", _image(_CACHE))
    (suggestion,) = run(*arguments, "--format", "json").report["images"][0]["suggestions"]
    assert suggestion["saving"]["bytes"] == 50_000
    assert suggestion["dockerfile_line"]["line"] == 4
    assert suggestion["fix"]["applicability"] == "safe"
    assert [edit["path"] for edit in suggestion["fix"]["edits"]] == ["Dockerfile"]
    assert "--no-cache-dir" in suggestion["help"]
    assert "lintimg check --fix Dockerfile does it" in " ".join(run(*arguments).out.split())
    (finding,) = _findings(
        run("check", "Dockerfile", "--image", "app.tar", "--format", "json").report, "LI402"
    )
    assert suggestion["fix"] == finding["fix"]


def test_fixes_of_other_lines_and_managers_stay_away(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", _image(_CACHE))
    text = _DOCKERFILE.replace("pip install -r", "dnf install -y tar && pip install --no-cache-dir -r")
    write(tmp_path / "Dockerfile", text.encode())
    report = run("image", "app.tar", "--dockerfile", "Dockerfile", "--format", "json").report
    (suggestion,) = report["images"][0]["suggestions"]
    assert suggestion["fix"] is None
    assert "--mount=type=cache" in suggestion["help"]


def test_what_the_image_disproves_is_dropped(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", _image([]))
    report = run("check", "Dockerfile", "--image", "app.tar", "--format", "json").report
    assert not _findings(report, "LI402")


def test_the_image_is_checked_too(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", old_save([tar([Item("a")])], commands=["COPY a /"]))
    result = run("check", "Dockerfile", "--image", "app.tar", "--format", "json")
    assert result.status == 1
    assert _findings(result.report, "LI805")
    assert "does not look like one made from Dockerfile" in result.err


def test_what_cannot_be_joined(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "other" / "Dockerfile", b"FROM scratch\n")
    assert run("check", ".", "--image", "app.tar").status == 2
    result = run("check", "Dockerfile", "--image", "none.tar", "--format", "json")
    assert result.status == 2
    assert result.report["errors"][0]["image"] == "none.tar"
    assert run("check", "Dockerfile", "--image", "app.tar", "--fix").status == 2
