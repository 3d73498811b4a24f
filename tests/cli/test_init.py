"""`lintimg init`: a configuration to start from, or hadolint's in our words."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lintimg.settings.values import read_values

from .conftest import Run, write

_HADOLINT = """\
failure-threshold: error
ignored:
  - DL3006
  - DL9999
override:
  error: [DL3042]
  style: [DL3007]
trustedRegistries:
  - docker.io
  - "*.gcr.io"
no-fail: true
label-schema: {author: text}
strange: 1
"""


def _settings(text: str) -> dict[str, object]:
    data: dict[str, object] = YAML(typ="safe", pure=True).load(text)
    read_values(data)
    return data


def test_hadolints_configuration_is_taken_over(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".hadolint.yaml", _HADOLINT)
    result = run("init", "--from", ".hadolint.yaml")
    assert (result.status, result.out) == (0, "")
    text = (tmp_path / ".lintimg.yaml").read_text()
    settings = _settings(text)
    assert settings["fail-on"] == "error"
    assert settings["ignore"] == ["DL3006"]
    assert settings["severity"] == {"LI104": "info", "LI402": "error", "LI414": "error"}
    assert settings["trusted-bases"] == ["docker.io/*", "*.gcr.io/*"]
    assert settings["label-schema"] == {"author": "text"}
    for word in ("DL9999", "no-fail", "strange"):
        assert any(line.startswith("#") and word in line for line in text.splitlines()), word


def test_what_was_ignored_stays_ignored(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile", "FROM debian\nRUN pip install boto3==1.40.0\n")
    before = run("check", "--format", "json").report
    assert "LI104" in {finding["rule"] for finding in before["findings"]}
    write(tmp_path / ".hadolint.yaml", "ignored: [DL3006]\n")
    run("init", "--from", ".hadolint.yaml")
    after = run("check", "--format", "json").report
    assert "LI104" not in {finding["rule"] for finding in after["findings"]}


def test_an_empty_configuration_keeps_hadolints_threshold(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".hadolint.yaml", "")
    assert _settings(run("init", "--from", ".hadolint.yaml", "--output", "-").out) == {"fail-on": "info"}
    assert not (tmp_path / ".lintimg.yaml").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ignored: DL3008\n", "ignored must be a list of texts"),
        ("override: [x]\n", "override must map"),
        ("override: {loud: [DL3008]}\n", "loud is none of error"),
        ("failure-threshold: 3\n", "is no severity"),
        ("a: [\n", ".hadolint.yaml:"),
        ("- a\n", "must be a mapping"),
    ],
)
def test_a_configuration_hadolint_would_refuse(run: Run, tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path / ".hadolint.yaml", text)
    result = run("init", "--from", ".hadolint.yaml")
    assert (result.status, result.out) == (2, "")
    assert words in result.err
    assert not (tmp_path / ".lintimg.yaml").exists()


def test_a_fitting_configuration_changes_nothing_by_itself(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "api/Dockerfile", 'FROM public.ecr.aws/lambda/python\nCOPY . .\nCMD ["app.handler"]\n')
    write(tmp_path / "tools/Dockerfile", "FROM ghcr.io/acme/tool\nRUN make\n")
    before = run("check", "--format", "json").out
    result = run("init")
    text = (tmp_path / ".lintimg.yaml").read_text()
    assert result.status == 0
    assert "api/Dockerfile: lambda" in text
    assert '"ghcr.io/acme/*"' in text
    assert _settings(text) == {"fail-on": "warning"}
    assert run("check", "--format", "json").out == before


def test_every_suggestion_is_a_setting_when_uncommented(run: Run, tmp_path: Path) -> None:
    text = run("init", "--output", "-").out
    keys = [
        line.removeprefix("# ")
        for line in text.splitlines()
        if line.startswith(("# ", "#  ")) and ":" in line
    ]
    wanted = ("target:", "ignore:", "extend-select:", "severity:", "trusted-bases:", "exclude:", "max-size:")
    settings = [line for line in keys if line.startswith(wanted)]
    assert len(settings) == len(wanted)
    _settings("\n".join(settings))


def test_it_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".lintimg.yaml", "fail-on: error\n")
    result = run("init")
    assert result.status == 2
    assert "--output -" in result.err
    assert (tmp_path / ".lintimg.yaml").read_text() == "fail-on: error\n"


def test_it_tells_of_hadolints_configuration(run: Run, tmp_path: Path) -> None:
    write(tmp_path / ".hadolint.yaml", "ignored: []\n")
    assert "lintimg init --from .hadolint.yaml" in run("init").err
