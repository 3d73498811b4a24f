"""Configuration files: what they may say, and where a mistake is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from lintimg.cli.schema import schema_text
from lintimg.settings.configuration import (
    ConfigurationError,
    configuration_in,
    for_path,
    load_configuration,
)
from lintimg.settings.values import Configuration

_GOOD = """\
target: lambda
context: .
build-args: {VERSION: "3.14", NUMBER: 3}
select: [LI1, cache]
extend-select: LI303
ignore: [DL3042]
severity: {LI402: info}
per-path-ignores: {"legacy/**": [LI103]}
exclude: [vendor]
trusted-bases: ["ghcr.io/acme/*"]
max-size: 2GB
fail-on: error
fail-deprecated: true
paths:
  tools/*: {target: generic, ignore: [LI101]}
"""

_BAD = [
    ("ignroe: [LI402]\n", "1:1: unknown key ignroe, did you mean ignore?"),
    (
        "\n\ntarget: lamda\n",
        "3:1: target: lamda is none of auto, lambda, generic, bundling, builder, did you mean lambda?",
    ),
    ("severity:\n  LI402: hgih\n", "2:3: severity: LI402: hgih is none of error, warning, info"),
    ("max-size: huge\n", "1:1: max-size: 'huge' is no size; write one such as 500MB, 2GB or 1GiB"),
    ("fail-deprecated: maybe\n", "1:1: fail-deprecated: must be true or false"),
    ("select: 3\n", "1:1: select: must be a list of texts"),
    ("paths:\n  a:\n    exclude: [x]\n", "3:5: paths: a: unknown key exclude"),
    ("a: [\n", "2:1: "),
    ("- LI402\n", "1:1: must be a mapping"),
    ("build-args: {V: 3.10}\n", "1:14: build-args: V: must be text: put 3.1 in quotes"),
    ("build-args: {V: true}\n", "1:14: build-args: V: must be text: put true in quotes"),
    ("max-size: -1\n", "1:1: max-size: -1 is no size"),
    ("context: nowhere\n", "1:1: nowhere is no folder"),
    ("select: []\npaths:\n  a: {context: nowhere}\n", "3:7: nowhere is no folder"),
    ("extend-rules:\n- x\n", "2:3: x is no folder"),
    ("1: 2\n", "1:1: unknown key 1"),
    ("target: [a]\n", "1:1: target: a list is none of"),
]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    configuration = load_configuration(_write(tmp_path / ".lintimg.yaml", _GOOD)).configuration
    assert configuration.target == "lambda"
    assert configuration.build_args == {"VERSION": "3.14", "NUMBER": "3"}
    assert configuration.select == ("LI1", "cache")
    assert configuration.extend_select == ("LI303",)
    assert configuration.severity == {"LI402": "info"}
    assert configuration.per_path_ignores == {"legacy/**": ("LI103",)}
    assert configuration.max_size == 2_000_000_000
    assert configuration.fail_on == "error"
    assert configuration.fail_deprecated is True


def test_pyproject_says_the_same(tmp_path: Path) -> None:
    text = '[tool.lintimg]\ntarget = "lambda"\nmax-size = "1GiB"\n[tool.lintimg.severity]\nLI402 = "info"\n'
    configuration = load_configuration(_write(tmp_path / "pyproject.toml", text)).configuration
    assert (configuration.target, configuration.max_size) == ("lambda", 1 << 30)
    assert configuration.severity == {"LI402": "info"}


@pytest.mark.parametrize(("text", "message"), _BAD)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = _write(tmp_path / ".lintimg.yaml", text)
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_a_pyproject_without_our_table_says_nothing(tmp_path: Path) -> None:
    path = _write(tmp_path / "pyproject.toml", "# [tool.lintimg]\ntool = 3\n")
    assert load_configuration(path).configuration == Configuration()


@pytest.mark.parametrize(
    "text",
    ["# [tool.lintimg]\n[tool]\nlintimg = 3\n", "[tool.lintimg]\nselect = 1979-01-01\n", "[tool.lintimg"],
)
def test_odd_pyprojects_give_one_sentence(tmp_path: Path, text: str) -> None:
    path = _write(tmp_path / "pyproject.toml", text)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml:\d+:\d+: "):
        load_configuration(path)


def test_a_mistake_in_pyproject_is_named_with_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path / "pyproject.toml", '[project]\nname = "x"\n\n[tool.lintimg]\nignroe = []\n')
    with pytest.raises(
        ConfigurationError, match=r"pyproject\.toml:5:1: unknown key ignroe, did you mean ignore"
    ):
        load_configuration(path)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "a: " + "x" * 300_000,
        "\0",
        "a: !!python/object:os.system x",
        "a" * 200_000 + ": 1",
        "max-size: " + "9" * 5_000,
        "max-size: " + "9" * 400 + "GB",
        'context: "a\\0b"',
        "? [a, b]\n: 1\n",
        "a: &a [x]\n" + "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 9)),
        "l: &l0 [x]\n"
        + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 20))
        + "target: *l19\n",
        "target: !!float nonsense",
        "&a a: *a",
        "? ",
        "%YAML 9.9\n---\na: 1",
        "a: 2026-99-99",
    ],
)
def test_hostile_files_give_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError):
        load_configuration(_write(tmp_path / ".lintimg.yaml", text))


@pytest.mark.parametrize("text", [_GOOD, "{}", *(text for text, _ in _BAD[:7] + _BAD[9:12] + _BAD[15:])])
def test_the_schema_accepts_what_the_reader_accepts(tmp_path: Path, text: str) -> None:
    try:
        load_configuration(_write(tmp_path / ".lintimg.yaml", text))
        accepted = True
    except ConfigurationError:
        accepted = False
    schema: dict[str, Any] = json.loads(schema_text("config"))
    document = YAML(typ="safe", pure=True).load(text)
    assert jsonschema.Draft202012Validator(schema).is_valid(document) is accepted


def test_a_folder_has_a_configuration_or_not(tmp_path: Path) -> None:
    assert configuration_in(tmp_path) is None
    _write(tmp_path / "pyproject.toml", "[tool.other]\n")
    assert configuration_in(tmp_path) is None
    _write(tmp_path / "pyproject.toml", "[tool.lintimg]\n")
    assert configuration_in(tmp_path) == tmp_path / "pyproject.toml"
    _write(tmp_path / ".lintimg.yaml", "ignore: []\n")
    assert configuration_in(tmp_path) == tmp_path / ".lintimg.yaml"


def test_paths_lay_values_over_the_rest(tmp_path: Path) -> None:
    loaded = load_configuration(_write(tmp_path / ".lintimg.yaml", _GOOD))
    assert for_path(loaded, tmp_path / "tools" / "Dockerfile").target == "generic"
    assert for_path(loaded, tmp_path / "app" / "Dockerfile").target == "lambda"
