"""The bundled rules, from the tables compiled out of rules/."""

from __future__ import annotations

from functools import cache

from lintimg.lint.rule import Equivalent, Rule, RuleText
from lintimg.model.report import RuleInfo

DOCUMENTATION = "https://github.com/lintimg/lintimg/blob/main/rules/docs/{code}.md"


@cache
def bundled_rules() -> tuple[Rule, ...]:
    """Every rule that ships with lintimg, by code."""
    from lintimg._generated.rule_table import ROWS

    return tuple(
        Rule(**{**row, "equivalents": tuple(Equivalent(*entry) for entry in row["equivalents"])})
        for row in ROWS
    )


@cache
def rules_by_code() -> dict[str, Rule]:
    """The bundled rules by their codes."""
    return {rule.code: rule for rule in bundled_rules()}


def bundled_text(code: str) -> RuleText:
    """The long texts of a bundled rule. Raises KeyError for another code."""
    from lintimg._generated.rule_texts import TEXTS

    return RuleText(*TEXTS[code])


def rule_info(rule: Rule, text: RuleText) -> RuleInfo:
    """What reports say about `rule`."""
    tools: dict[str, list[dict[str, object]]] = {}
    for equivalent in rule.equivalents:
        entry: dict[str, object] = {"code": equivalent.code}
        if equivalent.when:
            entry["when"] = dict(equivalent.when)
        tools.setdefault(equivalent.tool, []).append(entry)
    return RuleInfo(
        code=rule.code,
        name=rule.name,
        title=rule.title,
        family=rule.family,
        default_severity=rule.severity,
        description=rule.messages.get("", next(iter(rule.messages.values()))),
        rationale=text.rationale,
        help=rule.helps.get("", next(iter(rule.helps.values()))),
        tags=text.tags,
        references=text.references,
        equivalents={tool: tuple(entries) for tool, entries in tools.items()},
        url=DOCUMENTATION.format(code=rule.code),
    )
