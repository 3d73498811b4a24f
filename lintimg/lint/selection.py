"""Which rules and findings count: selectors by code, prefix, name, family, other tool and its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Equivalent, Rule

SYNTAX_ERROR = "LI000"
"""Can't be switched off."""

SHELLCHECK = "LI700"
"""Stands for all of ShellCheck's rules; each has its own code in the findings' details."""

_SHELLCHECK_CODE = regex(r"(?:(?:SHELLCHECK|HADOLINT|TALLY/SHELLCHECK|TALLY)/)?SC([1-4][0-9]{3})\Z")


class UnknownSelectorError(ValueError):
    """A selector that names nothing; `nearest` is the closest one that does, or None."""

    def __init__(self, selector: str, nearest: str | None) -> None:
        hint = f", did you mean {nearest}?" if nearest else ""
        super().__init__(f"{selector} names no rule{hint}")
        self.selector = selector
        self.nearest = nearest


class Choice(NamedTuple):
    """A selector resolved: each code it names with the details a finding must have (none: any)."""

    selector: str
    codes: Mapping[str, tuple[Mapping[str, str], ...]]

    def covers(self, code: str, details: Mapping[str, object]) -> bool:
        """Whether a finding of `code` with these `details` is meant."""
        conditions = self.codes.get(code)
        if conditions is None:
            return False
        return not conditions or any(_holds(condition, details) for condition in conditions)


def _holds(condition: Mapping[str, str], details: Mapping[str, object]) -> bool:
    return all(str(details.get(key)) == value for key, value in condition.items())


def choose(selector: str, rules: Iterable[Rule]) -> Choice:
    """What `selector` names among `rules`. Raises UnknownSelectorError."""
    rules = tuple(rules)
    text = selector.strip()
    upper, lower = text.upper(), text.lower()
    named: dict[str, tuple[Mapping[str, str], ...]] = {}
    for rule in rules:
        whole = upper in {"ALL", rule.code} or lower in {rule.name, rule.family}
        if whole or (upper[-1:].isdigit() and rule.code.startswith(upper)):
            named[rule.code] = ()
    if not named:
        for rule in rules:
            conditions = [e.when for e in rule.equivalents if _names(lower, e)]
            if conditions:
                named[rule.code] = () if not all(conditions) else tuple(conditions)
    if not named and any(rule.code == SHELLCHECK for rule in rules):
        found = _SHELLCHECK_CODE.match(upper)
        if found is not None:
            named[SHELLCHECK] = ({"code": f"SC{found[1]}"},)
    if not named:
        raise UnknownSelectorError(text, _nearest(text, rules))
    return Choice(text, named)


def _names(selector: str, equivalent: Equivalent) -> bool:
    """Whether the lower-case `selector` is another tool's name, its rule, or both (`hadolint/DL3008`)."""
    code = equivalent.code.lower()
    return selector in {code, equivalent.tool, f"{equivalent.tool}/{code}"}


def _nearest(text: str, rules: tuple[Rule, ...]) -> str | None:
    from difflib import get_close_matches

    known = {"all": "ALL"}
    for rule in rules:
        known[rule.code.lower()] = rule.code
        known[rule.name] = rule.name
        known[rule.family] = rule.family
        known.update((e.code.lower(), e.code) for e in rule.equivalents)
    # The letter O is the commonest slip in a code.
    found = (
        [code]
        if (code := text.lower().replace("o", "0")) in known
        else get_close_matches(text.lower(), known, 1)
    )
    return known[found[0]] if found else None


class Selection:
    """The rules to run and the findings to keep; never changes after construction."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        chosen: tuple[Choice, ...] | None = None,
        extended: tuple[Choice, ...] = (),
        ignored: tuple[Choice, ...] = (),
    ) -> None:
        """`chosen` None stands for the default set."""
        self.rules = rules
        self.chosen = chosen
        self.extended = extended
        self.ignored = ignored

    @cached_property
    def checks(self) -> tuple[Rule, ...]:
        """The rules for Dockerfiles with a check of their own that can yield a finding that is kept."""
        return tuple(
            rule
            for rule in self.rules
            if rule.check != "engine" and rule.family != "image" and self.runs(rule)
        )

    @cached_property
    def words(self) -> frozenset[str]:
        """The texts that some of these checks need."""
        return frozenset(word for rule in self.checks for word in rule.needs)

    @cached_property
    def by_name(self) -> frozenset[str]:
        """The codes of rules that were selected one by one."""
        choices = (*(self.chosen or ()), *self.extended)
        return frozenset(code for choice in choices if len(choice.codes) == 1 for code in choice.codes)

    def runs(self, rule: Rule) -> bool:
        """Whether `rule` can yield a finding that is kept."""
        if rule.code == SYNTAX_ERROR:
            return True
        if any(choice.codes.get(rule.code, None) == () for choice in self.ignored):
            return False
        if any(rule.code in choice.codes for choice in self.extended):
            return True
        if self.chosen is None:
            return rule.default
        return any(rule.code in choice.codes for choice in self.chosen)

    def keeps(self, rule: Rule, details: Mapping[str, object]) -> bool:
        """Whether a finding of `rule` is reported at all."""
        if rule.code == SYNTAX_ERROR:
            return True
        if any(choice.covers(rule.code, details) for choice in self.ignored):
            return False
        if self.chosen is None and rule.default:
            return True
        return any(choice.covers(rule.code, details) for choice in (self.chosen or ()) + self.extended)


def select(
    rules: Iterable[Rule],
    select: Iterable[str] | None = None,
    extend: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> Selection:
    """The selection that `--select`, `--extend-select` and `--ignore` make. Raises UnknownSelectorError."""
    rules = tuple(rules)
    return Selection(
        rules,
        None if select is None else tuple(choose(text, rules) for text in select),
        tuple(choose(text, rules) for text in extend),
        tuple(choose(text, rules) for text in ignore),
    )
