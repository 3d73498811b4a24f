"""What base images bring, in the terms of the Dockerfile reader."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from lintimg.aws.images import AwsBase, aws_base
from lintimg.aws.names import canonical_name
from lintimg.aws.tables import table
from lintimg.dockerfile.build import BaseFacts
from lintimg.dockerfile.reference import parse_reference

_UNKNOWN = BaseFacts(env=None, workdir=None, entrypoint=None, cmd=None, shell=None)


@lru_cache(maxsize=1024)
def base_facts(reference: str) -> BaseFacts:
    """What the image `reference` brings; unknown images yield unknown facts.

    In `env` a value of None stands for a variable that the image may set to a value nobody can tell from the
    reference, such as `PYTHON_VERSION`. Sources: the images' own Dockerfiles, named in the data file.
    """
    if reference == "scratch":
        return _facts(table("base_images")["images"]["scratch"], "")
    base = aws_base(reference)
    if base is not None:
        return _lambda_facts(base)
    parsed = parse_reference(reference)
    if parsed is None:
        return _UNKNOWN
    data = table("base_images")
    row = data["images"].get(canonical_name(parsed))
    if isinstance(row, str):
        row = data["images"][row]
    tag = parsed.tag or ""
    if (
        row is None
        or re.search(data["unknown_tags"], tag)
        or ("unless" in row and re.search(row["unless"], tag))
    ):
        return _UNKNOWN
    return _facts(row, tag)


def _lambda_facts(base: AwsBase) -> BaseFacts:
    data = table("base_images")
    row = data["lambda"]
    extra = data["lambda_env"].get(base.language)
    return _facts({**row, "env": {**row["env"], **extra}} if extra else row, "")


def _facts(row: Mapping[str, Any], tag: str) -> BaseFacts:
    data = table("base_images")
    for variant in row.get("variants", ()):
        if re.search(variant["tags"], tag):
            row = {**row, **variant}
            break
    env: dict[str, str | None] = dict(row["env"])
    path = env["PATH"]
    if path is not None:
        env["PATH"] = path.replace("+", data["default_path"])
    return BaseFacts(
        env=env,
        workdir=row.get("workdir"),
        entrypoint=_arguments(row.get("entrypoint")),
        cmd=_arguments(row.get("cmd")),
        shell=tuple(data["shell"]),
    )


def _arguments(value: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)
