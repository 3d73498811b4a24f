"""A Docker engine of the tests' own: its own socket, data, exec root and bridge, stopped by its own process id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import docker
import pytest
from docker import DockerClient

_NEEDED = ("dockerd", "ip")
_SECONDS = 60


def unavailable() -> str | None:
    """Why no engine can be started here, None where it can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "a Docker engine of the tests' own needs Linux and root"
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    return f"{' and '.join(missing)} missing: apt-get install docker.io iproute2" if missing else None


def need(reason: str | None) -> None:
    """Skips the test for `reason`, or fails it in CI, where nothing may be missing."""
    if reason is None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (in CI this may not be skipped)")
    pytest.skip(reason)


@contextmanager
def engine(folder: Path) -> Iterator[DockerClient]:
    """A running engine with everything below `folder`; $DOCKER_HOST of `address` leads to it."""
    # Several engines may run at once: a number of the folder's own keeps names and networks apart.
    number = zlib.crc32(f"{os.getpid()} {folder}".encode())
    bridge = f"lintimg{number % 16**8:08x}"
    address = f"10.{number % 250}.{number // 250 % 250}.1/24"
    subprocess.run(["ip", "link", "add", "name", bridge, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "addr", "add", address, "dev", bridge], check=True)
        subprocess.run(["ip", "link", "set", bridge, "up"], check=True)
        command = ["dockerd", "--host", socket_address(folder), "--bridge", bridge, "--iptables=false"]
        for flag, name in (("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")):
            command += [flag, str(folder / name)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            with closing(_client(folder, process)) as client:
                yield client
        finally:
            process.terminate()
            process.wait(_SECONDS)
    finally:
        subprocess.run(["ip", "link", "delete", bridge], check=False)


def socket_address(folder: Path) -> str:
    """What DOCKER_HOST must say for the engine in `folder`."""
    return f"unix://{folder}/docker.sock"


def _client(folder: Path, process: subprocess.Popen[bytes]) -> DockerClient:
    end = time.monotonic() + _SECONDS
    while not _listens(folder / "docker.sock"):
        if process.poll() is not None or time.monotonic() > end:
            log = (folder / "log").read_text("utf-8", "replace")[-2000:]
            raise RuntimeError(f"dockerd does not answer:\n{log}")
        time.sleep(0.05)
    return docker.DockerClient(base_url=socket_address(folder), timeout=120)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asked:
        try:
            asked.connect(str(path))
        except OSError:
            return False
    return True
