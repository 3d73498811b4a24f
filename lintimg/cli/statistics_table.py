"""`check --statistics`: how often each rule found something."""

from __future__ import annotations

from lintimg.model.report import Report


def statistics_table(report: Report) -> str:
    """A line a rule, the most frequent first: findings, of those with a safe and an unsafe fix, and the rule."""
    from tabulate import tabulate

    rows = []
    for code, info in report.rules.items():
        fixes = [finding.fix for finding in report.findings if finding.rule == code]
        if fixes:
            kinds = [fix.applicability for fix in fixes if fix is not None]
            rows.append((len(fixes), kinds.count("safe"), kinds.count("unsafe"), code, info.name))
    if not rows:
        return ""
    rows.sort(key=lambda row: (-row[0], row[3]))
    found, safe, unsafe = (sum(column) for column in list(zip(*rows, strict=True))[:3])
    rows.append((found, safe, unsafe, "", "all rules"))
    headers = ("findings", "--fix", "--unsafe-fixes", "rule", "name")
    return f"{tabulate(rows, headers=headers)}\n"
