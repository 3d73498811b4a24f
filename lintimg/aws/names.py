"""One name for an image that many registries carry."""

from __future__ import annotations

from lintimg.aws.tables import table
from lintimg.dockerfile.reference import ImageReference
from lintimg.lazy import regex

_PRIVATE_ECR = regex(
    r"\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)"
)


def is_private_ecr(reference: ImageReference) -> bool:
    """Whether the image lies in the ECR registry of an account, `123456789012.dkr.ecr.REGION.amazonaws.com`
    or its dual-stack and China spellings (docs: AmazonECR/latest/userguide/Registries.html).
    """
    return _PRIVATE_ECR.fullmatch(reference.registry) is not None


def canonical_name(reference: ImageReference) -> str:
    """The name without tag, with every spelling of a registry brought to one: `python` for
    `docker.io/library/python`, `public.ecr.aws/docker/library/python` and `arm64v8/python`,
    `amazon/aws-lambda-python` for `docker.io/amazon/aws-lambda-python`.

    ECR's pull-through caches with their default prefixes (`…dkr.ecr…/ecr-public/lambda/python`) count as
    the registry they cache (docs: AmazonECR/latest/userguide/pull-through-cache-creating-rule.html).
    """
    spellings = table("images")["registries"]
    registry, repository = reference.registry.lower(), reference.repository
    if is_private_ecr(reference):
        prefix, _, rest = repository.partition("/")
        cached = spellings["pull_through_prefixes"].get(prefix)
        if cached is None or not rest:
            return reference.name
        registry, repository = cached, rest
    if registry in spellings["docker_hub"]:
        registry = ""
    name = f"{registry}/{repository}" if registry else repository
    for prefix in spellings["official_prefixes"]:
        if name.startswith(prefix) and "/" not in name[len(prefix) :]:
            return name[len(prefix) :]
    return name
