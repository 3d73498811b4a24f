"""LI110: base images whose publishers patch them no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintimg.aws.names import canonical_name
from lintimg.checks.bases import without_digest
from lintimg.checks.tables import table
from lintimg.dockerfile.build import Stage
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import NamedTuple
from lintimg.lint.rule import Hit
from lintimg.lint.subject import Subject

_SYSTEMS = ("debian", "ubuntu", "alpine")


class _Ended(NamedTuple):
    """A product in a version that gets no more patches since the month `date` (YYYY-MM)."""

    name: str
    version: str
    date: str
    row: Mapping[str, Any]


def end_of_life_base(subject: Subject) -> Iterator[Hit]:
    """A hit for each FROM whose image's language or system has got its last patches."""
    month = subject.policy.as_of.isoformat()[:7]
    for stage in subject.build.stages:
        image = stage.base_image
        if stage.parent is not None or image is None:
            continue
        ended = [found for found in _versions(image) if found.date < month]
        if not ended:
            continue
        gone = next((found for found in ended if _packages_gone(found, stage, subject)), None)
        shown = gone or ended[0]
        shipped = subject.build.chain and stage.number == subject.build.chain[0]
        function = subject.target.kind == "lambda" and shipped
        yield Hit(
            stage.base.span,
            {
                "image": without_digest(image),
                "product": shown.row["title"]
                if "unversioned" in shown.row
                else f"{shown.row['title']} {shown.version}",
                "later": ": every hole found later stays in the image." if shipped else ".",
                "date": shown.date,
                "archive": shown.row["archive"],
                "successor": shown.row["successor"].format(image=image.partition(":")[0].rpartition("/")[2]),
            },
            variant="gone" if gone is not None else "",
            severity=None if gone is not None or function else "info",
            details={"product": shown.name, "version": shown.version, "end": shown.date},
        )


def _versions(image: str) -> Iterator[_Ended]:
    """What `image` consists of, as far as its name and tag tell and the table knows: the language, then the system."""
    reference = parse_reference(image)
    if reference is None or not reference.tag:
        return
    data = table("end_of_life")
    name = canonical_name(reference)
    name = data["same"].get(name, name)
    if name not in data["products"]:
        return
    first, *others = reference.tag.lower().split("-")
    found = _version(name, first)
    if found is not None:
        yield found
    for word in others if name not in _SYSTEMS else ():
        for system in _SYSTEMS:
            known = system == "alpine" and word.startswith("alpine")
            found = _version(system, word.removeprefix("alpine")) if known else None
            if word in data["products"][system]["codenames"]:
                found = _version(system, word)
            if found is not None:
                yield found


def _version(name: str, word: str) -> _Ended | None:
    row = table("end_of_life")["products"][name]
    parts = row["codenames"].get(word, word).split(".")
    for length in range(len(parts), 0, -1):
        version = ".".join(parts[:length])
        if version in row["versions"]:
            return _Ended(name, version, row["versions"][version], row)
    return None


def _packages_gone(ended: _Ended, stage: Stage, subject: Subject) -> bool:
    """Whether a RUN on top of `stage` asks mirrors that have the packages no more."""
    if ended.version not in ended.row["gone"]:
        return False
    data = table("end_of_life")
    text = subject.document.source.text
    if any(place in text for place in data["moved"]):
        return False
    return any(
        subject.build.stages[run.step.stage].root == stage.number
        and operation.action in ("install", "update")
        for manager in data["managers"][ended.name]
        for run, operation in subject.every_operation.get(manager, ())
    )
