"""COPY and ADD taken apart."""

from __future__ import annotations

from lintimg.dockerfile.document import Heredoc, Instruction, Word
from lintimg.dockerfile.heredoc import is_heredoc
from lintimg.lazy import NamedTuple


class Copy(NamedTuple):
    """A COPY or ADD. `sources` leaves heredocs out (`heredocs` has them). `from_` is --from's value.
    Words are as written (unexpanded; JSON elements decoded).
    """

    keyword: str
    sources: tuple[Word, ...]
    heredocs: tuple[Heredoc, ...]
    destination: Word
    from_: str | None
    chown: str | None
    chmod: str | None
    link: bool
    parents: bool
    exclude: tuple[str, ...]


def read_copy(instruction: Instruction) -> Copy | None:
    """The parts of a COPY or ADD, None for other or incomplete instructions."""
    if instruction.keyword not in ("COPY", "ADD") or len(instruction.arguments) < 2:
        return None
    values = {flag.name: flag.value for flag in instruction.flags}
    sources = instruction.arguments[:-1]
    if any("<<" in word.text for word in sources):
        sources = tuple(word for word in sources if not is_heredoc(word.text))
    return Copy(
        instruction.keyword,
        sources,
        instruction.heredocs,
        instruction.arguments[-1],
        values.get("from"),
        values.get("chown"),
        values.get("chmod"),
        _switch(values, "link"),
        _switch(values, "parents"),
        tuple(flag.value or "" for flag in instruction.flags if flag.name == "exclude"),
    )


def is_remote(source: str) -> bool:
    """Whether an ADD source is fetched rather than taken from the build context: a URL or a git repository."""
    return source.startswith(("http://", "https://", "git@", "git://", "ssh://"))


def _switch(values: dict[str, str | None], name: str) -> bool:
    return name in values and (values[name] or "true").lower() != "false"
