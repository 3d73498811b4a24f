"""What is compiled from rules/ is what rules/ says."""

from __future__ import annotations

from lintimg.checks.registry import find_check
from lintimg.dev.generate import ROOT, sync
from lintimg.lint.table import bundled_rules, bundled_text, rule_info


def test_generated_files_are_fresh() -> None:
    assert sync(check=True) == 0


def test_every_rule_has_its_check() -> None:
    for rule in bundled_rules():
        if rule.check not in (None, "engine"):
            assert callable(find_check(rule.check or ""))


def test_every_rule_can_be_explained() -> None:
    for rule in bundled_rules():
        info = rule_info(rule, bundled_text(rule.code))
        assert info.rationale
        assert info.description
        assert info.help


def test_every_rule_links_to_its_page() -> None:
    for rule in bundled_rules():
        path = rule_info(rule, bundled_text(rule.code)).url.split("/blob/main/")[1]
        page = (ROOT / path).read_text(encoding="utf-8")
        assert page.startswith(f"# {rule.code} {rule.name}\n")
        assert f"(docs/{rule.code}.md)" in (ROOT / "rules" / "README.md").read_text(encoding="utf-8")


def test_codes_and_names_are_unique() -> None:
    rules = bundled_rules()
    assert len({rule.code for rule in rules}) == len(rules)
    assert len({rule.name for rule in rules}) == len(rules)
