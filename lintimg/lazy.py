"""What a run may not need is made when it is first used: most of the start is the making of such things."""

from __future__ import annotations

import re
from typing import cast


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile(pattern, flags)` that compiles at the first use; an error in the pattern shows there."""
    return cast("re.Pattern[str]", _Regex(pattern, flags))


class _Regex:
    def __init__(self, pattern: str, flags: int) -> None:
        self._made_from = (pattern, flags)

    def __getattr__(self, name: str) -> object:
        """A member of the compiled pattern, kept here: the next look finds it without asking."""
        member: object = getattr(re.compile(*self._made_from), name)
        setattr(self, name, member)
        return member
