"""Lambda's conditions as arguments for a container, and docker's own for comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lintimg.lazy import NamedTuple
from lintimg.model.invoke import Limits

_MIB = 1024 * 1024


@cache
def facts() -> Mapping[str, Any]:
    """What Lambda fixes: user, HOME, variables, limits."""
    text = (Path(__file__).parent / "data" / "lambda_environment.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


class Conditions(NamedTuple):
    """Arguments of docker's `create`, and whether they are Lambda's."""

    lambda_like: bool
    arguments: Mapping[str, Any]


def lambda_conditions(
    limits: Limits, image_variables: Mapping[str, str], given: Mapping[str, str]
) -> Conditions:
    """A read-only root, /tmp of its own, an unprivileged user without capabilities, Lambda's variables.

    /tmp lies in memory here, which Lambda's does not: its size is added to the container's limit, and the
    function's own use is watched instead (see measure).
    """
    known = facts()
    memory = (limits.memory_mb + limits.tmp_mb) * _MIB
    return Conditions(
        True,
        {
            "environment": _variables(limits, image_variables, given),
            "user": known["user"],
            "read_only": True,
            "tmpfs": {"/tmp": f"rw,exec,nosuid,mode=1777,size={limits.tmp_mb}m"},  # noqa: S108
            "security_opt": ["no-new-privileges"],
            "cap_drop": ["ALL"],
            "mem_limit": memory,
            "memswap_limit": memory,
        },
    )


def plain_conditions(
    limits: Limits, image_variables: Mapping[str, str], given: Mapping[str, str]
) -> Conditions:
    """The image as `docker run` would start it, only with the variables of a function."""
    environment = _variables(limits, image_variables, given)
    if "HOME" not in given:
        environment.pop("HOME")
    return Conditions(False, {"environment": environment})


def _variables(
    limits: Limits, image_variables: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    known = facts()
    timeout = limits.timeout_seconds
    defaults = {k: v for k, v in known["default_variables"].items() if k not in image_variables}
    return {
        **defaults,
        "HOME": known["home"],
        **known["variables"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(limits.memory_mb),
        # The emulator reads whole seconds.
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(max(1, round(timeout))),
        **given,
    }
