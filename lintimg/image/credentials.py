"""What `docker login` left: credentials in ~/.docker/config.json and in credential helpers such as ECR's.

Format: docker/cli's docs (config.json) and docker/docker-credential-helpers (the helpers' protocol).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lintimg.image.document import LARGEST, mapping, text
from lintimg.image.errors import ImageError
from lintimg.lazy import NamedTuple

_HUB = "https://index.docker.io/v1/"
"""The name under which Docker Hub's credentials are kept."""
_HELPER = re.compile(r"[\w.-]+\Z", re.ASCII)
_PATIENCE = 60
"""Seconds for a helper, which may have to ask AWS."""


class Credentials(NamedTuple):
    """A user and password; a `token` in their place is to be exchanged for others."""

    user: str
    password: str
    token: str = ""


def find_credentials(host: str) -> Credentials | None:
    """The credentials for a registry; None where there are none. Raises ImageError if a helper fails."""
    config = _configuration()
    names = (
        [_HUB, "docker.io", "index.docker.io"]
        if host == "registry-1.docker.io"
        else [host, f"https://{host}"]
    )
    helpers = mapping(config.get("credHelpers"))
    for name in names:
        helper = text(helpers.get(name)) or text(config.get("credsStore"))
        if helper:
            found = _ask(helper, name)
            if found is not None:
                return found
    stored = mapping(config.get("auths"))
    for name in names:
        found = _stored(mapping(stored.get(name)))
        if found is not None:
            return found
    return None


def _configuration() -> Mapping[str, Any]:
    folder = os.environ.get("DOCKER_CONFIG")
    path = (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    try:
        with path.open("rb") as file:
            return mapping(json.loads(file.read(LARGEST)))
    except (OSError, ValueError, RecursionError):
        return {}


def _stored(entry: Mapping[str, Any]) -> Credentials | None:
    token = text(entry.get("identitytoken"))
    try:
        user, colon, password = base64.b64decode(text(entry.get("auth"))).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if not colon and not token:
        return None
    return Credentials(user, password.rstrip("\0"), token)


def _ask(helper: str, name: str) -> Credentials | None:
    # Imported here: most registries need no helper.
    import subprocess

    if not _HELPER.match(helper):
        return None
    command = f"docker-credential-{helper}"
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user configured
            [command, "get"], input=name.encode(), capture_output=True, timeout=_PATIENCE, check=False
        )
    except FileNotFoundError as error:
        raise ImageError(
            f"the credential helper {command} of the Docker configuration is not installed"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(f"the credential helper {command} does not work: {error}") from error
    if done.returncode:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        if "not found" in said:
            return None
        raise ImageError(f"the credential helper {command} failed: {said[:200]}")
    try:
        answer = mapping(json.loads(done.stdout))
    except ValueError:
        return None
    user, password = text(answer.get("Username")), text(answer.get("Secret"))
    if user == "<token>":
        return Credentials("", "", password)
    return Credentials(user, password) if user or password else None
