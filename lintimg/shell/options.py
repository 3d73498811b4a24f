"""Reading a manager's command line: verb, options with their values, operands."""

from __future__ import annotations

from collections.abc import Sequence

from lintimg.lazy import NamedTuple, regex
from lintimg.model.span import Span
from lintimg.shell.managers import Manager, Verb
from lintimg.shell.script import ShellWord

_CLUSTER = regex(r"([A-Za-z])\1*")
_SLASH_OPTION = regex(r"/[A-Za-z]+:")
_SELECTOR = regex(r"\+|_[\d.]+_$")


class Call(NamedTuple):
    """A command line taken apart.

    `verb_word` is the verb as written, two words joined when it has two. `options` are as in
    `Operation`, `values` the options' values as words. `command_at` is the place of the command
    that a verb such as `run` is followed by.
    """

    verb: Verb | None
    verb_word: ShellWord | None
    options: tuple[str, ...]
    values: tuple[tuple[str, ShellWord], ...]
    operands: tuple[ShellWord, ...]
    command_at: int | None


def read_call(manager: Manager, words: Sequence[ShellWord], at: int) -> Call:
    """The call of `manager` whose arguments start at word `at`."""
    reader = _Reader(manager, words, at)
    reader.read()
    return reader.call()


class _Reader:
    def __init__(self, manager: Manager, words: Sequence[ShellWord], at: int) -> None:
        self.manager = manager
        self.words = words
        self.at = at
        self.verb: Verb | None = None
        self.verb_words: list[ShellWord] = []
        self.flags: frozenset[str] = frozenset()
        self.options: list[str] = []
        self.values: list[tuple[str, ShellWord]] = []
        self.operands: list[ShellWord] = []
        self.command_at: int | None = None

    def call(self) -> Call:
        verb = self.verb
        if verb is None and not self.verb_words:
            verb = self.manager.bare
        word = _joined(self.verb_words) if self.verb_words else None
        return Call(
            verb, word, tuple(self.options), tuple(self.values), tuple(self.operands), self.command_at
        )

    def read(self) -> None:
        words = self.words
        while self.at < len(words):
            word = words[self.at]
            text = word.pieces
            self.at += 1
            if text == "--" and not word.quoted:
                if self.verb is not None and self.verb.operands == "command":
                    self.command_at = self.at
                elif self.manager.rest:
                    for operand in words[self.at :]:
                        self.operand(operand)
                return
            if self.manager.letters and self.verb is None and self.option_verb(word, text):
                continue
            if text.startswith("--"):
                self.long_option(word, text)
            elif text.startswith("-") and len(text) > 1:
                self.short_option(word, text)
            elif self.manager.slash_options and _SLASH_OPTION.match(text):
                self.options.append(text)
            elif text:
                self.operand(word)
                if self.command_at is not None:
                    return
        self.settle_goals()

    def operand(self, word: ShellWord) -> None:
        if self.manager.goals:
            self.operands.append(word)
        elif self.verb is None and self.manager.verbless:
            self.set_verb(self.manager.other)
            self.operands.append(word)
        elif self.verb is None:
            self.verb_operand(word)
        elif self.verb.operands == "command":
            self.command_at = self.at - 1
        else:
            self.operands.append(word)

    def verb_operand(self, word: ShellWord) -> None:
        text = word.pieces
        manager = self.manager
        if not self.verb_words:
            if _SELECTOR.match(text):
                return
            self.verb_words.append(word)
            if text in manager.prefixes:
                return
            verb = manager.verbs.get(text)
        else:
            first = self.verb_words[0].pieces
            verb = manager.verbs.get(f"{first} {text}")
            if verb is not None:
                self.verb_words.append(word)
            else:
                verb = manager.verbs.get(first)
                if verb is not None:
                    self.set_verb(verb)
                    self.operand(word)
                    return
        self.set_verb(verb or manager.other)

    def set_verb(self, verb: Verb | None) -> None:
        if verb is not None:
            self.verb = verb
            self.flags = verb.flags

    def settle_goals(self) -> None:
        """Finds the verb when the line ended on the first of two words, or lists goals."""
        manager = self.manager
        if self.verb is None and len(self.verb_words) == 1 and not manager.goals:
            self.set_verb(manager.verbs.get(self.verb_words[0].pieces) or manager.other)
        if not manager.goals:
            return
        chosen: tuple[Verb, ShellWord] | None = None
        for word in self.operands:
            last = f":{word.pieces.rpartition(':')[2]}"
            verb = manager.verbs.get(word.pieces) or manager.verbs.get(last) or manager.other
            if verb is not None and (chosen is None or chosen[0].action == "clean"):
                chosen = (verb, word)
        if chosen is not None:
            self.set_verb(chosen[0])
            self.verb_words = [chosen[1]]

    def option_verb(self, word: ShellWord, text: str) -> bool:
        """Whether an option is the manager's verb, as pacman's `-Syu` and `--sync` are."""
        name = text
        if not text.startswith("--"):
            letters = self.manager.letters
            name = text[:2] + "".join(sorted({letter for letter in text[2:] if letter in letters}))
        verb = self.manager.verbs.get(name) or self.manager.verbs.get(text[:2])
        if verb is not None:
            self.verb_words.append(word)
            self.set_verb(verb)
        return verb is not None

    def long_option(self, word: ShellWord, text: str) -> None:
        name, equals, value = text.partition("=")
        if equals:
            self.options.append(text)
            if name in self.manager.values:
                self.values.append((name, _tail(word, value)))
        elif name in self.manager.values and name not in self.flags:
            self.valued(name)
        else:
            self.options.append(name)

    def short_option(self, word: ShellWord, text: str) -> None:
        values = self.manager.values
        if text in values and text not in self.flags:
            self.valued(text)
            return
        if not self.manager.clusters:
            name, equals, value = text.partition("=")
            self.options.append(text)
            if equals and name in values:
                self.values.append((name, _tail(word, value)))
            return
        at = 1
        while at < len(text):
            run = _CLUSTER.match(text, at)
            if run is None:
                # `-j4`, `-q=2`: what follows the letter is its value.
                if self.options and at > 1:
                    self.options[-1] += f"={text[at:].removeprefix('=')}"
                else:
                    self.options.append(text)
                return
            name = f"-{text[at]}"
            if name in values and name not in self.flags:
                if at + 1 < len(text):
                    value = text[at + 1 :].removeprefix("=")
                    self.options.append(f"{name}={value}")
                    self.values.append((name, _tail(word, value)))
                else:
                    self.valued(name)
                return
            self.options.append(f"-{run[0]}")
            at = run.end()

    def valued(self, name: str) -> None:
        """An option whose value is the next word."""
        if self.at >= len(self.words):
            self.options.append(name)
            return
        word = self.words[self.at]
        self.at += 1
        self.options.append(f"{name}={word.pieces}")
        self.values.append((name, word))


def _joined(words: Sequence[ShellWord]) -> ShellWord:
    if len(words) == 1:
        return words[0]
    text = " ".join(word.pieces for word in words)
    return ShellWord(text, text, text, quoted=False, span=Span(words[0].span.start, words[-1].span.end))


def _tail(word: ShellWord, value: str) -> ShellWord:
    """The value behind the `=` of an option, or of a short option's letter."""
    known = None if word.value is None else value
    return ShellWord(value, known, value, word.quoted, word.span)
