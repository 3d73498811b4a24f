"""How long `lintimg check Dockerfile` takes from nothing, against `python -c "import typer"`.

python benchmarks/cold_start.py [DOCKERFILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

from measure import ratio

TARGET = 1.6


def main() -> None:
    """Prints the two medians and their ratio."""
    given = (
        Path(sys.argv[1])
        if len(sys.argv) > 1
        else Path(__file__).parent.parent / "fixtures/nodejs12/Dockerfile"
    )
    ours, theirs, times = ratio(
        [sys.executable, "-m", "lintimg", "check", "--shellcheck", "off", "--exit-zero", str(given)],
        [sys.executable, "-c", "import typer"],
        runs=21,
    )
    print(f"lintimg check {given.name}: {ours * 1000:.0f} ms, import typer: {theirs * 1000:.0f} ms")
    print(f"ratio {times:.2f} (target: at most {TARGET})")


if __name__ == "__main__":
    main()
