"""Text in Markdown that stays text: nothing in it becomes a link, a mention, an image or a command."""

from __future__ import annotations

import re

from lintimg.text import printable

_WORD = re.compile(r"([(\"'“‘]*)(.*?)([)\"'”’.,;:!?…]*)\Z", re.DOTALL)
_ISSUE = re.compile(r"gh-[0-9]+\Z", re.IGNORECASE)
"""What GitHub takes for an issue's number."""
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)*%?\Z")


def prose(text: str) -> str:
    """A sentence on one line, in which whatever is no plain word stands in a code span."""
    pieces: list[str] = []
    code: list[str] = []
    for word in printable(text).split():
        before, core, after = _parts(word)
        if not core or _plain(core):
            _flush(code, pieces)
            pieces.append(word)
            continue
        if before:
            _flush(code, pieces)
        code.append(core)
        if before or after:
            pieces.append(f"{before}{span(' '.join(code))}{after}")
            code.clear()
    _flush(code, pieces)
    return " ".join(pieces)


def _flush(code: list[str], pieces: list[str]) -> None:
    if code:
        pieces.append(span(" ".join(code)))
        code.clear()


def _parts(word: str) -> tuple[str, str, str]:
    match = _WORD.match(word)
    if match is None:
        return "", word, ""
    before, core, after = match.groups()
    # What was opened in the word is closed in it: $(cmd), "text".
    if any(mark in core for mark in "([{\"'") and after:
        closing = after.rstrip(".,;:!?…")
        core, after = core + closing, after[len(closing) :]
    return before, core, after


def _plain(core: str) -> bool:
    if _ISSUE.match(core) or (core[0] == "-" and core.strip("-")):
        return False
    return core.replace("-", "").replace("'", "").replace("’", "").isalnum() or bool(
        _NUMBER.match(core) or core in {"–", "—", "-", "=", "+", "%", "/"}
    )


def span(text: str) -> str:
    """`text` as a code span."""
    text = printable(text)
    if not text.strip():
        return ""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] in " `" or text[-1] in " `" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell(text: str) -> str:
    """`text` as a code span in a cell of a table."""
    return span(text).replace("|", "\\|")


def block(lines: list[str], language: str = "") -> list[str]:
    """`lines` as a block of code."""
    fence = "`" * max(3, max((_longest_run(line) for line in lines), default=0) + 1)
    return [f"{fence}{language}", *lines, fence]


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
