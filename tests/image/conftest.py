"""An engine with real images, built from this machine's own shell and a handful of its commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from tests.engine import engine, need, socket_address, unavailable

_COMMANDS = ("sh", "rm", "mkdir", "chmod", "chown", "ln", "mv", "cp", "touch", "head", "cat", "sleep")
_DOCKERFILE = """\
FROM scratch
COPY root/ /
COPY src/ /opt/
RUN chmod -R g+w /opt/many
RUN rm /opt/big
RUN rm -rf /opt/many/deep && mkdir /opt/many/deep && touch /opt/many/deep/new
RUN rm -rf /opt/many && echo file > /opt/many
RUN rm -rf /opt/many && mkdir /opt/many && echo file > /opt/many/1
RUN ln /opt/linked /opt/another
ENV A=b
RUN rm /opt/linked && ln -s /etc /opt/etc
RUN cp -r /opt /srv && cp /opt/another /srv/third
CMD ["a.b"]
"""
"""Every way to waste bytes: copies for a mode, files, folders and hard links removed, kinds exchanged."""


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("image-engine")


@pytest.fixture(scope="session")
def client(engine_folder: Path) -> Iterator[DockerClient]:
    """An engine with the images `classic`, `buildkit` and `imported`."""
    need(unavailable())
    need(None if _docker() else "the docker command line is missing: apt-get install docker.io")
    with engine(engine_folder) as client:
        context = build_context(engine_folder / "context")
        _build(engine_folder, context, "classic", "0")
        _build(engine_folder, context, "buildkit", "1")
        _import(client, context)
        yield client


@pytest.fixture
def host(client: DockerClient, engine_folder: Path, monkeypatch: pytest.MonkeyPatch) -> DockerClient:
    """The engine, which DOCKER_HOST leads to."""
    monkeypatch.setenv("DOCKER_HOST", socket_address(engine_folder))
    return client


def _docker() -> str | None:
    """Debian's own command line: others may be wrappers."""
    return shutil.which("docker", path="/usr/bin:/usr/local/bin")


def _build(folder: Path, context: Path, name: str, buildkit: str) -> None:
    docker = _docker()
    assert docker is not None
    environment = {**os.environ, "DOCKER_HOST": socket_address(folder), "DOCKER_BUILDKIT": buildkit}
    command = [docker, "build", "--network", "none", "--quiet", "--tag", name, str(context)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _import(client: DockerClient, context: Path) -> None:
    archive = subprocess.run(
        ["tar", "-C", str(context / "src"), "-c", "."], capture_output=True, check=True
    ).stdout
    client.api.import_image_from_data(archive, repository="imported", tag="latest")


def build_context(folder: Path) -> Path:
    """`folder`, filled as a build context whose Dockerfile wastes bytes in every way."""
    root, source = folder / "root", folder / "src"
    (root / "bin").mkdir(parents=True)
    (root / "tmp").mkdir()
    for command in _COMMANDS:
        path = shutil.which(command)
        assert path is not None
        shutil.copy(path, root / "bin" / command)
        for library in _libraries(path):
            target = root / library.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)
    deep = source / "many" / "deep"
    deep.mkdir(parents=True)
    (source / "big").write_bytes(os.urandom(300_000))
    (source / "linked").hardlink_to(source / "big")
    (source / "link").symlink_to("big")
    (deep / "file").write_bytes(os.urandom(20_000))
    for number in range(300):
        (source / "many" / str(number)).write_bytes(os.urandom(number))
    long = source / ("x" * 90)
    long.mkdir()
    (long / ("y" * 90)).write_text("long")
    (source / "ümläut").write_text("u")
    with (source / "sparse").open("wb") as sparse:
        sparse.truncate(200_000)
    # A name that is not UTF-8.
    (Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9"))).write_text("e")
    (folder / "Dockerfile").write_text(_DOCKERFILE)
    return folder


def _libraries(program: str) -> list[Path]:
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return [Path(found) for found in re.findall(r"(/\S+)", done.stdout)]
