"""One engine with the stand-in base images for all tests of `invoke`."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from docker import DockerClient

from lintimg.cli.schema import schema_text
from tests.cli.conftest import Result, Run
from tests.cli.conftest import run as run  # noqa: PLC0414 - a fixture
from tests.engine import engine, need, socket_address, unavailable

from . import stand_in

_SCHEMA = jsonschema.Draft202012Validator(json.loads(schema_text("invoke")))


class Lambda:
    """Builds small images on the stand-in bases and invokes them by the command line."""

    def __init__(self, client: DockerClient, run: Run, folder: Path) -> None:
        self.client = client
        self._run = run
        self._folder = folder

    def build(self, dockerfile: str, files: Mapping[str, str], modes: Mapping[str, int]) -> str:
        """The name of an image of `dockerfile` with `files` as its context."""
        context = self._folder / "context"
        context.mkdir()
        for name, text in {"Dockerfile": dockerfile, **files}.items():
            (context / name).write_bytes(text.encode())
            (context / name).chmod(modes.get(name, 0o644))
        tag = f"lintimg-test-{self._folder.name.lower()[-60:]}"
        self.client.images.build(path=str(context), tag=tag, rm=True)
        return tag

    def invoke(self, image: str, *arguments: str) -> dict[str, Any]:
        """The JSON report, which must be what the schema says."""
        result = self._run("invoke", image, "--format", "json", *arguments)
        assert result.out, result.err
        report: dict[str, Any] = json.loads(result.out)
        _SCHEMA.validate(report)
        assert result.status == report["exit_status"]
        return report

    def text(self, image: str, *arguments: str) -> Result:
        """What a person sees."""
        return self._run("invoke", image, *arguments)


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="session")
def client(engine_folder: Path) -> Iterator[DockerClient]:
    need(unavailable())
    need(stand_in.unavailable())
    with engine(engine_folder) as client:
        stand_in.load(client)
        yield client
    gc.collect()


@pytest.fixture
def function(
    client: DockerClient, engine_folder: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lambda]:
    monkeypatch.setenv("DOCKER_HOST", socket_address(engine_folder))
    monkeypatch.setenv("LINTIMG_RIE", str(stand_in.emulator()))
    yield Lambda(client, run, tmp_path)
    assert client.containers.list(all=True) == [], "a container was left behind"
    # The docker SDK leaves connections to the collector: here, where their warnings are expected.
    gc.collect()


Make = Callable[..., dict[str, Any]]


@pytest.fixture
def judged(function: Lambda) -> Make:
    """Builds on the AWS stand-in and gives the report of one invocation."""

    def make(
        app: str,
        *arguments: str,
        base: str = stand_in.NAME,
        copy: str = "COPY . ./",
        end: str = 'CMD ["app.handler"]',
        modes: Mapping[str, int] | None = None,
        **files: str,
    ) -> dict[str, Any]:
        context = {"app.py": app, **{name.replace("__", "."): text for name, text in files.items()}}
        image = function.build(f"FROM {base}\n{copy}\n{end}\n", context, modes or {})
        return function.invoke(image, *arguments)

    return make
