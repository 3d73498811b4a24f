"""A stand-in for AWS's Python base image, made of Debian packages, AWS's emulator and AWS's runtime client.

It behaves as the real one where `invoke` looks: entry script, WORKDIR, variables, emulator. Nothing of it can be pulled
where these tests run; it is made once and kept in the user's cache folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import partial
from pathlib import Path

from docker import DockerClient

NAME = "public.ecr.aws/lambda/python:3.11"
FOREIGN = "python:3.11"
_ENTRY_SCRIPT = """\
#!/bin/sh
# AWS's script takes exactly one argument and starts the emulator only where there is no Runtime API.
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
fi
exec /var/runtime/bootstrap
"""
_BOOTSTRAP = """\
#!/bin/sh
export PYTHONPATH="/var/runtime${PYTHONPATH:+:$PYTHONPATH}"
exec /usr/bin/python3 -m awslambdaric "$_HANDLER"
"""
_CHANGES = [
    'ENTRYPOINT ["/lambda-entrypoint.sh"]',
    "WORKDIR /var/task",
    "ENV LANG=en_US.UTF-8",
    "ENV TZ=:/etc/localtime",
    "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
]
_RECIPE = 1
"""To be raised when what `_make` makes changes."""
_PROGRAMS = ("debootstrap", "apt-get")


def unavailable() -> str | None:
    """Why the stand-in cannot be made here, None where it can."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    return f"{' and '.join(missing)} missing: apt-get install debootstrap" if missing else None


def load(client: DockerClient) -> None:
    """Puts the stand-in into the engine under AWS's name, and without AWS's parts as a foreign base."""
    files = _cache()
    for name, changes, archive in (
        (NAME, _CHANGES, files / "aws.tar"),
        (FOREIGN, ["WORKDIR /"], files / "plain.tar"),
    ):
        repository, _, tag = name.rpartition(":")
        with archive.open("rb") as stream:
            # As pieces: for a file the client promises a length and pieces at once, which the engine refuses.
            pieces = iter(partial(stream.read, 1 << 20), b"")
            client.api.import_image_from_stream(pieces, repository=repository, tag=tag, changes=changes)


def emulator() -> Path:
    """AWS's emulator for this machine, out of the wheel of aws-sam-cli."""
    return _cache() / "aws-lambda-rie"


def _cache() -> Path:
    """The folder with what was made, made now where it is not there yet."""
    recipe = hashlib.sha256(f"{_RECIPE}{_ENTRY_SCRIPT}{_BOOTSTRAP}".encode()).hexdigest()[:16]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lintimg-tests"
    folder = root / recipe
    if not folder.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as temporary:
            made = Path(temporary) / "made"
            made.mkdir()
            _make(made, Path(temporary))
            made.rename(folder)
    return folder


def _make(folder: Path, work: Path) -> None:
    root = work / "root"
    suite = _command("sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME").strip()
    mirror = _command("apt-get", "indextargets", "--format", "$(SITE)").split()[0]
    _command("debootstrap", "--variant=minbase", "--include=python3", suite, str(root), mirror)
    for unneeded in (
        "var/cache/apt",
        "var/lib/apt/lists",
        "usr/share/doc",
        "usr/share/man",
        "usr/share/locale",
    ):
        shutil.rmtree(root / unneeded, ignore_errors=True)
    _pack(root, folder / "plain.tar")
    _emulator(folder, work)
    (root / "usr/local/bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "aws-lambda-rie", root / "usr/local/bin/aws-lambda-rie")
    (root / "var/task").mkdir(parents=True)
    version = next(path.name.removeprefix("python") for path in (root / "usr/bin").glob("python3.*"))
    _pip(
        "install",
        "--target",
        str(root / "var/runtime"),
        "--python-version",
        version,
        "--only-binary",
        ":all:",
        "awslambdaric",
    )
    for path, text in (("lambda-entrypoint.sh", _ENTRY_SCRIPT), ("var/runtime/bootstrap", _BOOTSTRAP)):
        (root / path).write_text(text)
        (root / path).chmod(0o755)
    _pack(root, folder / "aws.tar")


def _emulator(folder: Path, work: Path) -> None:
    _pip("download", "--no-deps", "--dest", str(work), "aws-sam-cli")
    machine = "arm64" if os.uname().machine in ("aarch64", "arm64") else "x86_64"
    with zipfile.ZipFile(next(work.glob("aws_sam_cli-*.whl"))) as wheel:
        data = wheel.read(f"samcli/local/rapid/aws-lambda-rie-{machine}")
    (folder / "aws-lambda-rie").write_bytes(data)
    (folder / "aws-lambda-rie").chmod(0o755)


def _pack(root: Path, archive: Path) -> None:
    with tarfile.open(archive, "w") as tar:
        tar.add(root, arcname=".")


def _pip(*arguments: str) -> None:
    _command(sys.executable, "-m", "pip", *arguments)


def _command(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout
