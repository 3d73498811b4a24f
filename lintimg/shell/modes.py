"""What a file mode, as chmod and COPY take it, gives to everyone but the owner and the group."""

from __future__ import annotations

from lintimg.lazy import NamedTuple, regex

_OCTAL = regex(r"[0-7]{1,5}\Z")
_CLAUSE = regex(r"([ugoa]*)((?:[-+=][rwxXst]*)+)\Z")
_CHANGE = regex(r"([-+=])([rwxXst]*)")
_SETUID = 0o6000


class Others(NamedTuple):
    """What a mode does to the rights of others: True gives the right, False takes it, None leaves it as it is.

    `search` is the execute bit of a file and the right to enter a folder; `search_folders` the same of folders only,
    which `X` gives without touching plain files. `special`: the mode sets a set-user-id or set-group-id bit.
    """

    read: bool | None
    search: bool | None
    search_folders: bool | None
    special: bool = False


def others(mode: str) -> Others | None:
    """The effect of `mode` (`0640`, `go-rwx`, `u=rwX,o=`), None when it is no mode."""
    if _OCTAL.match(mode):
        bits = int(mode, 8)
        return Others(bool(bits & 4), bool(bits & 1), bool(bits & 1), bool(bits & _SETUID))
    effect = Others(None, None, None)
    for part in mode.split(","):
        clause = _CLAUSE.match(part)
        if clause is None:
            return None
        if not clause[1] or "o" in clause[1] or "a" in clause[1]:
            for operator, rights in _CHANGE.findall(clause[2]):
                effect = _changed(effect, operator, rights)
    return effect


def _changed(effect: Others, operator: str, rights: str) -> Others:
    given = operator != "-"
    if operator == "=":
        effect = Others(read=False, search=False, search_folders=False)
    if "r" in rights:
        effect = effect._replace(read=given)
    if "x" in rights:
        effect = effect._replace(search=given, search_folders=given)
    if "X" in rights:
        effect = effect._replace(search_folders=given)
    return effect
