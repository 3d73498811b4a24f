"""How selectors choose rules and findings."""

from __future__ import annotations

import pytest

from lintimg.lint.rule import Equivalent, Rule
from lintimg.lint.selection import Selection, UnknownSelectorError, select


def rule(code: str, name: str, family: str, *, default: bool = True, **equivalents: str) -> Rule:
    return Rule(
        code,
        name,
        name,
        family,
        "warning",
        ("lambda",),
        default,
        {"": "m"},
        {"": "h"},
        "x.y",
        None,
        None,
        None,
        tuple(Equivalent("hadolint", other, {"manager": manager}) for manager, other in equivalents.items()),
    )


RULES = (
    rule("LI000", "syntax-error", "file"),
    rule("LI402", "package-cache-left", "size", pip="DL3042", apt="DL3009"),
    rule("LI403", "cleanup-in-later-layer", "size"),
    rule("LI499", "rarely-wanted", "size", default=False),
)


def codes(selection: Selection) -> list[str]:
    return [r.code for r in selection.rules if selection.runs(r)]


def test_the_default_set_leaves_out_rules_that_are_off() -> None:
    assert codes(select(RULES)) == ["LI000", "LI402", "LI403"]


@pytest.mark.parametrize("selector", ["LI402", "li402", "package-cache-left"])
def test_a_rule_is_chosen_by_code_or_name(selector: str) -> None:
    assert codes(select(RULES, [selector])) == ["LI000", "LI402"]


def test_prefix_and_family_choose_off_rules_too() -> None:
    assert (
        codes(select(RULES, ["LI4"]))
        == codes(select(RULES, ["size"]))
        == ["LI000", "LI402", "LI403", "LI499"]
    )


def test_all_chooses_everything_and_ignore_wins() -> None:
    assert codes(select(RULES, ["ALL"], ignore=["LI403"])) == ["LI000", "LI402", "LI499"]


def test_extend_adds_to_the_default_set() -> None:
    assert codes(select(RULES, extend=["LI499"])) == ["LI000", "LI402", "LI403", "LI499"]


def test_the_syntax_error_cannot_be_switched_off() -> None:
    selection = select(RULES, ["LI402"], ignore=["LI000"])
    assert selection.keeps(RULES[0], {})


def test_a_foreign_code_means_only_the_findings_whose_details_match() -> None:
    ignoring = select(RULES, ignore=["DL3042"])
    assert not ignoring.keeps(RULES[1], {"manager": "pip"})
    assert ignoring.keeps(RULES[1], {"manager": "apt"})
    choosing = select(RULES, ["dl3042"])
    assert choosing.keeps(RULES[1], {"manager": "pip"})
    assert not choosing.keeps(RULES[1], {"manager": "apt"})


def test_an_unknown_selector_names_the_nearest() -> None:
    with pytest.raises(UnknownSelectorError, match="did you mean LI402"):
        select(RULES, ["LI4022"])
    with pytest.raises(UnknownSelectorError, match="names no rule"):
        select(RULES, ["zzzzzz"])
