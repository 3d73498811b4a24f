"""`lintimg image` as a person or a pipeline runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lintimg.cli.image_rules import DECIDING
from lintimg.lint.table import bundled_rules, bundled_text
from tests.image.archives import old_save
from tests.image.layers import Item, folder, symlink, tar

from .conftest import Run, process, write

_IMAGE = old_save(
    [
        tar([folder("opt/"), Item("opt/model", b"m" * 60_000), Item("opt/keep", b"k" * 40_000)]),
        tar([folder("opt/"), Item("opt/.wh.model")]),
        tar([folder("opt/"), Item("opt/copy", b"k" * 40_000)]),
    ],
    commands=["/bin/sh -c #(nop) COPY dir:1 in /opt", "RUN /bin/sh -c rm /opt/model # buildkit", "COPY a b"],
)


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A saved image that wastes 60,000 of 140,000 bytes."""
    return write(tmp_path / "app.tar", _IMAGE)


@pytest.mark.usefixtures("archive")
def test_the_text_report(run: Run) -> None:
    result = run("image", "app.tar")
    assert result.status == 0
    assert (
        result.out
        == """\
app.tar  archive, linux/amd64, 3 layers
  Lambda takes it: not known
    Nothing in the image shows that it is for Lambda; --target lambda says so.
  Size:     140 kB, 0.0% of Lambda's limit of 10.7 GB
  Wasted:   60 kB (42.9%) that later layers hide
  As a zip: yes, 80 kB of code and dependencies, 262 MB are allowed

What fills it
  80 kB  100%  ████████████  other files  /opt 80 kB

Do this: 140 kB → 80 kB
   1.   -60 kB  Layer 1 deletes what layer 0 brought, which frees nothing: /opt/model
                Mount what one RUN needs: RUN --mount=type=bind,source=…,target=…; name the rest in
                .dockerignore
      --dockerfile FILE names the lines that made the layers

    layer     size                  share    wasted  command
        0   100 kB  ████████████      71%     60 kB  COPY dir:1 in /opt
        1  0 bytes                     0%            RUN rm /opt/model
        2    40 kB  █████             29%            COPY a b

Waste
     60 kB  1 file of layer 0 deleted by layer 1
            /opt/model

Largest files
     40 kB  /opt/copy  layer 2
     40 kB  /opt/keep  layer 0

1 image read.
"""
    )


@pytest.mark.usefixtures("archive")
def test_the_json_report(run: Run) -> None:
    image = run("image", "app.tar", "--format", "json").report["images"][0]
    assert image["size"]["uncompressed"] == 140_000
    assert image["size"]["wasted"] == 60_000
    assert image["waste"] == [
        {
            "kind": "deleted",
            "rule": "LI817",
            "paths": ["/opt/model"],
            "files": 1,
            "bytes": 60_000,
            "layer": 0,
            "killed_by_layer": 1,
            "counted_in_wasted": True,
        }
    ]


def test_standard_input_and_hashes(run: Run) -> None:
    image = run("image", "-", "--hash", "--format", "json", data=_IMAGE).report["images"][0]
    assert image["reference"] == "-"
    kinds = {waste["kind"]: waste for waste in image["waste"]}
    assert kinds["duplicate"]["paths"] == ["/opt/copy", "/opt/keep"]
    assert kinds["duplicate"]["bytes"] == 40_000
    assert not kinds["duplicate"]["counted_in_wasted"]
    text = run("image", "-", "--hash", data=_IMAGE).out
    assert "     40 kB  1 file with the content of another that is visible, too\n" in text
    assert "            /opt/copy = /opt/keep\n" in text


