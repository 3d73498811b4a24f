"""`lintimg explain`: a rule's whole story."""

from __future__ import annotations

import sys
import textwrap

from lintimg.cli.options import UsageError
from lintimg.lint.rule import Rule, RuleText
from lintimg.lint.selection import UnknownSelectorError, choose
from lintimg.lint.table import bundled_rules, bundled_text, rules_by_code


def run_explain(rule: str | None, search: str | None) -> int:
    """Prints the rules asked for; the exit status."""
    if (rule is None) == (search is None):
        raise UsageError("name one rule (lintimg explain LI402) or search for one (--search TEXT)")
    if search is not None:
        return _search(search)
    try:
        codes = choose(rule or "", bundled_rules()).codes
    except UnknownSelectorError as error:
        raise UsageError(str(error)) from error
    pages = [_page(rules_by_code()[code], bundled_text(code)) for code in codes]
    sys.stdout.write("\n\n".join(pages) + "\n")
    return 0


def _search(text: str) -> int:
    words = text.lower().split()
    found = []
    for rule in bundled_rules():
        story = bundled_text(rule.code)
        where = " ".join(
            (
                rule.code,
                rule.name,
                rule.title,
                *rule.messages.values(),
                *rule.helps.values(),
                story.rationale,
                *story.search,
            )
        ).lower()
        exact = text.lower() in " ".join(story.search).lower()
        if exact or all(word in where for word in words):
            found.append((not exact, rule))
    if not found:
        sys.stderr.write(f"lintimg: no rule speaks of {text!r}; lintimg rules lists them all\n")
        return 1
    for _, rule in sorted(found, key=lambda entry: (entry[0], entry[1].code)):
        sys.stdout.write(f"{rule.code}  {rule.name}: {rule.title}\n")
    return 0


def _page(rule: Rule, text: RuleText) -> str:
    state = rule.severity if rule.default else f"{rule.severity}, off by default"
    parts = [f"{rule.code} {rule.name}", f"{rule.title}. ({state}; for {', '.join(rule.applies_to)})", ""]
    for paragraph in text.rationale.split("\n\n"):
        parts += [*textwrap.wrap(paragraph, 96), ""]
    for variant, message in rule.helps.items():
        parts += textwrap.wrap(
            f"Do{f' ({variant})' if variant else ''}: {message}", 96, subsequent_indent="    "
        )
    parts.append("")
    for number, bad in enumerate(text.bad[:2]):
        parts += ["Instead of", "", textwrap.indent(bad.rstrip(), "    "), ""]
        fixed = text.fixed[number]
        if fixed is not None:
            parts += ["write", "", textwrap.indent(fixed.rstrip(), "    "), ""]
    if text.good and not any(text.fixed[:2]):
        parts += ["This is fine:", "", textwrap.indent(text.good[0].rstrip(), "    "), ""]
    parts += [f"To silence it: # lintimg: ignore[{rule.code}] reason, on a line above the instruction.", ""]
    if rule.equivalents:
        elsewhere = ", ".join(f"{entry.code} ({entry.tool})" for entry in rule.equivalents)
        parts += [*textwrap.wrap(f"Elsewhere: {elsewhere}", 96, subsequent_indent="    "), ""]
    parts += [f"See {reference}" for reference in text.references]
    return "\n".join(parts).rstrip()
