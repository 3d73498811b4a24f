"""What holds for every fix of every rule: over all rule examples, the fixtures and Dockerfiles put together from both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintimg.dev.generate import RULES
from lintimg.dockerfile.document import Instruction
from lintimg.dockerfile.lexer import parse
from lintimg.lint.engine import FileResult
from lintimg.lint.fixing import Fixed, Fixer
from lintimg.lint.rulefile import load_rule_folder
from lintimg.model.finding import Finding, Fix, Problem
from lintimg.model.span import Position
from lintimg.text import SourceText

from .helpers import lint_text

_FIXTURES = Path(__file__).parents[2] / "fixtures"
_EXAMPLES = [
    (f"{file.rule.code}-{number}", example["dockerfile"].encode())
    for file in load_rule_folder(RULES)
    for number, example in enumerate((*file.bad, *file.good))
    if "dockerfile" in example
] + [(path.parent.name, path.read_bytes()) for path in sorted(_FIXTURES.rglob("Dockerfile"))]
_VARIANTS = {
    "plain": lambda data: data,
    "crlf": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "cut": lambda data: b"# \xff\xfe caf\xe9\n" + data.rstrip(b"\n"),
}


def _check(data: bytes) -> FileResult:
    # Everything is on: fixes of rules that are off by default must be as good.
    return lint_text(data, selected=["ALL"])


def _fix(data: bytes, only: Finding | None = None) -> Fixed:
    """`data` fixed; with `only` that finding's fix alone, and once."""
    found = _check(data)

    def check(texts: Mapping[str, bytes]) -> FileResult:
        return _check(texts["Dockerfile"]) if "Dockerfile" in texts else found

    left = [only] if only is not None else []

    def wanted(finding: Finding) -> bool:
        return only is None or finding in left

    def read(name: str) -> bytes | None:
        return data if name == "Dockerfile" else None

    return Fixer(check, read, wanted).fix(found)


def _offset(data: bytes, position: Position) -> int:
    """The offset in bytes, reckoned apart from lintimg's own way."""
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    before = text.split("\n")
    characters = "\n".join([*before[: position.line - 1], before[position.line - 1][: position.column - 1]])
    return len(characters.encode("utf-8", "surrogateescape")) + 3 * data.startswith(b"\xef\xbb\xbf")


def _spliced(data: bytes, fix: Fix) -> bytes:
    places = []
    for edit in fix.edits:
        assert edit.region is not None
        assert edit.path == "Dockerfile"
        places.append((_offset(data, edit.region.start), _offset(data, edit.region.end), edit.text))
    for start, end, text in sorted(places, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data


def _meaning(instruction: Instruction, source: SourceText) -> tuple[object, ...]:
    """What the builder reads of an instruction: not its place."""
    return (
        instruction.keyword,
        tuple(flag.text for flag in instruction.flags),
        tuple(word.text for word in instruction.arguments),
        instruction.json,
        tuple((heredoc.name, heredoc.content) for heredoc in instruction.heredocs),
        source.slice(instruction.span),
    )


def _untouched(data: bytes, fix: Fix) -> list[tuple[object, ...]]:
    source = SourceText("Dockerfile", data)
    spans = [(source.offset(e.region.start), source.offset(e.region.end)) for e in fix.edits if e.region]
    return [
        _meaning(instruction, source)
        for instruction in parse(source).instructions
        if not any(start <= instruction.span.end and instruction.span.start <= end for start, end in spans)
    ]


def _holds(data: bytes, *, sensible: bool = True) -> None:
    """What must hold for `data`; where it is not `sensible`, a fix may be taken back for what else is there."""

    def accepted(problem: Problem) -> bool:
        return not sensible and "would bring" in problem.message

    fixed = _fix(data)
    assert [problem.message for problem in fixed.problems if not accepted(problem)] == []
    text = fixed.texts.get("Dockerfile", data)
    again = _fix(text)
    assert again.applied == ()
    assert again.texts == {}
    findings = _check(data).findings
    if any(finding.rule == "LI000" for finding in findings):
        assert fixed.texts == {}
        return
    for finding in findings:
        if finding.fix is None or any(edit.region is None for edit in finding.fix.edits):
            continue
        after = _spliced(data, finding.fix)
        alone = _fix(data, finding)
        if any(map(accepted, alone.problems)):
            continue
        assert alone.problems == ()
        assert alone.texts == {"Dockerfile": after}
        source = SourceText("Dockerfile", after)
        left = [_meaning(instruction, source) for instruction in parse(source).instructions]
        for meaning in _untouched(data, finding.fix):
            assert meaning in left, finding.rule
            del left[: left.index(meaning) + 1]


@pytest.mark.parametrize("variant", _VARIANTS)
@pytest.mark.parametrize("data", [data for _, data in _EXAMPLES], ids=[name for name, _ in _EXAMPLES])
def test_fixes_of_examples(data: bytes, variant: str) -> None:
    _holds(_VARIANTS[variant](data))


def _instructions() -> list[bytes]:
    found = set()
    for _, data in _EXAMPLES:
        source = SourceText("Dockerfile", data)
        found |= {source.encode(source.slice(i.span)) for i in parse(source).instructions}
    return sorted(found)


_BASES = [text for text in _instructions() if text.upper().startswith(b"FROM")]
_OTHERS = [text for text in _instructions() if not text.upper().startswith(b"FROM")]


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(_BASES), st.lists(st.sampled_from(_OTHERS), max_size=6)),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from(sorted(_VARIANTS)),
)
def test_fixes_of_any_dockerfile(stages: list[tuple[bytes, list[bytes]]], variant: str) -> None:
    lines = [line for base, others in stages for line in (base, *others)]
    _holds(_VARIANTS[variant](b"\n".join(lines) + b"\n"), sensible=False)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from(_OTHERS + _BASES)), max_size=8))
def test_fixes_of_any_bytes(parts: list[bytes]) -> None:
    data = b"".join(parts)
    fixed = _fix(data)
    text = fixed.texts.get("Dockerfile", data)
    assert (text == data) is (not fixed.applied)
    assert _check(text).errors == ()
