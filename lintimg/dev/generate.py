"""What is made from rules/: the compiled rule tables, the catalogue, and a page a rule."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from pprint import pformat
from typing import Any

from lintimg.checks.bench import bundled_bench
from lintimg.dev.pages import catalogue, page, shown_example
from lintimg.lint.case import Bench, Case
from lintimg.lint.examples import findings
from lintimg.lint.rulefile import RuleFile, load_rule_folder
from lintimg.model.finding import FileLocation

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
PAGES = RULES / "docs"
DATA_DATE = date(2026, 11, 23)
GENERATED = ROOT / "lintimg" / "_generated"

_HEADER = '"""{what}, compiled from rules/ by `python -m lintimg.dev sync`. Never edit."""\n\n'


def generated_files(files: Iterable[RuleFile]) -> dict[Path, str]:
    """The files made from rules/, by path."""
    files = tuple(files)
    rows: list[dict[str, Any]] = []
    texts: dict[str, tuple[Any, ...]] = {}
    for file in files:
        row = file.rule._asdict()
        row["equivalents"] = tuple(tuple(entry) for entry in file.rule.equivalents)
        rows.append(row)
        texts[file.rule.code] = tuple(file.text)
    bench = bundled_bench(tuple(file.rule for file in files), DATA_DATE)
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
        **{PAGES / f"{file.rule.code}.md": page(file, _said(file, bench)) for file in files},
    }


def _literal(value: object) -> str:
    return pformat(value, width=110, sort_dicts=False)


def _said(file: RuleFile, bench: Bench) -> list[str]:
    """What lintimg prints of the example that a rule's page shows; nothing for rules on built images."""
    if file.rule.family == "image" or not file.bad:
        return []
    lines = []
    for finding in findings(Case(file, good=False, number=shown_example(file), variant="plain"), bench):
        location = finding.location
        if isinstance(location, FileLocation):
            start = location.region.start
            lines.append(
                f"{location.path}:{start.line}:{start.column}: {finding.severity}: {finding.message}"
            )
            lines.append(f"    help: {finding.help}")
    return lines


def sync(*, check: bool) -> int:
    """Writes the generated files, or with `check` names those that are stale; the exit status."""
    wanted = generated_files(load_rule_folder(RULES))
    stale = []
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
    for path in sorted(set(PAGES.glob("*.md")) - set(wanted)):
        stale.append(path)
        if not check:
            path.unlink()
    for path in stale:
        sys.stdout.write(f"{'stale' if check else 'wrote'}: {path.relative_to(ROOT)}\n")
    if check and stale:
        sys.stdout.write("Run python -m lintimg.dev sync.\n")
        return 1
    return 0
