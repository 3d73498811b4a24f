"""What a run may not need is made when it is first used: most of the start was the making of such things.

Measured on one file: half of the patterns are never asked for, and `typing.NamedTuple` compiles each annotation of
each class and a constructor besides, two thirds of which a run never calls.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typing import AnyStr


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile(pattern, flags)` that compiles at the first use; an error in the pattern shows there."""
    return cast("re.Pattern[AnyStr]", _Regex(pattern, flags))


class _Regex:
    def __init__(self, pattern: Any, flags: int) -> None:
        self._made_from = (pattern, flags)

    def __getattr__(self, name: str) -> object:
        """A member of the compiled pattern, kept here: the next look finds it without asking."""
        member: object = getattr(re.compile(*self._made_from), name)
        setattr(self, name, member)
        return member


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of a few kilobytes, in hex digits; large contents are for hashlib, which is faster."""
    digest: str = _sha256()(data).hexdigest()
    return digest


@cache
def _sha256() -> Any:
    """SHA-256 without OpenSSL, whose library hashlib loads for 10 ms at each start."""
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            return import_module(name).sha256
        except ImportError:
            continue
    raise AssertionError("hashlib is always there")


if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414, TID251 - mypy takes only this for a re-export
else:
    from _collections import _tuplegetter

    class _Base:
        """What every class made from NamedTuple has, besides what a tuple has."""

        __slots__ = ()

        @classmethod
        def _make(cls, values):
            return tuple.__new__(cls, values)

        def _replace(self, **changes):
            changed = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"no such fields: {', '.join(changes)}")
            return changed

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            shown = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({shown})"

    class _Maker(type):
        """Makes a class of named fields of a class statement, as typing.NamedTuple does."""

        def __new__(cls, name: str, _bases: tuple[type, ...], members: dict[str, Any]) -> type:
            fields = tuple(members.get("__annotations__", ()))
            defaults = {field: members.pop(field) for field in fields if field in members}
            getters = {field: _tuplegetter(number, "") for number, field in enumerate(fields)}
            own = {
                "__slots__": (),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": defaults,
                "__new__": _first_call(fields, defaults),
            }
            return type(name, (_Base, tuple), {**own, **members, **getters})

    def _first_call(fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:
        """A constructor that makes the real one, which takes its place, when it is first called."""

        def __new__(cls, *values, **named):  # noqa: N807
            arguments = "".join(f"{field}, " for field in fields)
            real = eval(  # noqa: S307 - as collections.namedtuple does: the fastest constructor there is
                f"lambda _class, {arguments}: _new(_class, ({arguments}))", {"_new": tuple.__new__}
            )
            real.__defaults__ = tuple(defaults.values())
            owner = next(base for base in cls.__mro__ if base.__dict__.get("_fields") is fields)
            owner.__new__ = real
            return real(cls, *values, **named)

        return __new__

    class _NamedTuple:
        def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
            return (_ROOT,)

    _ROOT = type.__new__(_Maker, "NamedTuple", (), {})
    NamedTuple = _NamedTuple()
