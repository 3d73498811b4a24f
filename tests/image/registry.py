"""Registries on this machine: Debian's real one, and a small one that asks for tokens and redirects."""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .archives import Oci

PROGRAM = "docker-registry"
_CONFIGURATION = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: "{folder}"}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
_SECONDS = 30


@contextmanager
def real_registry(folder: Path) -> Iterator[str]:
    """The address of a running docker-registry."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir()
    file = folder / "config.yml"
    file.write_text(_CONFIGURATION.format(folder=folder / "data", port=port))
    program = shutil.which(PROGRAM)
    assert program is not None
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(file)], stdout=log, stderr=log)
    try:
        end = time.monotonic() + _SECONDS
        while not _listens(port):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def push(address: str, repository: str, tag: str, oci: Oci) -> None:
    """Puts a layout's blobs and the manifests of its index.json into a registry, as a client does."""
    connection = http.client.HTTPConnection(address)
    manifests = {
        name: json.loads(data)
        for name, data in oci.files.items()
        if name.startswith("blobs/") and data.startswith(b'{"schemaVersion"')
    }
    for name, data in oci.files.items():
        if name.startswith("blobs/") and name not in manifests:
            _send(connection, "POST", f"/v2/{repository}/blobs/uploads/", b"", {})
            place = _send.headers["Location"]  # type: ignore[attr-defined]
            joint = "&" if "?" in place else "?"
            _send(connection, "PUT", f"{place}{joint}digest=sha256:{name[13:]}", data, {})
    top = json.loads(oci.files["index.json"])["manifests"][0]["digest"]
    for name in sorted(manifests, key=lambda name: "manifests" in manifests[name]):
        reference = tag if name[13:] == top[7:] else f"sha256:{name[13:]}"
        kind = {"Content-Type": manifests[name]["mediaType"]}
        _send(connection, "PUT", f"/v2/{repository}/manifests/{reference}", oci.files[name], kind)
    connection.close()


def _send(
    connection: http.client.HTTPConnection, method: str, place: str, body: bytes, headers: dict[str, str]
) -> None:
    connection.request(method, place, body, headers)
    with connection.getresponse() as response:
        data = response.read()
        assert response.status in (201, 202), (place, response.status, data)
        _send.headers = response.headers  # type: ignore[attr-defined]


class Asking(ThreadingHTTPServer):
    """Serves a layout as `team/app`, to those who show what `kind` of credentials it wants: user and secret."""

    daemon_threads = True

    def __init__(self, oci: Oci, kind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = oci.files
        self.top = json.loads(oci.files["index.json"])["manifests"][0]
        self.kind = kind
        self.seen: list[tuple[str, str | None]] = []
        self.broken = ""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def asking_registry(oci: Oci, kind: str) -> Iterator[Asking]:
    """A running registry that wants `basic` or `bearer` authentication."""
    server = Asking(oci, kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


BASIC = "Basic " + base64.b64encode(b"user:secret").decode()


class _Handler(BaseHTTPRequestHandler):
    server: Asking

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass

    def _answer(self, status: int, data: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((self.path, form))
        status = 200 if "refresh_token=identity" in form else 401
        self._answer(status, b'{"access_token": "good"}')

    def do_GET(self) -> None:
        server = self.server
        given = self.headers["Authorization"]
        server.seen.append((self.path, given))
        if self.path.startswith("/token?"):
            self._answer(200, b'{"token": "good"}' if given in (BASIC, None) else b"{}")
            return
        if self.path.startswith("/elsewhere/"):
            self._blob(self.path.rpartition("/")[2])
            return
        wanted = {"basic": BASIC, "bearer": "Bearer good", "none": None}[server.kind]
        if given != wanted:
            realm = f"http://{server.address}/token"
            challenge = 'Basic realm="x"' if server.kind == "basic" else f'Bearer realm="{realm}",service="s"'
            self._answer(401, WWW_Authenticate=challenge)
        elif self.path == "/v2/team/app/manifests/1":
            data = server.files["blobs/sha256/" + server.top["digest"][7:]]
            self._answer(200, data, Content_Type=server.top["mediaType"])
        elif self.path.startswith("/v2/team/app/manifests/sha256:"):
            self._blob(self.path.rpartition(":")[2])
        elif self.path.startswith("/v2/team/app/blobs/"):
            self._answer(
                307, Location=f"http://localhost:{server.server_address[1]}/elsewhere/{self.path[-64:]}"
            )
        else:
            self._answer(404)

    def _blob(self, name: str) -> None:
        data = self.server.files.get(f"blobs/sha256/{name}")
        if data is None:
            self._answer(404)
        elif self.server.broken == "short":
            self._answer(200, data[:-1])
        elif self.server.broken == "changed":
            self._answer(200, data[:-1] + bytes([data[-1] ^ 1]))
        else:
            self._answer(200, data)
