"""Keeps secrets out of reports: excerpts, messages and details have asterisks in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from lintimg.lazy import regex
from lintimg.lint.secret_values import SecretValue
from lintimg.model.finding import SourceLine
from lintimg.model.span import Span
from lintimg.text import SourceText

_SHORTEST = 8
_HIDDEN = regex(r"[^\r\n]")


class Veil:
    """The secrets of one file."""

    def __init__(self, source: SourceText, values: Iterable[SecretValue], named: Iterable[Span]) -> None:
        """`named` are the values of variables that are named after secrets."""
        self._source = source
        self._spans = sorted([*(secret.span for secret in values), *named])

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """The secrets themselves, the longest first. What may well be a word is hidden in its place only."""
        texts = {self._source.slice(span).strip("\"'") for span in self._spans}
        found = (
            text for text in texts if len(text) >= _SHORTEST and not text.isalpha() and not text.isdigit()
        )
        return tuple(sorted(found, key=lambda text: (-len(text), text)))

    @cached_property
    def _masked(self) -> str:
        """The file's text, as long as it was."""
        text = self._source.text
        pieces: list[str] = []
        at = 0
        for span in self._spans:
            start, end = max(span.start, at), max(span.end, at)
            pieces += (text[at:start], _HIDDEN.sub("*", text[start:end]))
            at = end
        pieces.append(text[at:])
        return "".join(pieces)

    def lines(self, lines: tuple[SourceLine, ...]) -> tuple[SourceLine, ...]:
        """Lines of the file as a report may show them; columns stay what they are."""
        if not self._spans:
            return lines
        masked, starts = self._masked, [self._source.line_starts[line.number - 1] for line in lines]
        return tuple(
            line._replace(text=masked[start : start + len(line.text)])
            for start, line in zip(starts, lines, strict=True)
        )

    def values(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """The values of a finding as a report may show them."""
        if not self._spans:
            return values
        return {
            key: self._hidden(value) if isinstance(value, str) else value for key, value in values.items()
        }

    def _hidden(self, text: str) -> str:
        for secret in self._texts:
            text = text.replace(secret, "***")
        return text
