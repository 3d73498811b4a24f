"""One container: created under given conditions, started, asked, and always removed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from docker import DockerClient
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container

from lintimg.invoke.conditions import Conditions
from lintimg.invoke.emulator import Emulator, find_emulator
from lintimg.invoke.endpoint import wait_until_ready
from lintimg.invoke.problem import InvokeError
from lintimg.lazy import NamedTuple

_PORT = 18080
"""In the container; 8080 often belongs to a web server there."""
_READY_SECONDS = 20
_SETTLE_SECONDS = 1.0
_LABEL = "lintimg.invoke"


class ImageFacts(NamedTuple):
    """What an image starts, and with which variables; `architecture` as in its configuration (`amd64`)."""

    reference: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    working_directory: str | None
    variables: Mapping[str, str]
    architecture: str


class Program(NamedTuple):
    """What is to be started: the image's own, or as the function's ImageConfig overrides it."""

    words: tuple[str, ...]
    working_directory: str | None


def connect() -> DockerClient:
    """The engine that DOCKER_HOST or the default socket leads to. Raises InvokeError."""
    import docker

    try:
        client = docker.from_env()
        client.ping()
    except (DockerException, requests.RequestException) as error:
        raise InvokeError(
            f"no Docker engine answers ({_short(error)}): start one, or set DOCKER_HOST"
        ) from error
    return client


def image_facts(client: DockerClient, reference: str) -> ImageFacts:
    """What the engine knows of the image. Raises InvokeError."""
    try:
        image = client.images.get(reference)
    except ImageNotFound as error:
        raise InvokeError(f"{reference}: the engine has no such image; build or pull it first") from error
    except (DockerException, requests.RequestException) as error:
        raise InvokeError(f"{reference}: {_short(error)}") from error
    config: Mapping[str, Any] = image.attrs.get("Config") or {}
    pairs = [text.partition("=") for text in config.get("Env") or ()]
    return ImageFacts(
        reference,
        tuple(config.get("Entrypoint") or ()),
        tuple(config.get("Cmd") or ()),
        config.get("WorkingDir") or None,
        {name: value for name, _, value in pairs},
        image.attrs.get("Architecture") or "amd64",
    )


def emulator_for(client: DockerClient, image: ImageFacts, given: Any) -> Emulator:
    """Where the emulator is for `image`. Raises InvokeError."""
    try:
        probe = client.containers.create(
            image.reference, entrypoint=["/"], command=[], labels={_LABEL: "probe"}
        )
    except (DockerException, requests.RequestException) as error:
        raise InvokeError(f"{image.reference}: {_short(error)}") from error
    try:
        return find_emulator(probe, given, image.architecture)
    finally:
        _remove(probe)


class Sandbox(NamedTuple):
    """A running container and the port of this machine that leads to its emulator."""

    container: Container
    port: int

    def log(self) -> str:
        """Everything the function and the emulator have printed so far."""
        try:
            return bytes(self.container.logs()).decode("utf-8", "replace")
        except (DockerException, requests.RequestException):
            return ""

    def settled_log(self) -> str:
        """The log once nothing more comes: what a dying process says can arrive after the answer."""
        log, end = self.log(), time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < end:
            time.sleep(_SETTLE_SECONDS / 10)
            log, before = self.log(), log
            if log == before:
                break
        return log

    def alive(self) -> bool:
        """Whether the container still runs."""
        try:
            self.container.reload()
        except (DockerException, requests.RequestException):
            return False
        return self.container.status in ("created", "running")


@contextmanager
def sandbox(
    client: DockerClient,
    image: ImageFacts,
    program: Program,
    emulator: Emulator,
    conditions: Conditions,
    keep: bool,
) -> Iterator[Sandbox]:
    """A started container whose emulator answers. Raises InvokeError; removes the container unless `keep`."""
    arguments = dict(conditions.arguments)
    if emulator.file is not None:
        arguments["volumes"] = {str(emulator.file): {"bind": emulator.program, "mode": "ro"}}
    if program.working_directory is not None:
        arguments["working_dir"] = program.working_directory
    container = _create(client, image, emulator, program.words, arguments)
    try:
        _start(container, image)
        yield Sandbox(container, _ready_port(container, image))
    finally:
        if not keep:
            _remove(container)


def _create(
    client: DockerClient,
    image: ImageFacts,
    emulator: Emulator,
    words: Sequence[str],
    arguments: dict[str, Any],
) -> Container:
    try:
        return client.containers.create(
            image.reference,
            entrypoint=[emulator.program],
            command=["--runtime-interface-emulator-address", f"0.0.0.0:{_PORT}", *words],
            # No port of this machine is named: the engine takes a free one.
            ports={f"{_PORT}/tcp": ("127.0.0.1",)},  # type: ignore[dict-item]
            labels={_LABEL: "function"},
            healthcheck={"test": ["NONE"]},
            **arguments,
        )
    except (DockerException, requests.RequestException) as error:
        raise InvokeError(f"{image.reference}: the engine refuses the container: {_short(error)}") from error


def _start(container: Container, image: ImageFacts) -> None:
    try:
        container.start()
    except (DockerException, requests.RequestException) as error:
        if "exec format error" in str(error):
            raise InvokeError(
                f"{image.reference} is for {image.architecture}, which this engine cannot run: build it for this machine,"
                " or install an emulation (docker run --privileged tonistiigi/binfmt --install all)"
            ) from error
        raise InvokeError(f"{image.reference}: the engine cannot start it: {_short(error)}") from error


def _ready_port(container: Container, image: ImageFacts) -> int:
    container.reload()
    bindings = container.ports.get(f"{_PORT}/tcp") or []
    if not bindings:
        raise InvokeError(f"{image.reference}: the engine publishes no port; its network cannot be used")
    port = int(bindings[0]["HostPort"])
    box = Sandbox(container, port)
    if not wait_until_ready(port, box.alive, _READY_SECONDS):
        last = box.log().strip().splitlines()[-1:] or ["without a word"]
        raise InvokeError(f"{image.reference}: the emulator did not start: {last[0][:300]}")
    return port


def _remove(container: Container) -> None:
    try:
        container.remove(force=True, v=True)
    except NotFound:
        pass
    except (APIError, requests.RequestException) as error:
        raise InvokeError(f"container {container.short_id} cannot be removed: {_short(error)}") from error


def _short(error: Exception) -> str:
    text = str(getattr(error, "explanation", None) or error)
    return " ".join(text.split())[:300]
