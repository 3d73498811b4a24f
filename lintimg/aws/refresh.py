"""For maintainers: compares the runtimes' dates with those cfn-lint ships.

`python -m lintimg.aws.refresh [FILE]` reads `cfnlint/data/AdditionalSpecs/LmbdRuntimeLifecycle.json` of the
cfn-lint installed beside lintimg, or FILE, and prints what differs. Exit status: 0 nothing differs, 1 something
does, 2 the file cannot be read.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lintimg.aws.tables import data_as_of, table

_INSIDE_PACKAGE = "data/AdditionalSpecs/LmbdRuntimeLifecycle.json"
_DATES = {"deprecation": "deprecated", "block_create": "create-block", "block_update": "update-block"}

Lifecycle = Mapping[str, Mapping[str, str | None]]


def differences(lifecycle: Lifecycle) -> Iterator[str]:
    """What `lifecycle` (runtime to its dates, as cfn-lint has it) says otherwise than our table, a line each."""
    data = table("runtimes")
    rows = {row["runtime"]: row for row in data["runtimes"]}
    for runtime in sorted(set(lifecycle) - set(rows) - set(data["zip_only"])):
        yield f"{runtime}: not in the table (deprecated {lifecycle[runtime].get('deprecated')})"
    for runtime, row in rows.items():
        theirs = lifecycle.get(runtime)
        if theirs is None:
            if "source" not in row:
                yield f"{runtime}: no longer listed there, and the row names no source of its own"
            continue
        if "source" in row:
            yield f"{runtime}: now listed there, the row's own source can go"
        for ours, name in _DATES.items():
            if row[ours] != theirs.get(name):
                yield f"{runtime}: {name} is {row[ours]} here, {theirs.get(name)} there"


def installed_lifecycle() -> Path | None:
    """The lifecycle file of the installed cfn-lint, or None when it is not installed."""
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0], _INSIDE_PACKAGE)


def main(arguments: Sequence[str]) -> int:
    """Compares and prints; returns the exit status."""
    path = Path(arguments[0]) if arguments else installed_lifecycle()
    if path is None:
        sys.stderr.write("cfn-lint is not installed: pip install cfn-lint, or name its lifecycle file\n")
        return 2
    try:
        lifecycle = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        return 2
    found = list(differences(lifecycle))
    for line in found:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{len(found)} differences; the table is of {data_as_of()}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
