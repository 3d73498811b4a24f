"""Comments of hadolint, tally and BuildKit silence what they silence there."""

from __future__ import annotations

import pytest

from tests.lint.helpers import codes, lint_text

_HEAD = "FROM public.ecr.aws/lambda/python:3.14\n"
_INSTALL = "RUN pip install --upgrade boto3==1.40.0\n"
_TAIL = 'COPY app.py ./\nCMD ["app.handler"]\n'


def _lint(comment: str) -> list[str]:
    return codes(lint_text(_HEAD + comment + _INSTALL + _TAIL, selected=["LI402", "LI002"]))


def test_the_example_has_a_finding() -> None:
    assert _lint("") == ["LI402"]


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=DL3042\n",
        "#hadolint   ignore = DL3008 , DL3042\n",
        "# hadolint ignore=DL3042\n# why we keep it\n\n",
        "# hadolint global ignore=DL3042\n",
        "# tally ignore=hadolint/DL3042\n",
        "# tally ignore=DL3042;reason=the cache is wanted\n",
        "# tally global ignore=DL3042\n",
        "# tally ignore=all\n",
    ],
)
def test_a_comment_of_another_linter_counts(comment: str) -> None:
    assert _lint(comment) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=DL3008\n",
        "# hadolint ignore=DL9999\n",
        "# hadolint ignores=DL3042\n",
        "# we used hadolint ignore=DL3042 here\n",
        "# hadolint ignore=DL3042\nENV A=b\n",
    ],
)
def test_another_rule_another_word_or_another_place_does_not(comment: str) -> None:
    assert _lint(comment) == ["LI402"]


def test_it_is_listed_as_suppressed_with_its_reason() -> None:
    text = _HEAD + "# tally ignore=DL3042;reason=wanted\n" + _INSTALL + _TAIL
    (entry,) = lint_text(text, selected=["LI402"]).suppressed
    assert entry.suppression == ("inline", "wanted")


def test_an_equivalent_with_a_condition_silences_only_findings_that_meet_it() -> None:
    text = "FROM public.ecr.aws/lambda/python:3.12\n# hadolint ignore=DL3042\nRUN dnf install -y git && pip install boto3==1\n"
    (finding,) = lint_text(text + _TAIL, selected=["LI402"]).findings
    assert finding.details["manager"] != "pip"


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("# check=skip=JSONArgsRecommended\n", []),
        ("# check=skip=StageNameCasing,JSONArgsRecommended;error=true\n", []),
        ("# check=error=true;skip=all\n", []),
        ("# check=skip=StageNameCasing\n", ["LI201"]),
        ("# check=error=true\n", ["LI201"]),
    ],
)
def test_buildkits_directive_counts_for_the_whole_file(directive: str, expected: list[str]) -> None:
    text = directive + _HEAD + "COPY app.py ./\nCMD app.handler\n"
    assert codes(lint_text(text, selected=["LI201"])) == expected


def test_they_are_switched_off_with_our_own_comments() -> None:
    text = _HEAD + "# hadolint ignore=DL3042\n" + _INSTALL + _TAIL
    assert codes(lint_text(text, selected=["LI402"], honour_inline=False)) == ["LI402"]


@pytest.mark.parametrize("selector", ["hadolint/DL3042", "dl3042", "hadolint"])
def test_selectors_name_another_tools_rules(selector: str) -> None:
    text = _HEAD + _INSTALL + _TAIL
    assert codes(lint_text(text, selected=[selector])) == ["LI402"]
    assert codes(lint_text(text, selected=["LI402"], ignored=[selector])) == []
