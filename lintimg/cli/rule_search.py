"""Finds the rules that speak of a text, such as an error message or a line of a log, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log

from lintimg.lazy import NamedTuple, regex
from lintimg.lint.rule import Rule, RuleText

_WORD = regex(r"[a-z0-9_]+(?:[./-][a-z0-9_]+)*")
_MOST = 10
_CODE = 1000.0
"""A query that holds a rule's code or name, or another tool's code, means that rule."""
_PHRASE = 100.0
"""The query holds a known error text, or is a part of one."""
_ENOUGH = 0.6
"""The share of the query's words, by weight, that a rule must know for it to be meant by words alone."""
_ALIKE = 0.75
"""The share of a known error text's words that must stand in the query, whose own names and numbers differ."""
_TELLING = 6.0
"""The weight of the words of an error text that says what it is about; "not found" alone does not."""
_WORTH = 0.4
"""Of a longer query, rules that fit worse than this share of the best one are left out."""
_LONGER = 4


class _Story(NamedTuple):
    """What is searched of a rule, in lower case."""

    rule: Rule
    names: frozenset[str]
    phrases: tuple[str, ...]
    words: Mapping[str, float]


def search_rules(query: str, rules: Iterable[tuple[Rule, RuleText]]) -> list[Rule]:
    """The rules that `query` means, best first, ten at most; none when no rule knows its words."""
    text = _plain(query)
    words = _words(text)
    if not words:
        return []
    stories = [_story(rule, story) for rule, story in rules]
    rarity = _rarity(stories)
    scored = [(_score(text, words, story, rarity), story.rule) for story in stories]
    best = max((score for score, _ in scored), default=0.0)
    least = best * _WORTH if len(words) >= _LONGER else 0.0
    kept = [(-score, rule.code, rule) for score, rule in scored if score > 0 and score >= least]
    return [rule for _, _, rule in sorted(kept, key=lambda entry: entry[:2])[:_MOST]]


def _plain(text: str) -> str:
    """Lower case, one blank between words, one kind of quotes."""
    return " ".join(text.lower().translate(_QUOTES).split())


_QUOTES = str.maketrans('`"‘’“”', "''''''")


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(text)))


def _story(rule: Rule, story: RuleText) -> _Story:
    names = {rule.code.lower(), rule.name, *(entry.code.lower() for entry in rule.equivalents)}
    phrases = tuple(_plain(phrase) for phrase in story.search)
    words: dict[str, float] = {}
    for weight, texts in (
        (1.0, (story.rationale, *rule.messages.values(), *rule.helps.values())),
        (2.0, (rule.title, rule.name.replace("-", " "))),
        (3.0, phrases),
    ):
        for text in texts:
            for word in _words(_plain(text)):
                for form in (word, *_WORD_PARTS.findall(word)):
                    words[form] = weight
    return _Story(rule, frozenset(names), phrases, words)


_WORD_PARTS = regex(r"[a-z0-9]+")


def _rarity(stories: list[_Story]) -> Mapping[str, float]:
    """How much a word tells: the fewer rules have it, the more."""
    counts: dict[str, int] = {}
    for story in stories:
        for word in story.words:
            counts[word] = counts.get(word, 0) + 1
    return {word: log(1 + len(stories) / count) for word, count in counts.items()}


def _score(text: str, words: list[str], story: _Story, rarity: Mapping[str, float]) -> float:
    score = _CODE if story.names.intersection(words) else 0.0
    score += max((_fit(text, words, phrase, rarity) for phrase in story.phrases), default=0.0)
    unknown = log(1 + len(rarity))
    total = sum(rarity.get(word, unknown) for word in words)
    known = sum(rarity[word] for word in words if word in story.words)
    if score or known >= _ENOUGH * total:
        score += sum(rarity[word] * story.words[word] for word in words if word in story.words) / total
    return score


def _fit(text: str, words: list[str], phrase: str, rarity: Mapping[str, float]) -> float:
    """How well a known error text stands for the query."""
    wanted = _words(phrase)
    total = sum(rarity[word] for word in wanted)
    if phrase in text:
        return _PHRASE * min(1.0, total / _TELLING) + len(phrase)
    if len(text) >= 4 and text in phrase:
        return _PHRASE * (0.5 + 0.5 * len(text) / len(phrase))
    shared = [word for word in wanted if word in words]
    alike = sum(rarity[word] for word in shared)
    return _PHRASE * 0.4 * alike / total if len(shared) > 1 and alike >= _ALIKE * total else 0.0
