"""`lintimg rules` and `lintimg rules test`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from lintimg.aws.tables import data_as_of
from lintimg.cli.options import UsageError, unknown
from lintimg.cli.output import open_output
from lintimg.lint.table import bundled_rules, bundled_text, rule_info
from lintimg.report.json import rule_to_json
from lintimg.text import printable


def run_rules(output: str) -> int:
    """Lists every rule; the exit status."""
    if output == "json":
        listing = [
            {
                "code": rule.code,
                **rule_to_json(rule_info(rule, bundled_text(rule.code))),
                "applies_to": list(rule.applies_to),
                "default": rule.default,
                "fix": rule.fix_applicability,
            }
            for rule in bundled_rules()
        ]
        open_output("never").write_data(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
        return 0
    if output != "text":
        raise UsageError(unknown("--format", output, ("text", "json")))
    from tabulate import tabulate

    rows = [
        (
            rule.code,
            rule.name,
            rule.severity if rule.default else "off",
            rule.fix_applicability or "",
            rule.title,
        )
        for rule in bundled_rules()
    ]
    table = tabulate(rows, headers=("code", "name", "severity", "fix", "what"), disable_numparse=True)
    open_output("never").write(f"{table}\n")
    return 0


def run_rules_test(folder: str) -> int:
    """Runs the examples of the rule files in `folder`; the exit status."""
    from lintimg.checks.bench import bundled_bench
    from lintimg.lint.examples import cases, failures
    from lintimg.lint.rulefile import RuleFileError, load_rule_folder

    path = Path(folder)
    if not path.is_dir():
        raise UsageError(f"{folder}: no such folder")
    try:
        files = load_rule_folder(path)
    except RuleFileError as error:
        raise UsageError(str(error)) from error
    if not files:
        raise UsageError(f"{folder}: holds no rule file (CODE-name.yaml)")
    bench = bundled_bench(bundled_rules(), date.fromisoformat(data_as_of()))
    printed = open_output("never")
    run = failed = 0
    for file in files:
        for case in cases(file):
            run += 1
            wrong = failures(case, bench)
            failed += bool(wrong)
            for sentence in wrong:
                printed.write(f"{case.name}: {printable(sentence)}\n")
    rules = "1 rule" if len(files) == 1 else f"{len(files)} rules"
    printed.write(f"{rules}, {run} examples, {failed} failed\n")
    return 1 if failed else 0
