"""The `.dockerignore` file: which paths the builder never receives, and which pattern says so."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from lintimg.context.patterns import PatternError, compile_pattern
from lintimg.lazy import NamedTuple

_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_LONGEST_LINE = 65_536
_WILDCARDS = "*?[\\"


class IgnorePattern(NamedTuple):
    """One line of an ignore file: `text` as the builder keeps it (cleaned, with its `!`), `line` 1-based."""

    text: str
    line: int
    negated: bool
    matches: Callable[[str], bool]


class IgnoreProblem(NamedTuple):
    """A line for which the builder refuses the whole file."""

    line: int
    message: str


Trail = tuple[bool, ...]
"""Which patterns have matched a folder or one above it, in the order of the patterns."""


class IgnoreRules(NamedTuple):
    """A whole ignore file. A pattern with a problem is left out of `patterns`."""

    patterns: tuple[IgnorePattern, ...]
    problems: tuple[IgnoreProblem, ...]

    def decide(self, path: str) -> IgnorePattern | None:
        """The pattern that excludes `path` (relative, forward slashes, no `.` or `..`), or None when it is kept."""
        if not self.patterns or path in ("", "."):
            return None
        return self.decide_in(path, self.trail(path.rpartition("/")[0]))

    def trail(self, folder: str) -> Trail | None:
        """The trail of `folder`, None for the root of the context (`""`)."""
        trail: Trail | None = None
        at = -1 if folder else len(folder)
        while at < len(folder):
            at = folder.find("/", at + 1)
            if at < 0:
                at = len(folder)
            trail = self.step(folder[:at], trail)[1]
        return trail

    def step(self, path: str, parent: Trail | None) -> tuple[IgnorePattern | None, Trail]:
        """The pattern that excludes `path`, given its folder's trail (None at the top), and its own trail.

        A pattern that could not change the verdict when it was met is not tried and leaves no
        trail: this is what the builder does while it walks.
        """
        decided: IgnorePattern | None = None
        trail = []
        for number, pattern in enumerate(self.patterns):
            matched = parent is not None and parent[number]
            if not matched and pattern.negated == (decided is not None):
                matched = pattern.matches(path)
            trail.append(matched)
            if matched:
                decided = None if pattern.negated else pattern
        return decided, tuple(trail)

    def decide_in(self, path: str, parent: Trail | None) -> IgnorePattern | None:
        """The verdict of `step` alone."""
        decided: IgnorePattern | None = None
        for number, pattern in enumerate(self.patterns):
            if (parent is not None and parent[number]) or (
                pattern.negated == (decided is not None) and pattern.matches(path)
            ):
                decided = None if pattern.negated else pattern
        return decided

    def may_reinclude(self, folder: str, decided: IgnorePattern) -> bool:
        """Whether something under `folder`, which `decided` excludes, can still be kept by a later `!` pattern."""
        if decided not in self.patterns:
            return True
        inside = folder + "/"
        for pattern in self.patterns[self.patterns.index(decided) + 1 :]:
            if not pattern.negated:
                continue
            text = pattern.text[1:]
            literal = text[: _first_wildcard(text)]
            if literal.startswith(inside) or (len(literal) < len(text) and inside.startswith(literal)):
                return True
        return False


def _first_wildcard(text: str) -> int:
    places = [at for at in map(text.find, _WILDCARDS) if at >= 0]
    return min(places, default=len(text))


NO_RULES = IgnoreRules((), ())
"""What holds where there is no ignore file."""


def parse_ignore_file(data: bytes) -> IgnoreRules:
    """The rules of an ignore file's bytes. Never raises."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return parse_ignore_lines(line.removesuffix("\r") for line in text.split("\n"))


def parse_ignore_lines(lines: Iterable[str]) -> IgnoreRules:
    """The rules in lines without their line ends. Never raises."""
    patterns: list[IgnorePattern] = []
    problems: list[IgnoreProblem] = []
    for number, line in enumerate(lines, 1):
        if len(line) >= _LONGEST_LINE:
            problems.append(IgnoreProblem(number, "the line is longer than 64 KiB"))
            break
        text = clean_line(line)
        if text is None:
            continue
        negated = text.startswith("!")
        if text in ("!", "!/"):
            problems.append(IgnoreProblem(number, "`!` stands without a pattern"))
            continue
        try:
            matches = compile_pattern(text[1:] if negated else text)
        except PatternError as error:
            problems.append(IgnoreProblem(number, str(error)))
            continue
        patterns.append(IgnorePattern(text, number, negated, matches))
    return IgnoreRules(tuple(patterns), tuple(problems))


def clean_line(line: str) -> str | None:
    """The pattern of one line as the builder keeps it, None for a blank or a comment."""
    if line.startswith("#"):
        return None
    pattern = line.strip(_BLANKS)
    if not pattern:
        return None
    negated = pattern.startswith("!")
    if negated:
        pattern = pattern[1:].strip(_BLANKS)
    if pattern:
        pattern = clean_path(pattern)
        if len(pattern) > 1:
            pattern = pattern.removeprefix("/")
    return "!" + pattern if negated else pattern


def clean_path(path: str) -> str:
    """`path` as Go's `path.Clean` has it: the shortest equivalent, "." for nothing."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned
