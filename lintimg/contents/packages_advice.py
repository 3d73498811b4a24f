"""Advice on packages: of no use on Lambda, there twice, needed at build time only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import translate

from lintimg.contents.advice import Advice, Choice, names_text, remedies
from lintimg.contents.parts import HEADERS, NODE, PYTHON, SYSTEM
from lintimg.contents.places_advice import installing_layers, own_layers
from lintimg.contents.survey import Survey
from lintimg.model.image import ImageLayer

_LEAST_SHARED = 5
"""Packages that two node_modules folders have in common before one of them is called a copy."""


def package_choices(found: Survey, layers: Sequence[ImageLayer]) -> Iterator[Choice]:
    """What to do about packages; `layers` are the image's."""
    own = own_layers(found)
    yield from _gpu(found, own)
    yield from _twins(found, own)
    yield from _in_base(found, own)
    yield from _python_twice(found, own)
    yield from _node_twice(found, own)
    yield from _development(found, own)
    yield from _build_tools(found, installing_layers(found, layers))


def _gpu(found: Survey, own: frozenset[int]) -> Iterator[Choice]:
    facts = remedies()["gpu"]
    fits = _any_of(facts["names"])
    parts = _python(found, own)
    useless = [name for name in parts if fits(name)]
    torch = "torch" in parts
    rule = ("LI404",)
    if useless or torch:
        advice = Advice(
            "CUDA libraries are in the image, and Lambda has no GPU",
            facts["torch"] if torch else facts["other"],
            rule,
        )
        yield Choice(advice, frozenset(number for name in useless for number in parts[name]), own)
        for name, pattern in facts["files"].items():
            if name in parts:
                yield Choice(advice, frozenset(parts[name]), own, pattern)


def _twins(found: Survey, own: frozenset[int]) -> Iterator[Choice]:
    parts = _python(found, own)
    for names in remedies()["twins"]:
        first, *others = [name for name in names if name in parts] or [""]
        for other in others:
            advice = Advice(
                f"{other} and {first} hold the same modules",
                f"Leave {other} out of the requirements, and name {first} there in its place",
                ("LI404",),
            )
            yield Choice(advice, frozenset(parts[other]), own)


def _in_base(found: Survey, own: frozenset[int]) -> Iterator[Choice]:
    """What AWS's images bring: boto3 and what it needs."""
    if not found.base:
        return
    base = _python(found, frozenset(range(found.base)))
    parts = _python(found, own)
    names = [name for name in ("boto3", "botocore") if name in base and name in parts]
    if names:
        versions = {found.parts[number].version or "" for name in names for number in base[name]}
        there = ", ".join(sorted(versions - {""}))
        advice = Advice(
            f"{names_text(names)}: the base image has them, too",
            f"Leave them out of the requirements if the base image's version {there} will do",
            (),
        )
        yield Choice(advice, frozenset(number for name in names for number in parts[name]), own)


def _python_twice(found: Survey, own: frozenset[int]) -> Iterator[Choice]:
    """Distributions in two folders: of a copy beside the code and one in site-packages, the code's stays."""
    copies: dict[tuple[bytes, bytes], list[int]] = {}
    names: dict[tuple[bytes, bytes], list[str]] = {}
    for name, numbers in _python(found, own).items():
        sites = sorted(
            numbers, key=lambda number: (b"-packages" in found.parts[number].path, found.parts[number].path)
        )
        for number in sites[1:]:
            key = (found.parts[sites[0]].path, found.parts[number].path)
            if b"" not in key and key[0] != key[1]:
                copies.setdefault(key, []).append(number)
                names.setdefault(key, []).append(name)
    for (first, second), numbers in sorted(copies.items()):
        advice = Advice(
            f"Python packages are in {_text(first)} and in {_text(second)}: {names_text(sorted(names[first, second]))}",
            f"Install them once: leave out what installs into {_text(second)}",
            (),
        )
        yield Choice(advice, frozenset(numbers), own)


