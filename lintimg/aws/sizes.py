"""Measured sizes of packages and base images, in bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from lintimg.aws.images import aws_base
from lintimg.aws.names import canonical_name
from lintimg.aws.tables import table
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import NamedTuple


class PackageSize(NamedTuple):
    """Unpacked size of a package with its dependencies, `download` the compressed one (0 where
    it was not measured: npm, apt). `advice` says what to
    use instead (None: nothing lighter), `alternative` its name and `saving` what that saves in bytes.
    `oversized`: worth a finding (LI404). `unless` are substrings of version, options or index that make it fine (`+cpu`).

    `own` is the unpacked size without dependencies, `bytecode` what compiling the Python files of package
    and dependencies adds. `through` names the dependency that weighs (`torch`): where that is
    dealt with, the package is fine.
    """

    ecosystem: str
    name: str
    download: int
    unpacked: int
    oversized: bool
    alternative: str | None
    saving: int | None
    advice: str | None
    unless: tuple[str, ...]
    own: int
    bytecode: int
    through: str | None


class PackagePart(NamedTuple):
    """A package's own contribution: bytes without dependencies, and the names of all that comes with it.

    `bytecode` is what compiling its Python files adds, `recommended` what a package manager that installs
    recommended packages adds on top (apt without `--no-install-recommends`).
    """

    name: str
    download: int
    unpacked: int
    bytecode: int
    recommended: int
    requires: tuple[str, ...]


class BaseSize(NamedTuple):
    """Uncompressed size of a base image: bounds and a likely value, with the source of the figures."""

    low: int
    likely: int
    high: int
    source: str


ECOSYSTEMS = ("pip", "npm", "apt")
"""The ecosystems with measured packages."""


def normalised_name(ecosystem: str, name: str) -> str:
    """`name` as its ecosystem compares names (PEP 503 for pip)."""
    name = name.strip().lower()
    return re.sub(r"[-_.]+", "-", name) if ecosystem == "pip" else name


@cache
def _rows(ecosystem: str) -> dict[str, dict[str, Any]]:
    if ecosystem not in ECOSYSTEMS:
        return {}
    rows: dict[str, dict[str, Any]] = table(f"package_sizes_{ecosystem}")["packages"]
    return rows


def package_part(ecosystem: str, name: str) -> PackagePart | None:
    """The own size of a package, for adding up without counting a shared dependency twice; None when it was
    never measured.
    """
    key = normalised_name(ecosystem, name)
    row = _rows(ecosystem).get(key)
    if row is None:
        return None
    return PackagePart(
        name=key,
        download=row["download"],
        unpacked=row["unpacked"],
        bytecode=row.get("bytecode", 0),
        recommended=row.get("recommended", 0),
        requires=tuple(row["requires"]),
    )


def with_dependencies(ecosystem: str, names: Iterable[str]) -> dict[str, PackagePart]:
    """All measured packages that installing `names` brings, each once; packages never measured are left out."""
    found: dict[str, PackagePart] = {}
    for name in names:
        part = package_part(ecosystem, name)
        if part is None or part.name in found:
            continue
        found[part.name] = part
        for required in part.requires:
            if required not in found:
                dependency = package_part(ecosystem, required)
                if dependency is not None:
                    found[required] = dependency
    return found


def package_size(ecosystem: str, name: str) -> PackageSize | None:
    """The measured size of a package (name normalised), None when it was never measured."""
    part = package_part(ecosystem, name)
    if part is None:
        return None
    parts = with_dependencies(ecosystem, (name,)).values()
    unpacked = sum(each.unpacked for each in parts)
    advice = table("oversized")["packages"].get(ecosystem, {}).get(part.name, {})
    alternative = advice.get("alternative")
    saving = advice.get("saving")
    if "saving" not in advice and alternative is not None:
        lighter = with_dependencies(ecosystem, (alternative,)).values()
        if lighter:
            saving = unpacked - sum(each.unpacked for each in lighter)
    return PackageSize(
        ecosystem=ecosystem,
        name=part.name,
        download=sum(each.download for each in parts),
        unpacked=unpacked,
        oversized=bool(advice),
        alternative=alternative,
        saving=saving,
        advice=advice.get("advice"),
        unless=tuple(advice.get("unless", ())),
        own=part.unpacked,
        bytecode=sum(each.bytecode for each in parts),
        through=advice.get("through"),
    )


def base_size(reference: str) -> BaseSize | None:
    """The size of a base image, None when unknown."""
    if reference == "scratch":
        return BaseSize(0, 0, 0, "scratch is empty")
    data = table("base_sizes")
    base = aws_base(reference)
    if base is not None:
        tag = base.runtime.tag if base.runtime is not None else base.tag or ""
        return _matching(data["lambda"], base.language, tag, data["lambda_source"])
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    name = canonical_name(parsed)
    return _matching(data["images"], data["same"].get(name, name), parsed.tag or "", data["images_source"])


def _matching(rows: list[dict[str, Any]], image: str, tag: str, source: str) -> BaseSize | None:
    for row in rows:
        if (row["image"] == image or fnmatchcase(image, row["image"])) and re.search(row["tags"], tag):
            return BaseSize(row["low"], row["likely"], row["high"], source)
    return None
