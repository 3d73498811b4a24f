"""What the engine knows of a rule, and what a check gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from lintimg.lazy import NamedTuple
from lintimg.model.finding import Applicability, Kind, Saving, Severity
from lintimg.model.span import Span

if TYPE_CHECKING:
    from lintimg.lint.subject import Subject


class Equivalent(NamedTuple):
    """The same check in another tool; with `when`, only for findings whose details match."""

    tool: str
    code: str
    when: Mapping[str, str]


class Rule(NamedTuple):
    """A rule as `check` needs it. `messages` and `helps` map a hit's variant ("" by default) to a
    template for `str.format`; `check` is "module.function" under lintimg.checks, `match` a declarative matcher.
    `needs`: lower-case texts of which the Dockerfile must hold one for the rule to find anything (none: any file).
    """

    code: str
    name: str
    title: str
    family: str
    severity: Severity
    applies_to: tuple[Kind, ...]
    default: bool
    messages: Mapping[str, str]
    helps: Mapping[str, str]
    check: str | None
    match: Mapping[str, object] | None
    fix_title: str | None
    fix_applicability: Applicability | None
    equivalents: tuple[Equivalent, ...]
    needs: tuple[str, ...] = ()


class RuleText(NamedTuple):
    """What `explain` and the reports say of a rule beyond what `check` needs."""

    rationale: str
    references: tuple[str, ...]
    tags: tuple[str, ...]
    search: tuple[str, ...]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    fixed: tuple[str | None, ...]


class HitEdit(NamedTuple):
    """Replace `span` by `text` in the Dockerfile, or in the file at `path` (relative to the
    context); a `span` of None makes that file.
    """

    span: Span | None
    text: str
    path: str | None = None


class HitRelated(NamedTuple):
    """A second place in the Dockerfile."""

    span: Span
    message: str


class Hit(NamedTuple):
    """What a check found: where, which values, which edits. The engine adds the rest.

    `span` is in the Dockerfile (or in `path`, a file relative to the context or an absolute path, whose text the
    engine reads). `values` fill the message's template and become the finding's `details`
    when named in `details`. `severity` overrides the rule's; `fix_title` and `fix_applicability` likewise.
    """

    span: Span
    values: Mapping[str, object] = {}
    edits: tuple[HitEdit, ...] = ()
    variant: str = ""
    severity: Severity | None = None
    details: Mapping[str, object] = {}
    related: tuple[HitRelated, ...] = ()
    saving: Saving | None = None
    path: str | None = None
    fix_title: str | None = None
    fix_applicability: Applicability | None = None


Check = Callable[["Subject"], Iterable[Hit]]
