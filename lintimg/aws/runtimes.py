"""Lambda runtimes and their dates."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from lintimg.aws.tables import table
from lintimg.lazy import NamedTuple, regex

DeprecationState = Literal["current", "soon", "deprecated"]

_TAG = regex(
    r"(?P<version>.+?)(?P<preview>-preview)?(?P<date>\.\d{4}\.\d{2}\.\d{2}\.\d{2})?(?:-(?P<architecture>x86_64|arm64))?"
)


class Runtime(NamedTuple):
    """A Lambda runtime's image: the row of the data file a tag belongs to.

    `os` is AL1, AL2 or AL2023; `deprecation` the date from which the image gets no more patches
    (None when not announced); `successor_tags` best first, as `repository:tag`. `preview` tells that AWS
    does not support the image yet.
    """

    runtime: str
    language: str
    tag: str
    os: str
    package_managers: tuple[str, ...]
    glibc: str
    deprecation: date | None
    successor_tags: tuple[str, ...]
    preview: bool


class Tag(NamedTuple):
    """A tag of an AWS base image taken apart: `3.12.2024.04.17.17-arm64` is version 3.12, dated, arm64."""

    version: str
    preview: bool
    dated: bool
    architecture: str | None


def read_tag(text: str) -> Tag:
    """The parts of `text` by the grammar of AWS's tags; what does not fit stays in the version."""
    found = _TAG.fullmatch(text)
    if found is None:
        return Tag(text, preview=False, dated=False, architecture=None)
    return Tag(
        found["version"], found["preview"] is not None, found["date"] is not None, found["architecture"]
    )


@cache
def _rows() -> dict[str, dict[str, Any]]:
    return {row["image"]: row for row in table("runtimes")["runtimes"]}


@cache
def runtime_of(image: str, tag: str) -> Runtime | None:
    """The runtime of the AWS base `image` (python, provided …) with `tag`, None when there is no such one."""
    parts = read_tag(tag)
    row = _rows().get(f"{image}:{parts.version}")
    if row is None or (parts.architecture is not None and parts.architecture not in row["architectures"]):
        return None
    system = table("runtimes")["operating_systems"][row["os"]]
    deprecation = row["deprecation"]
    return Runtime(
        runtime=row["runtime"],
        language=row["language"],
        tag=parts.version,
        os=row["os"],
        package_managers=tuple(system["package_managers"]),
        glibc=system["glibc"],
        deprecation=None if deprecation is None else date.fromisoformat(deprecation),
        successor_tags=tuple(row["successors"]),
        preview=parts.preview or row.get("preview", False),
    )


def newest(image: str) -> Runtime | None:
    """The newest supported runtime of the AWS base `image`; for an image that ended altogether (go) its successor."""
    found = None
    for row in _rows().values():
        if row["image"].partition(":")[0] == image and row["deprecation"] is not None:
            best = row["successors"][0] if row["successors"] else row["image"]
            found = runtime_of(*best.split(":"))
    return found


def deprecation_state(runtime: Runtime, as_of: date) -> DeprecationState:
    """Where `runtime` stands on the day `as_of`: "soon" within 180 days before its deprecation,
    "deprecated" from that day on.
    """
    if runtime.deprecation is None:
        return "current"
    if as_of >= runtime.deprecation:
        return "deprecated"
    soon = timedelta(days=table("runtimes")["soon_days"])
    return "soon" if as_of >= runtime.deprecation - soon else "current"


def closest_tag(image: str, tag: str) -> str | None:
    """A real tag that `tag` probably stands for: `20` for `20.x`, `3.12-x86_64` for `3.12-amd64`. None when
    the tag is right or nothing is near.
    """
    if runtime_of(image, tag) is not None:
        return None
    for pattern, replacement in table("runtimes")["misspellings"]:
        tag = re.sub(pattern, replacement, tag)
        if runtime_of(image, tag) is not None:
            return tag
    return None
