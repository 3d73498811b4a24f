"""RUN --mount flags."""

from __future__ import annotations

from lintimg.dockerfile.document import Instruction
from lintimg.lazy import NamedTuple

_TRUE = ("1", "t", "true")


class Mount(NamedTuple):
    """A `--mount=`; `type` defaults to "bind"; missing values are None. Values are as written."""

    type: str
    target: str | None
    source: str | None
    from_: str | None
    id: str | None
    readonly: bool


class MountError(ValueError):
    """The fields of a mount are not comma-separated values."""


def read_mounts(instruction: Instruction) -> tuple[Mount, ...]:
    """All mounts of a RUN, or of one that ONBUILD keeps for later; what BuildKit cannot split is left out."""
    if instruction.trigger is not None:
        instruction = instruction.trigger
    if instruction.keyword != "RUN":
        return ()
    mounts = []
    for flag in instruction.flags:
        if flag.name == "mount" and flag.value is not None:
            try:
                mounts.append(_mount(split_fields(flag.value)))
            except MountError:
                continue
    return tuple(mounts)


def _mount(fields: list[str]) -> Mount:
    values: dict[str, str | None] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        values[name.lower()] = value if equals else None
    kind = (values.get("type") or "bind").lower()
    readonly = kind not in ("cache", "tmpfs")
    for option, stated in values.items():
        if option in ("readonly", "ro", "readwrite", "rw"):
            agreed = (stated or "true").lower() in _TRUE
            readonly = agreed if option in ("readonly", "ro") else not agreed
    return Mount(
        kind,
        values.get("target") or values.get("dst") or values.get("destination"),
        values.get("source") or values.get("src"),
        values.get("from"),
        values.get("id"),
        readonly,
    )


def split_fields(text: str) -> list[str]:
    """The comma-separated values of `text`, one of which may stand in double quotes with `""` for a quote.

    Raises MountError with the reason where BuildKit refuses it.
    """
    if not text:
        raise MountError("EOF")
    if '"' not in text:
        return text.split(",")
    fields: list[str] = []
    at = 0
    while True:
        if not text.startswith('"', at):
            end = text.find(",", at)
            field = text[at:] if end < 0 else text[at:end]
            quote = field.find('"')
            if quote >= 0:
                raise MountError(
                    f'parse error on line 1, column {at + quote + 1}: bare " in non-quoted-field'
                )
            fields.append(field)
            if end < 0:
                return fields
            at = end + 1
            continue
        field, at = _quoted_field(text, at + 1)
        fields.append(field)
        if at == len(text):
            return fields
        at += 1


def _quoted_field(text: str, at: int) -> tuple[str, int]:
    """A field from behind its opening quote on, and the offset behind its closing one."""
    pieces: list[str] = []
    while True:
        end = text.find('"', at)
        if end < 0:
            raise MountError(
                f'parse error on line 1, column {at + 1}: extraneous or missing " in quoted-field'
            )
        pieces.append(text[at:end])
        at = end + 1
        if text.startswith('"', at):
            pieces.append('"')
            at += 1
        elif at == len(text) or text[at] == ",":
            return "".join(pieces), at
        else:
            raise MountError(f'parse error on line 1, column {at}: extraneous or missing " in quoted-field')
