"""LI509: what ADD fetches."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.dockerfile.build import Step
from lintimg.dockerfile.copy import is_remote, read_copy
from lintimg.lazy import regex
from lintimg.lint.image_files import expanded
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

CHECKING = regex(r"\b(?:sha(?:1|224|256|384|512)sum|shasum|b2sum|md5sum|gpgv?|minisign|cosign|signify)\b")
_GIT = regex(r"(?:git@|ssh://|git://)|https?://[^\s?#]+\.git(?:[#?]|\Z)")
_COMMIT = regex(r"#(?:[0-9a-f]{40}|[0-9a-f]{64})(?::|\Z)|[?&](?:commit|checksum)=[0-9a-f]{40,64}\b")

# What is fetched to see whether it changed: a new answer makes the layers below anew, the file itself is not used.
_NEWS = regex(r"https://api\.github\.com/repos/")


def unverified_source(subject: Subject) -> Iterator[Hit]:
    """A hit for each URL and each repository that an ADD takes as it comes."""
    for step in subject.steps.get("ADD", ()):
        copy = read_copy(step.instruction)
        if copy is None or step.instruction.flag("checksum") is not None:
            continue
        for word in copy.sources:
            source = expanded(word.text, step.environment, subject.document.escape) or word.text
            if not is_remote(source):
                continue
            repository = _GIT.match(source) is not None
            if repository and _COMMIT.search(source):
                continue
            if not repository and (_NEWS.match(source) or _checked_later(subject, step)):
                continue
            plain = source.startswith(("http://", "git://"))
            yield Hit(
                word.span,
                {"source": source.partition("?")[0]},
                variant="git" if repository else "plain" if plain else "",
                severity="warning" if plain else None,
                details={"kind": "git" if repository else "url"},
            )


def _checked_later(subject: Subject, step: Step) -> bool:
    """Whether a later RUN of the stage checks sums or signatures."""
    return any(
        later.instruction.keyword == "RUN"
        and later.instruction.number > step.instruction.number
        and CHECKING.search(subject.document.source.slice(later.instruction.span))
        for later in subject.build.stages[step.stage].steps
    )
