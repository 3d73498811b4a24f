"""RUN --mount flags."""

from __future__ import annotations

from typing import NamedTuple

from lintimg.dockerfile.document import Instruction


class Mount(NamedTuple):
    """A `--mount=`; `type` defaults to "bind"; missing values are None. Values are as written."""

    type: str
    target: str | None
    source: str | None
    from_: str | None
    id: str | None
    readonly: bool


def read_mounts(instruction: Instruction) -> tuple[Mount, ...]:
    """All mounts of a RUN."""
    if instruction.keyword != "RUN":
        return ()
    return tuple(
        _mount(flag.value) for flag in instruction.flags if flag.name == "mount" and flag.value is not None
    )


def _mount(text: str) -> Mount:
    values: dict[str, str | None] = {}
    for field in text.split(","):
        name, equals, value = field.strip().partition("=")
        values[name.lower()] = value if equals else None
    readonly = next((values[name] or "true" for name in ("readonly", "ro") if name in values), "false")
    return Mount(
        (values.get("type") or "bind").lower(),
        values.get("target") or values.get("dst") or values.get("destination"),
        values.get("source") or values.get("src"),
        values.get("from"),
        values.get("id"),
        readonly.lower() == "true",
    )
