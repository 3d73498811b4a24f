"""What the engine makes of hits: findings, suppressions, errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lintimg.lint.rule import Equivalent, Hit, HitEdit, Rule
from lintimg.lint.subject import Subject
from lintimg.model.span import Position, Region

from .helpers import codes, lint_text

_SILENT = "FROM debian:12\nRUN true\n"


def _runs(subject: Subject) -> Iterator[Hit]:
    """A hit on the keyword of every RUN."""
    for stage in subject.build.stages:
        for step in stage.steps:
            if step.instruction.keyword == "RUN":
                span = step.instruction.keyword_span
                yield Hit(span, {"word": "RUN"}, (HitEdit(span, "run"),), details={"manager": "pip"})


def _crash(_: Subject) -> Iterator[Hit]:
    raise ZeroDivisionError("oops")


_CHECKS = {"t.runs": _runs, "t.crash": _crash}


def _rule(code: str, check: str, *, default: bool = True) -> Rule:
    return Rule(
        code=code,
        name=f"name-{code.lower()}",
        title="t",
        family="size",
        severity="warning",
        applies_to=("lambda", "generic"),
        default=default,
        messages={"": "{word} is here", "unknown": "{selector}", "malformed": "{why}"},
        helps={"": "Remove {word}", "unknown": "h", "malformed": "h"},
        check=check,
        match=None,
        fix_title="Lower {word}",
        fix_applicability="safe",
        equivalents=(Equivalent("hadolint", "DL3042", {"manager": "pip"}),),
    )


_UNUSED = _rule("LI002", "engine")._replace(
    messages={"": "{selector} unused", "unknown": "{selector}", "malformed": "{why}"},
    helps={"": "h"},
    fix_title="Remove {selector}",
    severity="info",
)
_RULES = (_UNUSED, _rule("LI402", "t.runs"), _rule("LI409", "t.runs", default=False))


def test_a_hit_becomes_a_finding_with_place_message_fix_and_fingerprint() -> None:
    result = lint_text(_SILENT, rules=_RULES, find=_CHECKS.__getitem__)
    (finding,) = result.findings
    assert finding.rule == "LI402"
    assert finding.message == "RUN is here"
    assert finding.help == "Remove RUN"
    assert finding.location.region == Region(Position(2, 1), Position(2, 4))
    assert [line.text for line in finding.location.excerpt] == ["RUN true"]
    assert finding.fix is not None
    assert finding.fix.title == "Lower RUN"
    assert len(finding.fingerprint) == 16


def test_the_fingerprint_survives_moved_lines_and_tells_equal_instructions_apart() -> None:
    one = lint_text("FROM debian:12\nRUN true\nRUN true\n", rules=_RULES, find=_CHECKS.__getitem__).findings
    two = lint_text(
        "# x\n\nFROM debian:12\n\nRUN   true\nRUN true\n", rules=_RULES, find=_CHECKS.__getitem__
    ).findings
    assert [f.fingerprint for f in one] == [f.fingerprint for f in two]
    assert len({f.fingerprint for f in one}) == 2


def test_a_crashing_rule_is_an_error_and_hides_no_other() -> None:
    rules = (_rule("LI401", "t.crash"), *_RULES)
    result = lint_text(_SILENT, rules=rules, find=_CHECKS.__getitem__)
    assert codes(result) == ["LI402"]
    (problem,) = result.errors
    assert problem.rule == "LI401"
    assert "oops" in problem.message


@pytest.mark.parametrize(
    "comment",
    [
        "# lintimg: ignore[LI402] why",
        "#lintimg:ignore[name-li402]",
        "# lintimg: ignore[LI4, LI409] x",
        "# lintimg: ignore[DL3042]",
    ],
)
def test_a_comment_above_silences_the_instruction(comment: str) -> None:
    result = lint_text(
        f"FROM debian:12\n{comment}\nRUN true\nRUN true\n", rules=_RULES, find=_CHECKS.__getitem__
    )
    assert [f.location.region.start.line for f in result.findings if f.rule == "LI402"] == [4]
    assert [s.suppression.kind for s in result.suppressed] == ["inline"]


def test_the_reason_is_kept() -> None:
    result = lint_text(
        "FROM debian:12\n# lintimg: ignore[LI402] we need it\nRUN true\n",
        rules=_RULES,
        find=_CHECKS.__getitem__,
    )
    assert result.suppressed[0].suppression.reason == "we need it"


def test_a_comment_inside_a_run_silences_the_statement_below_it() -> None:
    def words(subject: Subject) -> Iterator[Hit]:
        for stage in subject.build.stages:
            for step in stage.steps:
                text, start = subject.document.source.text, step.instruction.span.start
                at = text.find("bad", start)
                while at >= 0:
                    yield Hit(step.instruction.keyword_span._replace(start=at, end=at + 3), {"word": "bad"})
                    at = text.find("bad", at + 1)

    text = "FROM debian:12\nRUN bad && \\\n    # lintimg: ignore[LI402]\n    a \\\n      bad && \\\n    bad\n"
    result = lint_text(text, rules=_RULES, find={"t.runs": words}.__getitem__)
    assert [f.location.region.start.line for f in result.findings] == [2, 6]


def test_a_file_comment_silences_everywhere() -> None:
    result = lint_text(
        "# lintimg: file-ignore[LI402]\nFROM debian:12\nRUN true\n", rules=_RULES, find=_CHECKS.__getitem__
    )
    assert codes(result) == []
    assert result.suppressed[0].suppression.kind == "file"


def test_inline_comments_can_be_switched_off() -> None:
    text = "FROM debian:12\n# lintimg: ignore[LI402]\nRUN true\n"
    assert codes(lint_text(text, rules=_RULES, find=_CHECKS.__getitem__, honour_inline=False)) == ["LI402"]


@pytest.mark.parametrize(
    ("comment", "column"),
    [
        ("# lintimg: ignore[LI402]", 19),
        ("# lintimg: ignore[LI9999]", 19),
        ("# lintimg: ignore", 1),
        ("# lintimg: nonsense[LI402]", 1),
    ],
)
def test_a_comment_that_does_nothing_is_reported(comment: str, column: int) -> None:
    result = lint_text(f"FROM debian:12\n{comment}\nUSER x\n", rules=_RULES, find=_CHECKS.__getitem__)
    assert codes(result) == ["LI002"]
    assert result.findings[0].location.region.start == Position(2, column)


def test_an_ignore_of_a_rule_that_did_not_run_is_not_called_unused() -> None:
    text = "FROM debian:12\n# lintimg: ignore[LI409]\nUSER x\n"
    assert codes(lint_text(text, rules=_RULES, find=_CHECKS.__getitem__)) == []


def test_configuration_silences_and_overrides_severity() -> None:
    result = lint_text(_SILENT, rules=_RULES, find=_CHECKS.__getitem__, path_ignored=["LI402"])
    assert codes(result) == []
    assert result.suppressed[0].suppression.kind == "config"
    (finding,) = lint_text(
        _SILENT, rules=_RULES, find=_CHECKS.__getitem__, severities={"LI402": "error"}
    ).findings
    assert finding.severity == "error"


def test_a_target_can_be_declared_in_the_file() -> None:
    result = lint_text("# lintimg: target=lambda\nFROM debian:12\n", rules=_RULES, find=_CHECKS.__getitem__)
    assert result.report.kind == "lambda"


def test_a_rule_is_only_asked_where_what_it_needs_occurs() -> None:
    needing = _rule("LI402", "t.crash")._replace(needs=("healthcheck",))
    assert lint_text("FROM debian:12\nRUN true\n", rules=(needing,), find=_CHECKS.__getitem__).errors == ()
    text = "FROM debian:12\nHealthCheck NONE\n"
    assert len(lint_text(text, rules=(needing,), find=_CHECKS.__getitem__).errors) == 1
