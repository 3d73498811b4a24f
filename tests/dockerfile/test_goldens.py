"""BuildKit's own answers (its parser of 2026-08) to hard Dockerfiles and to variable expansion."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from lintimg.dockerfile.document import Instruction
from lintimg.dockerfile.expand import ExpansionError, expand
from lintimg.dockerfile.lexer import parse
from lintimg.text import SourceText

_DATA = Path(__file__).parent / "data"
_CASES = [
    json.loads(line) for line in (_DATA / "dockerfile_cases.jsonl").read_text("utf-8").strip().split("\n")
]
_WORDS = [
    json.loads(line) for line in (_DATA / "word_expansion.jsonl").read_text("utf-8").strip().split("\n")
]


def _shown(text: str) -> str:
    """Text in the goldens' notation: what is not UTF-8 comes as base64 or replaced."""
    data = text.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\0b64:" + base64.b64encode(data).decode()


def _node(instruction: Instruction) -> dict[str, Any]:
    return {
        "keyword": instruction.keyword,
        "flags": [flag.text for flag in instruction.flags],
        "arguments": [_shown(word.text) for word in instruction.arguments],
        "json": instruction.json,
    }


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_parses_as_buildkit(case: dict[str, Any]) -> None:
    document = parse(SourceText("Dockerfile", base64.b64decode(case["base64"])))
    messages = [problem.message for problem in document.problems]
    if case["error"] or case["instruction_error"]:
        wanted = case["error"] or case["instruction_error"].partition(": ")[2]
        assert wanted in messages
        return
    assert messages == []
    assert document.escape == case["escape"]
    assert len(document.instructions) == len(case["nodes"])
    for instruction, node in zip(document.instructions, case["nodes"], strict=True):
        found = _node(instruction)
        if case["name"] == "nonutf8" and node["keyword"] == "LABEL":
            node["arguments"][1] = _shown('"caf\udce9"')
        assert found == {key: node[key].upper() if key == "keyword" else node[key] for key in found}
        assert (instruction.start_line, instruction.end_line) == (node["start"], node["end"])
        assert [
            {"name": h.name, "content": h.content, "expand": h.expand, "chomp": h.chomp}
            for h in instruction.heredocs
        ] == node["heredocs"]
        if node["trigger"] is not None:
            assert instruction.trigger is not None
            trigger = node["trigger"]
            assert _node(instruction.trigger) == {**trigger, "keyword": trigger["keyword"].upper()}


@pytest.mark.parametrize("row", _WORDS, ids=[f"{n}:{row['word']}" for n, row in enumerate(_WORDS)])
def test_expands_as_buildkit(row: dict[str, Any]) -> None:
    if row["error"] is not None:
        with pytest.raises(ExpansionError):
            expand(row["word"], row["env"], row["escape"])
    else:
        assert expand(row["word"], row["env"], row["escape"]) == row["result"]


def test_a_line_of_64_kilobytes_is_refused_and_one_below_is_not() -> None:
    short = parse(SourceText("Dockerfile", b"FROM a\nRUN echo " + b"x" * 60_000 + b"\nRUN x\n"))
    assert [i.keyword for i in short.instructions] == ["FROM", "RUN", "RUN"]
    assert short.problems == ()
    long = parse(SourceText("Dockerfile", b"FROM a\nRUN echo " + b"x" * 70_000 + b"\nRUN x\n"))
    assert [p.message for p in long.problems] == ["dockerfile line greater than max allowed size of 65535"]
    assert [i.keyword for i in long.instructions] == ["FROM"]