@pytest.mark.parametrize(
    ("flags", "status", "sentence"),
    [
        (("--max-size", "140kB"), 0, ""),
        (("--max-size", "139999"), 1, "140 kB are more than the allowed"),
        (("--max-waste", "60kB"), 0, ""),
        (("--max-waste", "50kB"), 1, "60 kB wasted are more than the allowed 50 kB"),
        (("--min-efficiency", "0.5"), 0, ""),
        (("--min-efficiency", "0.9"), 1, "the efficiency 0.5714 is below the wanted 0.9"),
        (("--max-waste", "1", "--exit-zero"), 0, "60 kB wasted"),
        (("--max-size", "lots"), 2, "no size"),
        (("--format", "htlm"), 2, "not known"),
    ],
)
@pytest.mark.usefixtures("archive")
def test_limits(run: Run, flags: tuple[str, ...], status: int, sentence: str) -> None:
    result = run("image", "app.tar", *flags)
    assert result.status == status
    assert sentence in result.err


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("rules:\n  lowestEfficiency: 0.9\n", 1, "efficiency 0.5714 is below the wanted 0.9 (.dive-ci)"),
        ("rules:\n  lowest-efficiency: 0.5\n  highestWastedBytes: disabled\n", 0, ""),
        ("rules:\n  highestWastedBytes: 20kB\n", 1, "60 kB wasted"),
        ("rules:\n  highest-user-wasted-percent: 0.2\n", 1, "150.0% of the bytes above the lowest layer"),
        ("rules:\n  lowestEfficiency: much\n", 2, ".dive-ci: lowestEfficiency"),
        ("rules: [", 2, "no valid YAML"),
    ],
)
@pytest.mark.usefixtures("archive")
def test_thresholds_of_dive(run: Run, tmp_path: Path, text: str, status: int, sentence: str) -> None:
    write(tmp_path / ".dive-ci", text)
    result = run("image", "app.tar")
    assert result.status == status
    assert sentence in result.err
    assert run("image", "app.tar", "--max-size", "1GB").status == 0


@pytest.mark.parametrize("name", ["missing.tar", "broken.tar", "folder"])
def test_what_cannot_be_read_is_a_sentence(run: Run, tmp_path: Path, name: str) -> None:
    write(tmp_path / "broken.tar", _IMAGE[:5000])
    (tmp_path / "folder").mkdir()
    result = run("image", name, "--format", "json")
    assert result.status == 2
    assert [error["image"] for error in result.report["errors"]] == [name]
    assert result.err.startswith(f"lintimg: {name}: ")
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("archive")
def test_why_tells_a_paths_way_through_the_layers(run: Run) -> None:
    assert (
        run("image", "app.tar", "--why", "/opt").out
        == """\
/opt  80 kB in the container, 140 kB in all layers
  layer  0  brings 2 files, 100 kB  COPY dir:1 in /opt
  layer  1  deletes 1 file; 60 kB are wasted by that  RUN rm /opt/model
  layer  2  brings 1 file, 40 kB  COPY a b

1 image read.
"""
    )
    gone = run("image", "app.tar", "--why", "opt/model", "--format", "json").report["images"][0]["why"]
    assert (gone["path"], gone["visible"], gone["bytes"], gone["all_bytes"]) == (
        "/opt/model",
        False,
        0,
        60_000,
    )
    assert [step["layer"] for step in gone["steps"]] == [0, 1]


@pytest.mark.usefixtures("archive")
def test_the_tree_below_a_path(run: Run) -> None:
    assert (
        run("image", "app.tar", "--tree", "/").out
        == """\
/  80 kB in 2 files
     80 kB 100%  opt/  (layer 0, 2)
     40 kB  50%    copy  (layer 2)
     40 kB  50%    keep  (layer 0)

1 image read.
"""
    )
    node = run("image", "app.tar", "--tree", "opt", "--top", "1", "--format", "json").report["images"][0][
        "tree"
    ]
    assert (node["bytes"], node["files"], len(node["children"]), node["more"]) == (80_000, 2, 1, 1)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--why", "/opt/none/x"), "no layer has /opt/none/x; there is /opt"),
        (("--why", "/none"), "no layer has /none"),
        (("--tree", "/opt/model"), "a container sees no /opt/model; there is /opt"),
    ],
)
@pytest.mark.usefixtures("archive")
def test_paths_that_are_not_there(run: Run, flags: tuple[str, ...], sentence: str) -> None:
    result = run("image", "app.tar", *flags, "--format", "json")
    assert result.status == 2
    assert result.report["errors"][0]["message"] == sentence