def _node_twice(found: Survey, own: frozenset[int]) -> Iterator[Choice]:
    roots: dict[bytes, dict[tuple[str, bytes], int]] = {}
    present = _present(found, own)
    for number, part in enumerate(found.parts):
        if part.category == NODE and part.path and number in present:
            head, _, rest = part.path.partition(b"node_modules/")
            roots.setdefault(head, {})[part.name, rest] = number
    ordered = sorted(roots, key=lambda root: (not root.startswith(b"var/task"), root))
    for at, root in enumerate(ordered):
        for first in ordered[:at]:
            shared = roots[root].keys() & roots[first].keys()
            if len(shared) >= _LEAST_SHARED and len(shared) * 2 >= len(roots[root]):
                advice = Advice(
                    f"{_text(root)}node_modules is a second copy of {_text(first)}node_modules",
                    "Copy one of them; add **/node_modules to .dockerignore if the build context brings one",
                    ("LI302",),
                )
                yield Choice(advice, frozenset(roots[root].values()), own)
                break


def _development(found: Survey, own: frozenset[int]) -> Iterator[Choice]:
    paths = found.metadata.development
    if paths:
        numbers = [
            number for number, part in enumerate(found.parts) if part.category == NODE and part.path in paths
        ]
        names = sorted({found.parts[number].name for number in numbers})
        if names:
            advice = Advice(
                f"Node packages for development are in the image: {names_text(names)}",
                "Write npm ci --omit=dev, or npm prune --omit=dev in the RUN that builds",
                ("LI407",),
            )
            yield Choice(advice, frozenset(numbers), own)


def _build_tools(found: Survey, installing: frozenset[int]) -> Iterator[Choice]:
    if not installing:
        return
    fits = _any_of(remedies()["build_tools"])
    present = _present(found, installing)
    tools = [
        number
        for number, part in enumerate(found.parts)
        if number in present and part.category == SYSTEM and fits(part.name)
    ]
    if not tools:
        return
    headers = [number for number in present if found.parts[number].category == HEADERS]
    brought = _brought(found, tools, installing)
    tools.sort(key=lambda number: -sum(found.bytes.get((number, layer), 0) for layer in installing))
    advice = Advice(
        f"Build tools are in the image: {names_text([found.parts[number].name for number in tools])}",
        "Build in a stage of its own (FROM … AS build), and COPY --from=build the result",
        ("LI401",),
    )
    yield Choice(advice, frozenset((*tools, *headers, *brought)), installing)


def _brought(found: Survey, tools: Iterable[int], installing: frozenset[int]) -> set[int]:
    """The packages of the installing layers that are there for the sake of the tools alone."""
    needs = found.metadata.requirements
    before = {
        number for layer in range(len(found.of)) if layer not in installing for number in found.of[layer]
    }
    there = {
        found.parts[number].name: number
        for number in _present(found, installing) - before
        if found.parts[number].category == SYSTEM
    }
    own = {found.parts[number].name for number in tools}
    with_tools = _closure(own, needs)
    kept = _closure(there.keys() - with_tools, needs)
    return {there[name] for name in (with_tools - kept) & there.keys()}


def _closure(names: Iterable[str], needs: Mapping[str, frozenset[str]]) -> set[str]:
    """Packages and all that they need."""
    found = set(names)
    waiting = list(found)
    while waiting:
        new = needs.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting += new
    return found


def _python(found: Survey, layers: frozenset[int]) -> dict[str, list[int]]:
    """The distributions in `layers` by name, and their parts."""
    parts: dict[str, list[int]] = {}
    for number in sorted(_present(found, layers)):
        part = found.parts[number]
        if part.category == PYTHON:
            parts.setdefault(part.name, []).append(number)
    return parts


def _present(found: Survey, layers: frozenset[int]) -> set[int]:
    return {number for number, layer in found.bytes if layer in layers}


def _any_of(patterns: Iterable[str]) -> Callable[[str], bool]:
    match = re.compile("|".join(f"(?:{translate(pattern)})" for pattern in patterns)).match
    return lambda name: match(name) is not None


def _text(path: bytes) -> str:
    return "/" + path.decode("utf-8", "surrogateescape")
