"""LI230: image addresses in infrastructure code that Lambda refuses."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.context.deployment import Deployment
from lintimg.context.places import literals
from lintimg.lazy import regex
from lintimg.lint.rule import Hit
from lintimg.text import SourceText

_KEYS = {"sam": ("ImageUri",), "terraform": ("image_uri",), "serverless": ("image", "uri")}
_PRIVATE = regex(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/")
_FIPS = regex(r"\d{12}\.dkr\.ecr-fips\.")
_REGISTRY = regex(
    r"(?:public\.ecr\.aws|docker\.io|ghcr\.io|quay\.io|gcr\.io|[\w.-]+\.pkg\.dev|mcr\.microsoft\.com)/\S"
)
_VARIABLE = frozenset("$!{}<>%")


def image_address(deployment: Deployment, source: SourceText) -> Iterator[Hit]:
    """A hit for each literal address of the function's image that is in no private repository of ECR, or names both a tag
    and a digest.
    """
    for text, span in literals(source, deployment, _KEYS.get(deployment.tool, ("image_uri",))):
        problem = None if _VARIABLE.intersection(text) else _problem(text)
        # SAM takes an address of any registry for the name of a local image, which it pushes to ECR.
        if problem is None or (
            problem == "registry" and deployment.tool == "sam" and "AWS::Serverless" in source.text
        ):
            continue
        yield Hit(
            span,
            {"name": deployment.name or "the function", "address": text},
            variant=problem,
            details={"problem": problem, "address": text},
            path=deployment.file,
        )


def _problem(address: str) -> str | None:
    name, _, digest = address.partition("@")
    if digest.startswith("sha256:") and ":" in name.rpartition("/")[2]:
        return "tag and digest"
    if _FIPS.match(address):
        return "fips"
    return "registry" if _REGISTRY.match(address) and not _PRIVATE.match(address) else None