def test_the_format_of_dive(run: Run, tmp_path: Path) -> None:
    layers = [
        tar(
            [
                folder("a", 0o1777),
                Item("a/x", b"x" * 100, mode=0o4755),
                Item("a/y", b"y"),
                symlink("a/s", "x"),
            ]
        ),
        tar([Item("a/x", b"z" * 30)]),
        tar([Item("a/.wh.y"), Item("b", b"b")]),
    ]
    write(tmp_path / "app.tar", old_save(layers, commands=["one", "two", "three"]))
    result = run("image", "app.tar", "--format", "dive-json", "--format", "text=text")
    document = json.loads(result.out)
    assert document["image"] == {
        "sizeBytes": 132,
        "inefficientBytes": 101,
        "efficiencyScore": 31 / 132,
        "fileReference": [
            {"count": 2, "sizeBytes": 100, "file": "/a/x"},
            {"count": 1, "sizeBytes": 1, "file": "/a/y"},
        ],
    }
    assert [layer["command"] for layer in document["layer"]] == ["one", "two", "three"]
    files = document["layer"][0]["fileList"]
    # Go's bits: a folder with the sticky bit, setuid, a symbolic link.
    assert [file["fileMode"] for file in files] == [
        1 << 31 | 1 << 20 | 0o777,
        1 << 23 | 0o755,
        0o644,
        1 << 27 | 0o644,
    ]
    assert files[1] == {
        "path": "a/x",
        "typeFlag": 48,
        "linkName": "",
        "size": 100,
        "fileMode": 1 << 23 | 0o755,
        "uid": 0,
        "gid": 0,
        "isDir": False,
    }
    assert "inefficientBytes is 101, where dive itself says 131" in result.err
    assert (tmp_path / "text").read_text("utf-8").startswith("app.tar")


_REFUSED = old_save(
    [tar([folder("var/"), folder("var/task/"), Item("var/task/app.py"), Item("entry.sh", b"#!/bin/sh\n")])],
    commands=["COPY . /"],
    Entrypoint=["/entry.sh"],
    Cmd=["app.handler"],
    Env=["LAMBDA_TASK_ROOT=/var/task"],
)


def test_rules_tell_that_lambda_cannot_start_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", _REFUSED)
    result = run("image", "app.tar", "--format", "json")
    assert result.status == 1
    finding = next(entry for entry in result.report["findings"] if entry["rule"] == "LI806")
    assert finding["location"]["layer_path"] == "/entry.sh"
    assert finding["location"]["layer"]["index"] == 0
    verdict = result.report["images"][0]["verdict"]
    assert verdict["lambda_accepts"] is False
    assert finding["message"] in verdict["reasons"]


