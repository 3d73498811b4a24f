"""What the checks of the base image share: names for people and kinds of images."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from lintimg.aws.images import aws_base, deprecation_state
from lintimg.aws.names import canonical_name
from lintimg.aws.runtimes import newest, runtime_of
from lintimg.checks.tables import table
from lintimg.dockerfile.reference import parse_reference
from lintimg.lazy import regex
from lintimg.lint.subject import Subject

_REGISTRY = "public.ecr.aws/lambda"
_DOCKER_HUB = ("docker.io", "docker.io/library", "hub.docker.com")
_WINDOWS = regex(r"/windows(/|:|$)|windowsservercore|nanoserver|:servercore|-ltsc20\d\d")
_VERSION = regex(r"(\d+)(?:\.(\d+))?")


def is_windows(image: str) -> bool:
    """Whether `image` is one for Windows, by its name or tag."""
    return _WINDOWS.search(image) is not None


@lru_cache(maxsize=1024)
def plain_language(image: str) -> str | None:
    """The AWS base image that takes the place of a well-known image without a Lambda runtime client ("python"
    for `python:3.12-slim`, "provided" for `alpine`); None for an image that nobody here knows.
    """
    if image == "scratch":
        return "provided"
    reference = parse_reference(image)
    if reference is None:
        return None
    name = canonical_name(reference)
    exact, globs = _plain_names()
    found = exact.get(name)
    if found is not None:
        return found
    return next((language for glob, language in globs if fnmatchcase(name, glob)), None)


@cache
def _plain_names() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """The table's names without and with wildcards, each with its language."""
    pairs = [(name, row["lambda"]) for row in table("plain_bases")["rows"] for name in row["images"]]
    return (
        {name: language for name, language in pairs if "*" not in name},
        tuple((name, language) for name, language in pairs if "*" in name),
    )


def without_digest(image: str) -> str:
    """`image` as a sentence names it."""
    return image.partition("@")[0]


def is_trusted(image: str, subject: Subject) -> bool:
    """Whether the configuration's `trusted-bases` has a glob for `image`, with or without its tag and digest."""
    globs = subject.policy.trusted_bases
    if not globs:
        return False
    names = {image, without_digest(image)}
    reference = parse_reference(image)
    if reference is not None:
        name = canonical_name(reference)
        names |= {reference.name, name}
        if not reference.registry:
            names |= {f"{host}/{name}" for host in _DOCKER_HUB}
    return any(fnmatchcase(name, glob) for glob in globs for name in names)


def suggested_base(image: str, as_of: date) -> str:
    """The AWS base image to start from instead of `image`: of the same version where AWS has one that
    is not about to lose its support on `as_of`.
    """
    language = plain_language(image) or "provided"
    reference = parse_reference(image)
    tag = reference.tag if reference is not None and reference.tag else ""
    found = _VERSION.match(tag) if language != "provided" else None
    if found is not None:
        versions = (f"{found[1]}.{found[2]}", found[1]) if found[2] else (found[1],)
        for version in versions:
            for candidate in (f"{version}.al2023", version):
                runtime = runtime_of(language, candidate)
                if runtime is not None and deprecation_state(runtime, as_of) == "current":
                    return f"{_REGISTRY}/{language}:{candidate}"
    best = newest(language)
    return f"{_REGISTRY}/{language}:{best.tag}" if best is not None else f"{_REGISTRY}/provided:al2023"


def with_tag(image: str, successor: str) -> str:
    """`image` (an AWS base image) moved to `successor` (`python:3.14`), its registry and architecture kept."""
    repository, _, tag = successor.partition(":")
    reference = parse_reference(image)
    base = aws_base(image)
    if reference is None or base is None:
        return f"{_REGISTRY}/{successor}"
    name = reference.name
    if repository != base.language:
        name = name.removesuffix(base.language) + repository
    return f"{name}:{tag}-{base.architecture}" if base.architecture else f"{name}:{tag}"
