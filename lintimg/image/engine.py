"""An image in a Docker engine, or in Podman by the same interface.

Three ways, from fast to slow: the engine's own layer database where this process may read it (headers and
checksums of everything, contents when wanted), the export that `docker save` gives, streamed and parsed as it
comes, and without any files what `docker history` tells.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from lintimg.image.configuration import read_history, steps_of_layers
from lintimg.image.document import count, mapping, mappings, parse_object, text, texts
from lintimg.image.errors import EngineAbsentError, ImageError
from lintimg.image.image import Image, Layer, Manifest, Options, Step
from lintimg.image.layout import read_layout
from lintimg.image.missing import unknown_image
from lintimg.image.store import StreamStore
from lintimg.image.tarsplit import LayerDatabase
from lintimg.text import size_text

_PATIENCE = 3600
"""Seconds until the engine's first byte: it writes the whole export to its own disk before (moby#39464)."""
_PIECE = 2 << 20
_METADATA = frozenset(
    [
        "ARG",
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
    ]
)


def read_named(name: str, options: Options) -> Image:
    """The image `name` of the Docker engine, or of Podman where there is no Docker. Raises ImageError."""
    try:
        return read_engine(name, options)
    except EngineAbsentError as absent:
        try:
            return read_engine(name, options, podman=True)
        except EngineAbsentError:
            raise absent from None


def read_engine(name: str, options: Options, *, podman: bool = False) -> Image:
    """The image `name` of the engine that DOCKER_HOST, the current context or the default socket leads to.

    With `podman` of Podman's socket. Raises ImageError.
    """
    import requests
    from docker.errors import APIError, DockerException, ImageNotFound

    who = "Podman" if podman else "Docker"
    try:
        with ExitStack() as stack:
            client = stack.enter_context(closing(_connect(podman)))
            try:
                client.inspect_image(name)
            except ImageNotFound as error:
                known = (tag for image in mappings(client.images()) for tag in texts(image.get("RepoTags")))
                raise ImageError(unknown_image(who, name, known)) from error
            return _read(client, name, "podman" if podman else "engine", options)
    except APIError as error:
        raise ImageError(f"{who} says: {error.explanation or error}") from error
    except (DockerException, requests.RequestException, OSError) as error:
        raise EngineAbsentError(f"no {who} engine answers{_where(podman)} ({_short(error)})") from error


def _connect(podman: bool) -> Any:
    from docker import APIClient
    from docker.constants import DEFAULT_NPIPE, DEFAULT_UNIX_SOCKET, IS_WINDOWS_PLATFORM
    from docker.utils import kwargs_from_env

    if podman:
        address = _podman_socket()
        _knock(address)
        return APIClient(base_url=address, timeout=_PATIENCE, version="1.40")
    given = kwargs_from_env()
    if "base_url" not in given:
        given["base_url"] = _context_socket() or (
            DEFAULT_NPIPE if IS_WINDOWS_PLATFORM else DEFAULT_UNIX_SOCKET
        )
    _knock(given["base_url"])
    return APIClient(timeout=_PATIENCE, version="auto", **given)


def _knock(address: str) -> None:
    """Raises OSError unless someone listens: the client would tell less and forget to close its socket."""
    scheme, _, path = address.partition("://")
    if scheme.removeprefix("http+") == "unix" and hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect("/" + path.lstrip("/"))


def _context_socket() -> str | None:
    """The socket of the current `docker context`, None for the default one and those with certificates."""
    from docker.context import ContextAPI
    from docker.errors import DockerException

    try:
        context = ContextAPI.get_current_context()
    except (DockerException, OSError, ValueError):
        return None
    host = text(getattr(context, "Host", None))
    return host if host.startswith(("unix://", "npipe://")) else None


def _podman_socket() -> str:
    given = os.environ.get("CONTAINER_HOST", "")
    if given.startswith("unix://"):
        return given
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    for folder in (runtime, "/run"):
        path = Path(folder) / "podman" / "podman.sock"
        if folder and path.exists():
            return f"unix://{path}"
    raise EngineAbsentError("no Podman socket: start one with systemctl --user start podman.socket")


def _where(podman: bool) -> str:
    """Where the engine was looked for, if that is known."""
    if podman:
        return ""
    address = os.environ.get("DOCKER_HOST") or ("" if os.name == "nt" else "unix:///var/run/docker.sock")
    return f" at {address[:200]}" if address else ""


