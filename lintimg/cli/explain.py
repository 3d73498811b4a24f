"""`lintimg explain`: a rule's whole story."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping

from lintimg.cli.options import UsageError
from lintimg.cli.output import Output, open_output
from lintimg.lint.rule import Rule, RuleText
from lintimg.lint.selection import Choice, UnknownSelectorError, choose
from lintimg.lint.table import bundled_rules, bundled_text, rules_by_code
from lintimg.model.finding import KINDS

_WIDEST = 100
_PAGES = 3
"""A selector that names more rules than this gets a list of them."""


def run_explain(rule: str | None, search: str | None) -> int:
    """Prints the rules asked for; the exit status. Raises UsageError."""
    if (rule is None) == (search is None):
        raise UsageError("name one rule (lintimg explain LI402) or search for one (--search TEXT)")
    output = open_output("auto")
    if search is not None:
        return _search(search, output)
    try:
        choice = choose(rule or "", bundled_rules())
    except UnknownSelectorError as error:
        raise UsageError(f"{error}; lintimg explain --search TEXT looks for words") from error
    rules = [rules_by_code()[code] for code in choice.codes]
    if len(rules) > _PAGES:
        output.write("".join(_line(rule) for rule in rules))
        return 0
    width = min(output.width, _WIDEST)
    pages = [
        "\n".join([*_elsewhere(choice, rule), *_page(rule, bundled_text(rule.code), width)]) for rule in rules
    ]
    output.write("\n\n".join(page.rstrip() for page in pages) + "\n")
    return 0


def _line(rule: Rule) -> str:
    return f"{rule.code}  {rule.name}: {rule.title}\n"


def _search(text: str, output: Output) -> int:
    from lintimg.cli.rule_search import search_rules

    found = search_rules(text, ((rule, bundled_text(rule.code)) for rule in bundled_rules()))
    if not found:
        sys.stderr.write(f"lintimg: no rule speaks of {text!r}; lintimg rules lists them all\n")
        return 1
    output.write("".join(_line(rule) for rule in found))
    return 0


def _elsewhere(choice: Choice, rule: Rule) -> Iterator[str]:
    """What another tool's code means here."""
    wanted = choice.selector.lower()
    tools = sorted({equivalent.tool for equivalent in rule.equivalents if equivalent.code.lower() == wanted})
    if not tools or wanted == rule.code.lower():
        return
    conditions = " or ".join(_condition(condition) for condition in choice.codes[rule.code])
    only = f" where {conditions}" if conditions else ""
    yield f"{choice.selector} of {' and '.join(tools)} is {rule.code} here{only}."
    yield ""


def _condition(condition: Mapping[str, str]) -> str:
    return " and ".join(f"{key} is {value}" for key, value in condition.items())


def _page(rule: Rule, text: RuleText, width: int) -> Iterator[str]:
    def wrapped(paragraph: str, first: str = "", rest: str = "") -> list[str]:
        return textwrap.wrap(
            paragraph,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=False,
        )

    state = rule.severity if rule.default else f"{rule.severity}, off by default"
    kinds = "all" if set(rule.applies_to) == set(KINDS) else ", ".join(rule.applies_to)
    yield f"{rule.code} {rule.name}  ({state}; family {rule.family}; for {kinds} files)"
    yield f"{rule.title}."
    yield ""
    for paragraph in text.rationale.rstrip().split("\n\n"):
        yield from wrapped(paragraph)
        yield ""
    yield "What to do"
    for variant, remedy in rule.helps.items():
        yield from wrapped(remedy, f"  {variant}: " if variant else "  ", "      ")
    yield ""
    yield from _examples(text)
    if rule.code != "LI000":
        yield "Silence it with a line above the instruction"
        yield f"  # lintimg: ignore[{rule.code}] why"
        yield ""
    tools: dict[str, list[str]] = {}
    for equivalent in rule.equivalents:
        codes = tools.setdefault(equivalent.tool, [])
        if equivalent.code not in codes:
            codes.append(equivalent.code)
    if tools:
        yield "The same elsewhere"
        for tool, codes in tools.items():
            yield from wrapped(f"{tool}: {', '.join(codes)}", "  ", "      ")
        yield ""
    if text.references:
        yield "More"
        yield from (f"  {reference}" for reference in text.references)


def _examples(text: RuleText) -> Iterator[str]:
    """The first example with its remedy; without one, what fires and what does not."""
    for bad, fixed in zip(text.bad, text.fixed, strict=True):
        if fixed is not None:
            yield from _example("Instead of", bad)
            yield from _example("write", fixed)
            return
    for bad in text.bad[:1]:
        yield from _example("It fires on", bad)
    for good in text.good[:1]:
        yield from _example("This is fine", good)


def _example(title: str, dockerfile: str) -> Iterator[str]:
    yield title
    yield ""
    yield textwrap.indent(dockerfile.rstrip(), "    ")
    yield ""
