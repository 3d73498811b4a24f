"""Size of an image before it is built."""

from __future__ import annotations

from collections.abc import Iterable

from lintimg.aws.limits import ZIP_LIMIT
from lintimg.aws.sizes import base_size
from lintimg.lazy import NamedTuple
from lintimg.lint.contributions import MEGABYTE, Contribution, contributions, total, upper
from lintimg.lint.subject import Subject
from lintimg.model.finding import ZipFit
from lintimg.model.report import Estimate, EstimatePart

_UNKNOWN_BASE_HIGH = 2_000 * MEGABYTE
_SMALL = MEGABYTE


class _Sum(NamedTuple):
    low: int
    likely: int
    high: int
    parts: tuple[EstimatePart, ...]


def estimate_image(subject: Subject) -> Estimate | None:
    """Base, packages and what COPY brings, as low, likely and high bytes with their parts.

    Low counts only what is surely there: a base of unknown size counts nothing in low and likely and is named in the
    parts. None when nothing is known.
    """
    stage = subject.final_stage
    if stage is None:
        return None
    found = _add_up(contributions(subject, stage.number))
    image = subject.base_image
    size = base_size(image) if image else None
    if size is None and not found.parts:
        return None
    root = subject.root_stage
    line = root.instruction.start_line if root else None
    name = image or (root.base.text if root else "base image")
    what = f"base image {name}" if size else f"base image {name} (size not known)"
    low, likely, high = (size.low, size.likely, size.high) if size else (0, 0, _UNKNOWN_BASE_HIGH)
    return Estimate(
        found.low + low,
        found.likely + likely,
        found.high + high,
        (EstimatePart(line, what, likely), *found.parts),
    )


def estimate_zip(subject: Subject) -> Estimate | None:
    """The function's own files and its language's packages, without base image, system packages and bytecode: what
    a zip package would hold, unzipped. None when nothing of it is known.
    """
    stage = subject.final_stage
    if stage is None:
        return None
    own = (
        each._replace(compiled=False)
        for each in contributions(subject, stage.number)
        if each.kind in ("code", "packages")
    )
    found = _add_up(own)
    return Estimate(*found) if found.parts else None


def zip_fit(subject: Subject) -> ZipFit | None:
    """Code and dependencies against the zip limit; None when nothing of them is known."""
    found = estimate_zip(subject)
    if found is None:
        return None
    return ZipFit(found.likely <= ZIP_LIMIT, found.likely, ZIP_LIMIT)


def _add_up(found: Iterable[Contribution]) -> _Sum:
    """The sums of all contributions; a package that several of them bring counts for the first. Where
    torch's CPU build is asked for, its default build that others require does not come too.
    """
    found = list(found)
    named = {(each.ecosystem, package.name) for each in found for package in each.parts}
    seen: set[tuple[str, str]] = set()
    low = likely = high = 0
    parts: dict[tuple[int, str], int] = {}
    for each in found:
        part_low, part_likely, part_high = each.low, each.likely, each.high
        for package in each.parts:
            key = (each.ecosystem, package.name)
            cpu_build = package.name.replace("torch", "torch+cpu", 1)
            if key in seen or (
                package.name in ("torch", "torch (cache)") and (each.ecosystem, cpu_build) in named
            ):
                continue
            seen.add(key)
            bytes_ = total(package, compiled=each.compiled, recommends=each.recommends)
            part_low += int(package.unpacked * each.scale)
            part_likely += bytes_
            part_high += upper(bytes_)
        low += part_low
        likely += part_likely
        high += part_high
        if part_likely:
            name = (each.line, each.what)
            parts[name] = parts.get(name, 0) + part_likely
    return _Sum(low, likely, high, _listed(parts))


def _listed(parts: dict[tuple[int, str], int]) -> tuple[EstimatePart, ...]:
    """The parts in the order of their lines; small packages of one line are put together."""
    small: dict[int, list[int]] = {}
    listed: list[EstimatePart] = []
    for (line, what), bytes_ in parts.items():
        if bytes_ < _SMALL and ": " in what:
            small.setdefault(line, []).append(bytes_)
        else:
            listed.append(EstimatePart(line, what, bytes_))
    for line, sizes in small.items():
        what = f"{len(sizes)} small {'package' if len(sizes) == 1 else 'packages'}"
        listed.append(EstimatePart(line, what, sum(sizes)))
    return tuple(sorted(listed, key=lambda part: (part.line or 0, -part.bytes, part.what)))
