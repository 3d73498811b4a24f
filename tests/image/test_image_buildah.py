"""Images of Buildah, in the forms that it writes, and of a Podman service: to the byte what their own tools say."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture
from tests.engine import need
from tests.image.conftest import build_context

pytestmark = pytest.mark.engine

_FORMS = ("docker-archive:{}", "oci:{}", "oci-archive:{}", "dir:{}")


def _unavailable() -> str | None:
    if os.name != "posix" or os.geteuid() != 0:
        return "Buildah without user namespaces needs Linux and root"
    missing = [name for name in ("buildah", "podman") if shutil.which(name) is None]
    return f"{' and '.join(missing)} missing: apt-get install {' '.join(missing)}" if missing else None


class _Storage:
    """The tools' own storage in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.flags = ["--storage-driver", "vfs", "--root", f"{folder}/root", "--runroot", f"{folder}/run"]

    def run(self, tool: str, *arguments: str) -> str:
        """What `tool` prints."""
        command = [tool, *self.flags, *arguments]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode("utf-8", "surrogateescape").strip()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> _Storage:
    """A storage with the image `app`."""
    need(_unavailable())
    folder = tmp_path_factory.mktemp("buildah")
    context = build_context(folder / "context")
    policy = folder / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    made = _Storage(folder)
    made.run(
        "buildah", "bud", "--isolation", "chroot", "--layers", "--signature-policy", str(policy),
        "--tag", "app", str(context),
    )  # fmt: skip
    return made


def _pushed(storage: _Storage, form: str, *flags: str) -> str:
    place = storage.folder / f"{form.partition(':')[0]}{len(flags)}"
    if not place.exists():
        policy = f"{storage.folder}/policy.json"
        storage.run("buildah", "push", "--signature-policy", policy, *flags, "app", form.format(place))
    return str(place)


def _visible(storage: _Storage) -> int:
    """The bytes of the files that a container of the image has, hard links once."""
    container = storage.run("buildah", "from", "app")
    try:
        sizes: dict[int, int] = {}
        for folder, _, names in os.walk(os.fsencode(storage.run("buildah", "mount", container))):
            for name in names:
                status = os.lstat(folder + b"/" + name)
                if stat.S_ISREG(status.st_mode):
                    sizes[status.st_ino] = status.st_size
        return sum(sizes.values())
    finally:
        storage.run("buildah", "rm", container)


@pytest.mark.parametrize("form", _FORMS)
def test_what_is_visible_is_what_a_container_has(storage: _Storage, form: str, run: Run) -> None:
    image = run("image", _pushed(storage, form), "--format", "json").report["images"][0]
    assert image["size"]["effective"] == _visible(storage)
    assert image["size"]["wasted"] == image["size"]["uncompressed"] - image["size"]["effective"] > 0


def test_zstd_layers_tell_the_same(storage: _Storage, run: Run) -> None:
    gzipped, other = (
        run("image", place, "--format", "json").report["images"][0]
        for place in (
            _pushed(storage, "oci:{}"),
            _pushed(storage, "oci:{}", "--compression-format", "zstd"),
        )
    )
    assert {layer["media_type"].rpartition("+")[2] for layer in other["layers"]} == {"zstd"}
    assert other["size"]["wasted"] == gzipped["size"]["wasted"]
    assert [layer["bytes"] for layer in other["layers"]] == [layer["bytes"] for layer in gzipped["layers"]]


def test_buildahs_history_leads_to_the_lines(storage: _Storage, run: Run) -> None:
    dockerfile = storage.folder / "context" / "Dockerfile"
    place = _pushed(storage, "oci:{}")
    image = run("image", place, "--dockerfile", str(dockerfile), "--format", "json").report["images"][0]
    lines = [layer["dockerfile_line"]["line"] for layer in image["layers"]]
    text = dockerfile.read_text().splitlines()
    assert lines == [number for number, line in enumerate(text, 1) if line.startswith(("COPY", "RUN"))]


def test_a_podman_service_tells_what_its_archive_tells(
    storage: _Storage, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = f"unix://{tmp_path}/podman.sock"
    command = ["podman", *storage.flags, "system", "service", "--time=0", address]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service:
        try:
            end = time.monotonic() + 60
            while not (tmp_path / "podman.sock").exists():
                assert service.poll() is None
                assert time.monotonic() < end
            monkeypatch.setenv("CONTAINER_HOST", address)
            monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
            served = run("image", "podman://localhost/app", "--format", "json").report["images"][0]
        finally:
            service.terminate()
    saved = run("image", _pushed(storage, "docker-archive:{}"), "--format", "json").report["images"][0]
    assert served["source"] == "podman"
    assert (served["size"], served["waste"]) == (saved["size"], saved["waste"])
