"""The variables of a build at each of its instructions.

A file may set thousands of variables in thousands of stages. The states therefore share what they have in common:
a scope keeps the history of each variable in a stage, a state is a scope and a moment in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, KeysView, Mapping

_DEPTH_LIMIT = 32
_MOST_CARRIED = 4_096
"""Variables that a long chain of stages hands on; where there are more, none is known."""


class Unknown(Mapping[str, str | None]):
    """Variables of which nothing is known: each may be set, to a value that is not known."""

    def __getitem__(self, name: str) -> None:
        return None

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _Names(KeysView[str]):
    """The names that are known to be set."""

    def __init__(self, variables: Variables) -> None:
        super().__init__(variables)
        self._variables = variables

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._variables.states(name)


class Variables(Mapping[str, str | None]):
    """The variables at one moment; None for one whose value is not known. Never changes.

    Its keys are the names that are known to be set. Where a base image is unknown, `in` says yes to all others
    too: they are not known to be unset.
    """

    __slots__ = ("moment", "scope")

    def __init__(self, scope: Scope, moment: int) -> None:
        self.scope = scope
        self.moment = moment

    def __getitem__(self, name: str) -> str | None:
        scope = self.scope
        history = scope.histories.get(name)
        if history is not None:
            at = bisect_right(history[0], self.moment) - 1
            if at >= 0:
                return history[1][at]
        return scope.base[name]

    def __contains__(self, name: object) -> bool:
        scope = self.scope
        history = scope.histories.get(name) if isinstance(name, str) else None
        return (history is not None and history[0][0] <= self.moment) or name in scope.base

    def __iter__(self) -> Iterator[str]:
        return iter(self.collected())

    def __len__(self) -> int:
        return len(self.collected())

    def collected(self) -> dict[str, str | None]:
        """The variables that are known to be set, copied."""
        lineage = [self]
        while isinstance(base := lineage[-1].scope.base, Variables):
            lineage.append(base)
        found = dict(base)
        for variables in reversed(lineage):
            moment = variables.moment
            for name, (moments, values) in variables.scope.histories.items():
                at = bisect_right(moments, moment) - 1
                if at >= 0:
                    found[name] = values[at]
        return found

    def keys(self) -> KeysView[str]:
        """The names that are known to be set."""
        return _Names(self)

    def states(self, name: str) -> bool:
        """Whether `name` is known to be set, rather than merely not known to be unset."""
        scope = self.scope
        history = scope.histories.get(name)
        if history is not None and history[0][0] <= self.moment:
            return True
        base = scope.base
        return (
            base.states(name)
            if isinstance(base, Variables)
            else not isinstance(base, Unknown) and name in base
        )

    def handed_on(self) -> Variables:
        """These variables, for another stage to build on; copied when they come through many stages."""
        scope = self.scope
        if scope.depth < _DEPTH_LIMIT:
            return self
        if scope.copy is None:
            found = self.collected()
            if len(found) > _MOST_CARRIED:
                scope.copy = Scope(Unknown()).state
            else:
                scope.copy = Scope(scope.root if isinstance(scope.root, Unknown) else {}).set(found)
        return scope.copy


class Scope:
    """The variables of a stage while it is read. `state` is the present one."""

    def __init__(self, base: Mapping[str, str | None]) -> None:
        outer = base.scope if isinstance(base, Variables) else None
        self.base = base
        self.root: Mapping[str, str | None] = base if outer is None else outer.root
        self.depth: int = 1 if outer is None else outer.depth + 1
        self.histories: dict[str, tuple[list[int], list[str | None]]] = {}
        self.copy: Variables | None = None
        """What `handed_on` made of the last state."""
        self.state = Variables(self, 0)
        self._moment = 0

    def set(self, changes: Mapping[str, str | None]) -> Variables:
        """The state after `changes`, which becomes the present one."""
        self._moment += 1
        for name, value in changes.items():
            history = self.histories.setdefault(name, ([], []))
            history[0].append(self._moment)
            history[1].append(value)
        self.state = Variables(self, self._moment)
        return self.state