def test_a_rule_that_is_ignored_still_decides(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", _REFUSED)
    result = run("image", "app.tar", "--ignore", "LI8", "--format", "json")
    assert result.status == 0
    assert result.report["findings"] == []
    assert result.report["images"][0]["verdict"]["lambda_accepts"] is False
    assert run("image", "app.tar", "--select", "LI801").status == 0


def test_the_severity_that_fails(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "app.tar", old_save([tar([Item("a")])], commands=["COPY a /"]))
    assert run("image", "app.tar", "--target", "lambda").status == 1
    assert run("image", "app.tar", "--fail-on", "none").status == 2
    assert run("image", "app.tar", "--select", "LI899").status == 2


_LINES = "FROM public.ecr.aws/lambda/python:3.12\nCOPY dir /opt/\nRUN rm /opt/model\nCOPY a b\n"


@pytest.mark.usefixtures("archive")
def test_lines_of_the_dockerfile(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", _LINES.encode())
    report = run("image", "app.tar", "--dockerfile", "Dockerfile", "--format", "json").report
    layers = report["images"][0]["layers"]
    assert [layer["dockerfile_line"]["line"] for layer in layers] == [2, 3, 4]
    assert [layer["from_base"] for layer in layers] == [False, False, False]
    why = run("image", "app.tar", "--dockerfile", "Dockerfile", "--why", "/opt/model")
    assert "Dockerfile:3" in why.out


@pytest.mark.usefixtures("archive")
def test_the_dockerfile_of_another_image(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", b"FROM python\nRUN one\nRUN two\n")
    result = run("image", "app.tar", "--dockerfile", "Dockerfile", "--format", "json")
    assert all(layer["dockerfile_line"] is None for layer in result.report["images"][0]["layers"])
    assert "does not look like one made from Dockerfile" in result.err
    assert run("image", "app.tar", "--dockerfile", "none").status == 2
    assert run("image", "app.tar", "--dockerfile", "Dockerfile", "--target-stage", "x").status == 2


def test_no_report_shows_a_secret(run: Run, tmp_path: Path) -> None:
    token, password = "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5", "tr0ub4dor-and-3"
    image = old_save(
        [tar([Item("a", b"a")]), tar([Item("b", b"b")]), tar([Item("c", b"c")]), tar([Item("d", b"d")])],
        commands=[
            f"RUN |2 T={token} NPM_TOKEN={password} /bin/sh -c make",
            f"ENV A=b DB_PASSWORD={password} and more C=d",
            f"/bin/sh -c #(nop)  ENV DB_PASSWORD={password}",
            f"RUN /bin/sh -c echo root:{password} | chpasswd # buildkit",
        ],
        Env=[f"DB_PASSWORD={password}", f"OTHER={token}", "MODE=prod"],
    )
    write(tmp_path / "app.tar", image)
    formats = ("text", "json", "html", "markdown", "dive-json")
    for arguments in (*(("--format", name) for name in formats), ("--why", "/a"), ("--why", "/b")):
        shown = run("image", "app.tar", *arguments)
        assert "and more" not in shown.out
        assert token not in shown.out
        assert password not in shown.out
    assert "MODE=prod" in run("image", "app.tar", "--format", "json").out


def test_the_deciding_rules_are_those_tagged_so() -> None:
    tagged = {
        rule.code
        for rule in bundled_rules()
        if rule.family == "image" and "deploy" in bundled_text(rule.code).tags
    }
    assert tagged == DECIDING


@pytest.mark.parametrize("output", ["text", "json", "html", "sarif"])
def test_halves_of_characters(run: Run, tmp_path: Path, output: str) -> None:
    image = old_save([tar([Item("a")])], commands=["RUN \ud800"], Env=["A=\ud800"], WorkingDir="/\udfff")
    write(tmp_path / "app.tar", image)
    result = run("image", "app.tar", "--target", "lambda", "--format", output)
    assert result.status == 1
    assert "crashed" not in result.out + result.err


def test_the_same_image_gives_the_same_bytes(tmp_path: Path) -> None:
    names = [f"opt/package{number}/module{number % 7}.py" for number in range(60)]
    layers = [
        tar([Item(name, b"x" * 30_000) for name in names]),
        tar([Item(f"opt/package{number}/.wh.module{number % 7}.py") for number in range(0, 60, 2)]),
        tar([Item(name, b"y" * 20_000) for name in names[1::2]]),
        tar([Item(f"opt/.wh.package{number}") for number in range(0, 60, 5)]),
    ]
    write(tmp_path / "app.tar", old_save(layers, commands=["COPY a b", "RUN rm", "COPY c d", "RUN rm -r"]))
    for form in ("json", "text", "dive-json"):
        outputs = {
            process("image", "app.tar", "--format", form, cwd=tmp_path, PYTHONHASHSEED=seed).out
            for seed in ("1", "2", "3", "4")
        }
        assert len(outputs) == 1
