"""Images of a real engine: to the byte what it says itself, whichever way they are read."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient

from lintimg.image.engine import read_engine
from lintimg.image.entries import SYMLINK, Entries
from lintimg.image.image import Options, Via
from lintimg.image.open import opened_image
from lintimg.image.stack import LayerStack
from lintimg.image.summary import image_stack
from lintimg.image.tarsplit import LayerDatabase
from tests.cli.conftest import Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.engine

_WAYS: tuple[Via, ...] = ("database", "save")
_IMAGES = ("classic", "buildkit", "imported")


def _stack(name: str, via: Via) -> LayerStack:
    stack = image_stack(read_engine(name, Options(via=via)))
    assert stack is not None
    return stack


def _links(entries: Entries) -> int:
    """What an engine adds for symbolic links where it unpacked the layer itself."""
    return sum(len(link) for index, link in entries.links.items() if entries.types[index] == SYMLINK)


def _details(client: DockerClient, name: str) -> dict[str, Any]:
    details: dict[str, Any] = client.images.get(name).attrs
    return details


def _history(client: DockerClient, name: str) -> list[int]:
    return [step["Size"] for step in reversed(client.images.get(name).history())]


def _exported(client: DockerClient, name: str) -> dict[str, int]:
    container = client.api.create_container(name, command="none")
    try:
        data = io.BytesIO(b"".join(client.api.export(container["Id"])))
    finally:
        client.api.remove_container(container["Id"])
    with tarfile.open(fileobj=data, encoding="utf-8") as archive:
        return {info.name.removesuffix("/"): info.size for info in archive}


@pytest.mark.parametrize("name", _IMAGES)
@pytest.mark.parametrize("via", _WAYS)
def test_layers_have_the_bytes_of_the_engines_history(host: DockerClient, name: str, via: Via) -> None:
    stack = _stack(name, via)
    # BuildKit does not count links; layers that the engine unpacked do.
    extra = [0 if name == "buildkit" else _links(entries) for entries in stack.layers]
    ours = [size + more for size, more in zip(stack.sizes, extra, strict=True)]
    assert [size for size in ours if size] == [size for size in _history(host, name) if size]
    assert sum(ours) == _details(host, name)["Size"]


@pytest.mark.parametrize("name", _IMAGES)
def test_what_is_visible_is_what_a_container_has(host: DockerClient, name: str) -> None:
    stack = _stack(name, "database")
    exported = _exported(host, name)
    own = {path.decode("utf-8", "surrogateescape"): place for path, place in stack.paths().items() if path}
    # An engine adds a few empty files and folders to every container.
    added = {"dev", "etc", "proc", "sys", ".dockerenv"}
    assert {path for path in exported if path.split("/")[0] not in added} == {
        path for path in own if path.split("/")[0] not in added
    }
    assert stack.effective == sum(exported.values())


@pytest.mark.parametrize("name", _IMAGES)
def test_both_ways_and_a_saved_file_tell_the_same(host: DockerClient, name: str, tmp_path: Path) -> None:
    path = tmp_path / "saved.tar"
    path.write_bytes(b"".join(host.api.get_image(name)))
    by_database, by_export = (read_engine(name, Options(via=via, keep=lambda *_: True)) for via in _WAYS)
    with opened_image(str(path), io.BytesIO(), Options()) as saved:
        for first, second, third in zip(by_database.layers, by_export.layers, saved.layers, strict=True):
            assert first.entries is not None
            assert list(first.entries) == list(second.entries or ()) == list(third.entries or ())
            assert (first.step, first.diff_id) == (second.step, second.diff_id)
            for index in range(len(first.entries)):
                if first.entries.sizes[index]:
                    contents = {layer.content(index, 100) for layer in (first, second, third)}
                    assert len(contents) == 1
    assert by_database.history == by_export.history
    assert by_database.configuration == by_export.configuration


def test_files_copied_for_their_mode_are_known_by_checksum(host: DockerClient, run: Run) -> None:
    image = run("image", "classic", "--format", "json").report["images"][0]
    kinds = {waste["kind"] for waste in image["waste"]}
    assert kinds == {"deleted", "overwritten", "metadata-only", "duplicate"}
    assert image["source"] == "engine"
    counted = [waste["bytes"] for waste in image["waste"] if waste["counted_in_wasted"]]
    assert sum(counted) == image["size"]["wasted"] > 0


@pytest.mark.parametrize("name", _IMAGES)
def test_history_alone_tells_sizes(host: DockerClient, run: Run, name: str) -> None:
    result = run("image", name, "--via", "history", "--format", "json")
    image = result.report["images"][0]
    assert image["size"]["uncompressed"] == _details(host, name)["Size"]
    assert (image["size"]["wasted"], image["layers"][0]["files"]) == (None, None)
    assert "files and waste are not known" in result.err
    whole = run("image", name, "--format", "json").report["images"][0]
    assert [layer["command"] for layer in image["layers"]] == [layer["command"] for layer in whole["layers"]]


def test_an_image_that_is_not_there(host: DockerClient, run: Run) -> None:
    result = run("image", "no/such:image", "--format", "json")
    assert result.status == 2
    assert "no such image" in result.report["errors"][0]["message"]


def test_podman_speaks_the_same_language(
    host: DockerClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    monkeypatch.setenv("CONTAINER_HOST", os.environ["DOCKER_HOST"])
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    sources = [
        run("image", reference, "--via", "save", "--format", "json").report["images"][0]["source"]
        for reference in ("podman://classic", "classic")
    ]
    assert sources == ["podman", "podman"]
    assert run("image", "engine://classic").status == 2


def _database(client: DockerClient, name: str) -> tuple[LayerDatabase, dict[str, Any]]:
    details: dict[str, Any] = _details(client, name)
    return LayerDatabase(Path(client.api.info()["DockerRootDir"])), details


def test_a_database_that_does_not_fit_is_not_believed(host: DockerClient) -> None:
    database, details = _database(host, "classic")
    identifier, diff_ids = details["Id"], details["RootFS"]["Layers"]
    assert json.loads(database.configuration(identifier) or b"")["rootfs"]["diff_ids"] == diff_ids
    assert database.configuration("sha256:" + "0" * 64) is None
    assert database.configuration("../../../etc/passwd") is None
    assert database.layers(diff_ids[1:]) is None
    layers = database.layers(diff_ids)
    assert layers is not None
    found = next(
        (layer, index)
        for layer in layers
        for index, size in enumerate(layer.entries.sizes)
        if layer.entries.names[index] == b"opt/many/1" and size == 5
    )
    path = found[0].folder / "opt/many/1"
    content = path.read_bytes()
    try:
        path.write_bytes(b"other")
        assert database.layers(diff_ids) is None
    finally:
        path.write_bytes(content)


def test_contents_are_never_read_through_links(host: DockerClient) -> None:
    database, details = _database(host, "classic")
    layers = database.layers(details["RootFS"]["Layers"])
    assert layers is not None
    layer = next(layer for layer in layers if b"opt/etc" in layer.entries.names)
    outside = layer._replace(
        entries=Entries([b"opt/etc/passwd"], b"0", layer.entries.sizes, layer.entries.offsets, b"", {}, {})
    )
    assert outside.read(0, 10) is None


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("name", ["classic", "buildkit"])
def test_both_builders_lead_to_the_dockerfile(name: str, run: Run, engine_folder: Path) -> None:
    file = engine_folder / "context" / "Dockerfile"
    report = run("image", name, "--dockerfile", str(file), "--format", "json").report
    lines = file.read_text().splitlines()
    writing = [number for number, line in enumerate(lines, 1) if line.startswith(("RUN", "COPY"))]
    layers = report["images"][0]["layers"]
    assert [layer["dockerfile_line"]["line"] for layer in layers] == writing
