"""Images in registries: what the manifest tells, what the layers tell, and who may see them."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from lintimg.image.engine import read_engine
from lintimg.image.errors import ImageError
from lintimg.image.image import Image, Options
from lintimg.image.open import opened_image
from lintimg.image.registry import RegistryName, parse_name
from lintimg.image.summary import image_stack
from tests.cli.conftest import Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture
from tests.engine import need

from .archives import Oci, digest
from .layers import Item, folder, tar
from .registry import BASIC, PROGRAM, asking_registry, push, real_registry

_LAYERS = [tar([folder("a"), Item("a/x", b"x" * 5000)]), tar([folder("a"), Item("a/.wh.x")])]


def _oci() -> Oci:
    oci = Oci()
    return oci.finish(oci.image(_LAYERS, commands=["ADD x", "RUN rm x"]))


def _read(reference: str, options: Options) -> Image:
    with opened_image(f"registry://{reference}", io.BytesIO(), options) as image:
        return image


@pytest.fixture(autouse=True)
def _no_login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def _login(tmp_path: Path, **config: object) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        ("python", RegistryName("registry-1.docker.io", "library/python", "latest")),
        ("team/app:1", RegistryName("registry-1.docker.io", "team/app", "1")),
        ("docker.io/python:3", RegistryName("registry-1.docker.io", "library/python", "3")),
        ("localhost:5000/app", RegistryName("localhost:5000", "app", "latest")),
        ("public.ecr.aws/lambda/python:3.12", RegistryName("public.ecr.aws", "lambda/python", "3.12")),
        (f"h.io/a@{digest(b'')}", RegistryName("h.io", "a", digest(b""))),
        (f"h.io/a:1@{digest(b'')}", RegistryName("h.io", "a", digest(b""))),
    ],
)
def test_names(name: str, parsed: RegistryName) -> None:
    assert parse_name(name) == parsed


@pytest.mark.parametrize(
    "name", ["", "h.io/", "h.io/A", "h.io/a:", "h.io/a@x", "h.io/a b", "h.io/../v2", "h.io/a:b/c"]
)
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(ImageError, match="is no name in a registry"):
        parse_name(name)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    need(None if shutil.which(PROGRAM) else f"{PROGRAM} missing: apt-get install {PROGRAM}")
    with real_registry(tmp_path_factory.mktemp("registry") / "run") as found:
        yield found


def test_the_manifest_alone_tells_sizes(address: str, run: Run) -> None:
    oci = _oci()
    push(address, "team/app", "1", oci)
    image = run("image", f"registry://{address}/team/app:1", "--format", "json").report["images"][0]
    manifest = json.loads(oci.files["index.json"])["manifests"][0]
    assert image["manifest_digest"] == manifest["digest"]
    described = json.loads(oci.files["blobs/sha256/" + manifest["digest"][7:]])["layers"]
    assert image["size"]["compressed"] == sum(layer["size"] for layer in described)
    assert image["size"]["compressed_basis"] == "manifest"
    assert (image["size"]["uncompressed"], image["layers"][0]["files"]) == (None, None)
    assert [layer["digest"] for layer in image["layers"]] == [layer["digest"] for layer in described]
    assert [layer["command"] for layer in image["layers"]] == ["ADD x", "RUN rm x"]
    text = run("image", f"registry://{address}/team/app:1").out
    assert "Transfer:" in text


@pytest.mark.parametrize("options", [Options(deep=True), Options(hashes=True)])
def test_layers_are_read_when_asked_for(address: str, options: Options) -> None:
    push(address, "team/deep", "latest", _oci())
    stack = image_stack(_read(f"{address}/team/deep", options))
    assert stack is not None
    assert (stack.sizes, stack.losses) == ((5000, 0), (5000, 0))


def test_an_index_is_seen(address: str) -> None:
    oci = Oci()
    platform = {"platform": {"os": "linux", "architecture": "arm64"}}
    oci.finish(oci.index([oci.image(_LAYERS, descriptor=platform)]))
    push(address, "team/index", "1", oci)
    image = _read(f"{address}/team/index:1", Options())
    assert image.manifest.index_type == "application/vnd.oci.image.index.v1+json"
    assert image.manifest.platforms == ("linux/arm64",)
    assert image.manifest.media_type == "application/vnd.oci.image.manifest.v1+json"
    by_digest = _read(f"{address}/team/index@{image.manifest.digest}", Options())
    assert by_digest.manifest.index_type is None


def test_what_is_not_there(address: str) -> None:
    with pytest.raises(ImageError, match="has no such image or layer in team/none"):
        _read(f"{address}/team/none:1", Options())
    with pytest.raises(ImageError, match=r"cannot be read \(Connection refused\)"):
        _read("127.0.0.1:1/team/none:1", Options())


@pytest.mark.engine
def test_a_pushed_image_is_the_one_in_the_engine(host: DockerClient, address: str) -> None:
    host.images.get("classic").tag(f"{address}/classic", "1")
    host.images.push(f"{address}/classic", "1")
    pushed = _read(f"{address}/classic:1", Options(deep=True))
    local = read_engine("classic", Options())
    assert [list(layer.entries or ()) for layer in pushed.layers] == [
        list(layer.entries or ()) for layer in local.layers
    ]
    assert pushed.history == local.history
    assert pushed.manifest.media_type == "application/vnd.docker.distribution.manifest.v2+json"
    # The engine remembers under which digest the registry has it.
    assert local.manifest.digest == pushed.manifest.digest


def _auth(pair: bytes) -> dict[str, str]:
    return {"auth": base64.b64encode(pair).decode()}


def test_basic_authentication(tmp_path: Path) -> None:
    with asking_registry(_oci(), "basic") as server:
        with pytest.raises(ImageError, match=f"refuses access to team/app: docker login {server.address}"):
            _read(f"{server.address}/team/app:1", Options())
        _login(tmp_path, auths={server.address: _auth(b"user:secret")})
        assert image_stack(_read(f"{server.address}/team/app:1", Options(deep=True))) is not None
        elsewhere = [given for path, given in server.seen if path.startswith("/elsewhere/")]
        assert len(elsewhere) == 3, "the blobs came by a redirect"
        assert set(elsewhere) == {None}, "credentials follow no redirect"
        _login(tmp_path, auths={server.address: _auth(b"user:wrong")})
        with pytest.raises(ImageError, match="refuses access"):
            _read(f"{server.address}/team/app:1", Options())


@pytest.mark.parametrize("entry", [None, _auth(b"user:secret"), {"identitytoken": "identity"}])
def test_bearer_tokens(tmp_path: Path, entry: dict[str, str] | None) -> None:
    with asking_registry(_oci(), "bearer") as server:
        _login(tmp_path, auths={} if entry is None else {f"https://{server.address}": entry})
        assert _read(f"{server.address}/team/app:1", Options()).manifest.digest is not None
        asked = next((path, given) for path, given in server.seen if path.startswith("/token"))
        if entry is not None and "identitytoken" in entry:
            assert asked[0] == "/token"
            assert "grant_type=refresh_token" in (asked[1] or "")
        else:
            assert asked[0] == "/token?service=s&scope=repository%3Ateam%2Fapp%3Apull"
            assert asked[1] == (BASIC if entry else None)


def _helper(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("key", ["credHelpers", "credsStore"])
def test_credential_helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    answer = """read host; echo "{\\"ServerURL\\": \\"$host\\", \\"Username\\": \\"user\\", \\"Secret\\": \\"secret\\"}" """
    with asking_registry(_oci(), "basic") as server:
        _helper(tmp_path, "test", f'test "$1" = get || exit 1\n{answer}', monkeypatch)
        _login(tmp_path, **{key: {server.address: "test"} if key == "credHelpers" else "test"})
        assert _read(f"{server.address}/team/app:1", Options()).layers


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'credentials not found in native keychain'; exit 1", "refuses access"),
        ("echo 'no AWS profile' >&2; exit 1", "docker-credential-test failed: no AWS profile"),
        ("echo nonsense", "refuses access"),
    ],
)
def test_helpers_that_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    with asking_registry(_oci(), "basic") as server:
        _helper(tmp_path, "test", f"cat >/dev/null\n{script}", monkeypatch)
        _login(tmp_path, credsStore="test")
        with pytest.raises(ImageError, match=message):
            _read(f"{server.address}/team/app:1", Options())
        _login(tmp_path, credsStore="none-such")
        with pytest.raises(
            ImageError, match="docker-credential-none-such of the Docker configuration is not installed"
        ):
            _read(f"{server.address}/team/app:1", Options())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"auths": 3}', '{"auths": {"127.0.0.1": {"auth": "%"}}}'])
def test_a_broken_configuration_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with asking_registry(_oci(), "none") as server:
        assert _read(f"{server.address}/team/app:1", Options()).layers


@pytest.mark.parametrize("broken", ["short", "changed"])
def test_what_is_sent_must_be_what_was_promised(broken: str) -> None:
    with asking_registry(_oci(), "none") as server:
        server.broken = broken
        with pytest.raises(ImageError, match="not what its digest says"):
            _read(f"{server.address}/team/app:1", Options(deep=True))
        config = json.loads(server.files["blobs/sha256/" + server.top["digest"][7:]])["config"]["digest"]
        whole = server.files[f"blobs/sha256/{config[7:]}"]
        server.files[f"blobs/sha256/{config[7:]}"] = (
            whole + b"\0" if broken == "short" else whole[:-1] + bytes([whole[-1] ^ 1])
        )
        with pytest.raises(ImageError, match=r"instead of|damaged"):
            _read(f"{server.address}/team/app:1", Options(deep=True))
