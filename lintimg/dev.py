"""The maintainers' commands: `python -m lintimg.dev sync`, `examples`, `new`. Not used at run time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from pprint import pformat
from typing import Any

from lintimg.lint.rulefile import RuleFile, RuleFileError, load_rule_folder

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
DATA_DATE = date(2026, 11, 23)
GENERATED = ROOT / "lintimg" / "_generated"

_HEADER = '"""{what}, compiled from rules/ by `python -m lintimg.dev sync`. Never edit."""\n\n'
_TEMPLATE = """\
code: {code}
name: {name}
title: Say the problem in one line
family: {family}
severity: warning
applies-to: [lambda, generic]
check: {family}.{function}
message: What happens and why it matters
help: What to type instead
rationale: |
  What it costs, why on Lambda, when to silence it.
references: []
examples:
  bad:
    - dockerfile: |
        FROM public.ecr.aws/lambda/python:3.14
      expect: [{{line: 1, column: 6}}]
  good:
    - dockerfile: |
        FROM public.ecr.aws/lambda/python:3.14
"""
_FAMILIES = ("file", "base", "contract", "cache", "size", "security", "correctness", "shell", "image")


def generated_files(files: Iterable[RuleFile]) -> dict[Path, str]:
    """The files made from rules/, by path."""
    rows: list[dict[str, Any]] = []
    texts: dict[str, tuple[Any, ...]] = {}
    for file in files:
        row = file.rule._asdict()
        row["equivalents"] = tuple(tuple(entry) for entry in file.rule.equivalents)
        rows.append(row)
        texts[file.rule.code] = tuple(file.text)
    return {
        GENERATED / "rule_table.py": (
            _HEADER.format(what="What `check` needs of every rule")
            + "from __future__ import annotations\n\nfrom typing import Any\n\n"
            + f"ROWS: tuple[dict[str, Any], ...] = {_literal(tuple(rows))}\n"
        ),
        GENERATED / "rule_texts.py": (
            _HEADER.format(what="The long texts of every rule")
            + "from __future__ import annotations\n\nfrom typing import Any\n\n"
            + f"TEXTS: dict[str, tuple[Any, ...]] = {_literal(texts)}\n"
        ),
        RULES / "README.md": catalogue(files),
    }


def _literal(value: object) -> str:
    return pformat(value, width=110, sort_dicts=False)


def catalogue(files: Iterable[RuleFile]) -> str:
    """The table of all rules in Markdown."""
    lines = [
        "# The rules",
        "",
        "Made by `python -m lintimg.dev sync` from the YAML files beside it. `lintimg explain CODE` has each one's whole text.",
        "",
        "| code | name | severity | what | elsewhere |",
        "|---|---|---|---|---|",
    ]
    for file in files:
        rule = file.rule
        elsewhere = ", ".join(sorted({entry.code for entry in rule.equivalents}))
        severity = rule.severity if rule.default else f"{rule.severity}, off by default"
        link = f"[{rule.code}]({file.path.name})"
        lines.append(f"| {link} | {rule.name} | {severity} | {rule.title} | {elsewhere} |")
    return "\n".join(lines) + "\n"


def sync(*, check: bool) -> int:
    """Writes the generated files, or with `check` names those that are stale; the exit status."""
    stale = []
    for path, text in generated_files(load_rule_folder(RULES)).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in stale:
        sys.stdout.write(f"{'stale' if check else 'wrote'}: {path.relative_to(ROOT)}\n")
    if check and stale:
        sys.stdout.write("Run python -m lintimg.dev sync.\n")
        return 1
    return 0


def examples(prefixes: tuple[str, ...]) -> int:
    """Runs the examples of the rules whose codes begin with one of `prefixes`; the exit status."""
    from lintimg.checks.bench import bundled_bench
    from lintimg.lint.examples import cases, failures

    files = load_rule_folder(RULES)
    bench = bundled_bench(tuple(file.rule for file in files), DATA_DATE)
    run = failed = 0
    for file in files:
        if prefixes and not file.rule.code.startswith(prefixes):
            continue
        for case in cases(file):
            run += 1
            wrong = failures(case, bench)
            failed += bool(wrong)
            for sentence in wrong:
                title = case.example.get("name", "")
                sys.stdout.write(f"{case.name} ({title}): {sentence}\n")
    sys.stdout.write(f"{run} examples, {failed} failed\n")
    return 1 if failed else 0


def new(code: str, name: str) -> int:
    """Starts a rule file whose tests fail until it is written; the exit status."""
    family = _FAMILIES[int(code[2])]
    path = RULES / f"{code}-{name}.yaml"
    if path.exists() or list(RULES.glob(f"{code}-*.yaml")):
        sys.stderr.write(f"{code} exists already\n")
        return 2
    path.write_text(
        _TEMPLATE.format(code=code, name=name, family=family, function=name.replace("-", "_")),
        encoding="utf-8",
    )
    sys.stdout.write(f"wrote {path.relative_to(ROOT)}; now write lintimg/checks and run sync\n")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m lintimg.dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sync", help="regenerate what is made from rules/").add_argument(
        "--check", action="store_true", help="only say what is stale"
    )
    commands.add_parser("examples", help="run the rules' examples").add_argument("codes", nargs="*")
    starter = commands.add_parser("new", help="start a rule")
    starter.add_argument("code")
    starter.add_argument("name")
    given = parser.parse_args(arguments)
    try:
        if given.command == "sync":
            return sync(check=given.check)
        if given.command == "examples":
            return examples(tuple(given.codes))
        return new(given.code, given.name)
    except RuleFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