def _short(error: Exception) -> str:
    """The cause, which lies at the end of what requests and docker wrap around it."""
    reason: BaseException = error
    while reason.__context__ is not None:
        reason = reason.__context__
    return getattr(reason, "strerror", None) or str(reason)[:200] or type(reason).__name__


def _read(client: Any, name: str, source: str, options: Options) -> Image:
    details = mapping(client.inspect_image(name))
    if options.via != "history":
        image = None if options.via == "save" else _from_database(client, details, name, source)
        if image is not None:
            return image
        if options.via == "database":
            raise ImageError("the engine's layer database cannot be read here: leave out --via database")
        return _from_export(client, details, name, source, options)
    history = mappings(client.history(name))
    return _from_history(details, history, name, source)


def _from_database(client: Any, details: Mapping[str, Any], name: str, source: str) -> Image | None:
    """The image as the engine's own files have it; None where they cannot be read."""
    if text(mapping(details.get("GraphDriver")).get("Name")) != "overlay2":
        return None
    root = text(mapping(client.info()).get("DockerRootDir"))
    if not root:
        return None
    database = LayerDatabase(Path(root))
    try:
        data = database.configuration(text(details.get("Id")))
        if data is None:
            return None
        configuration = parse_object(data, "the image's configuration")
        diff_ids = texts(mapping(configuration.get("rootfs")).get("diff_ids"))
        layers = database.layers(diff_ids)
    except PermissionError:
        return None
    if layers is None:
        return None
    history = read_history(configuration)
    steps = steps_of_layers(history, len(layers))
    return Image(
        name,
        source,
        _manifest(details),
        configuration,
        history,
        tuple(
            Layer(diff_id, None, None, None, step, layer.entries, layer.read)
            for diff_id, step, layer in zip(diff_ids, steps, layers, strict=True)
        ),
    )


def _manifest(details: Mapping[str, Any]) -> Manifest:
    """The digest under which a registry knows the image, if the engine pulled or pushed it."""
    digests = {entry.partition("@")[2] for entry in texts(details.get("RepoDigests"))}
    return Manifest(digests.pop() if len(digests) == 1 else None, None, None)


def _from_export(client: Any, details: Mapping[str, Any], name: str, source: str, options: Options) -> Image:
    whole = count(details.get("Size"))
    layers = len(texts(mapping(details.get("RootFS")).get("Layers")))
    progress = options.progress
    if progress is not None:
        size = "" if whole is None else f"{size_text(whole)} in "
        progress(f"{name}: {size}{layers} layers; the engine prepares its export", 0, None)
    pieces = client.get_image(name, chunk_size=_PIECE)
    came = 0

    def read() -> bytes:
        nonlocal came
        piece = next(pieces, b"")
        came += len(piece)
        if progress is not None:
            progress(f"{name}: reading the export", came, whole)
        return piece

    image = read_layout(StreamStore(read, options), name, source, None, options)
    return image._replace(manifest=_manifest(details))


def _from_history(
    details: Mapping[str, Any], history: tuple[Mapping[str, Any], ...], name: str, source: str
) -> Image:
    diff_ids = texts(mapping(details.get("RootFS")).get("Layers"))
    steps = tuple(_steps(history, len(diff_ids)))
    configuration = {
        "os": details.get("Os"),
        "architecture": details.get("Architecture"),
        "config": details.get("Config"),
    }
    layers = tuple(
        Layer(diff_id, None, None, None, step, None)
        for diff_id, step in zip(diff_ids, steps_of_layers(steps, len(diff_ids)), strict=True)
    )
    note = "only what the engine's history tells: files and waste are not known"
    return Image(name, source, _manifest(details), configuration, steps, layers, notes=(note,))


def _steps(history: tuple[Mapping[str, Any], ...], layers: int) -> Iterator[Step]:
    """The steps, first one first. The interface does not say which made no layer: those that cannot, surely."""
    found = list(reversed(history))
    sizes = [count(entry.get("Size")) or 0 for entry in found]
    commands = [text(entry.get("CreatedBy")) for entry in found]
    empty = [not size and _is_metadata(command) for size, command in zip(sizes, commands, strict=True)]
    if empty.count(False) != layers:
        empty = [not size for size in sizes]
    for entry, size, command, nothing in zip(found, sizes, commands, empty, strict=True):
        yield Step(command, text(entry.get("Comment")), nothing, size)


def _is_metadata(command: str) -> bool:
    word = command.removeprefix("/bin/sh -c #(nop)").strip().partition(" ")[0].upper()
    return word in _METADATA
