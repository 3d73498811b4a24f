"""The maintainers' commands: `python -m lintimg.dev sync`, `examples`, `new`."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from lintimg.dev.generate import DATA_DATE, ROOT, RULES, sync
from lintimg.dev.release import release_check
from lintimg.lint.rulefile import FAMILIES, RuleFileError, load_rule_folder

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
    family = FAMILIES[int(code[2])]
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
    commands.add_parser("release-check", help="whether the facts about AWS are recent enough for a release")
    given = parser.parse_args(arguments)
    try:
        if given.command == "sync":
            return sync(check=given.check)
        if given.command == "examples":
            return examples(tuple(given.codes))
        if given.command == "release-check":
            return release_check(date.today())
        return new(given.code, given.name)
    except RuleFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
