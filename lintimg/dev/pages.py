"""The catalogue in Markdown: a page a rule, and the table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lintimg.lazy import regex
from lintimg.lint.rule import Rule
from lintimg.lint.rulefile import FAMILIES, RuleFile
from lintimg.model.finding import KINDS
from lintimg.report.markdown_text import block, prose, span

FAMILY_TITLES = {
    "file": "The file as such",
    "base": "Base images",
    "contract": "What Lambda demands",
    "cache": "Build cache and repeatable builds",
    "size": "Size",
    "security": "Security",
    "correctness": "Correctness and style",
    "shell": "Commands in RUN",
    "image": "The built image",
}
_KIND_TITLES = {
    "lambda": "Lambda functions",
    "generic": "other images",
    "bundling": "images that build a zip or a layer",
    "builder": "build images",
}
_STATES = {True: "", False: ", off by default"}
_TOOLS = {
    "hadolint": "hadolint",
    "buildkit": "docker build --check",
    "tally": "tally",
    "trivy": "Trivy",
    "checkov": "Checkov",
    "semgrep": "Semgrep",
    "kics": "KICS",
}
_FIELD = regex(r"(?<!\{)\{([a-z_]+)[^{}]*\}(?!\})")
_MARKS = regex(r"[\\`*_<>\[\]#&|~$]")
_CONTEXT_LINES = 20
"""A file of an example's build context is shown when it has no more lines than this."""


def catalogue(files: Iterable[RuleFile]) -> str:
    """The table of contents: every rule by family, with a link to its page."""
    files = tuple(files)
    lines = [
        "# The rules",
        "",
        "Every code has a page: what it finds and why, an example with its remedy, how to silence it, and which check of another tool is the same.",
        "`lintimg explain CODE` prints the same at the terminal, and `lintimg explain --search TEXT` finds the rule that belongs to an error message.",
        "Pages and tables are made by `python -m lintimg.dev sync` from the YAML files beside them; the examples in those are the rules' tests.",
    ]
    for family in FAMILIES:
        members = [file for file in files if file.rule.family == family]
        if not members:
            continue
        lines += [
            "",
            f"## {FAMILY_TITLES[family]}",
            "",
            "| code | name | severity | what it finds | elsewhere |",
            "|---|---|---|---|---|",
        ]
        lines += [_row(file.rule) for file in members]
    return "\n".join(lines) + "\n"


def _row(rule: Rule) -> str:
    # Codes that are only another spelling (tally's hadolint/DL3006) or mere numbers say nothing in a table.
    codes = {e.code for e in rule.equivalents if e.tool in {"hadolint", "buildkit", "trivy", "checkov"}}
    elsewhere = ", ".join(sorted(code for code in codes if "/" not in code))
    title = prose(rule.title).replace("|", "\\|")
    link = f"[{rule.code}](docs/{rule.code}.md)"
    return f"| {link} | {rule.name} | {rule.severity}{_STATES[rule.default]} | {title} | {elsewhere} |"


def shown_example(file: RuleFile) -> int:
    """The number of the bad example that a page shows: the first one with a remedy, else the first."""
    return next((n for n, example in enumerate(file.bad) if "fixed" in example), 0)


def page(file: RuleFile, said: Sequence[str]) -> str:
    """The page of one rule; `said` are the lines that lintimg prints of the shown example."""
    rule = file.rule
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        f"**{prose(rule.title)}**",
        "",
        " · ".join(_facts(rule)),
        "",
        "## Why",
        "",
        *_paragraphs(file.text.rationale),
        "## What to do",
        "",
        *_remedies(rule),
        "",
        *_examples(file, said),
        *_silence(rule),
        *_elsewhere(rule),
        *_meant_by(file),
        *_sources(file),
        f"Source of this page, with every example in full: [{file.path.name}](../{file.path.name})",
    ]
    return "\n".join(lines) + "\n"


def _facts(rule: Rule) -> Iterator[str]:
    yield f"{rule.severity}{_STATES[rule.default]}"
    yield f"family {rule.family}"
    if rule.family == "image":
        yield "for built images"
    elif set(rule.applies_to) == set(KINDS):
        yield "for every Dockerfile"
    else:
        yield "for " + " and ".join(_KIND_TITLES[kind] for kind in KINDS if kind in rule.applies_to)
    if rule.fix_applicability is not None:
        option = "--fix" if rule.fix_applicability == "safe" else "--fix --unsafe-fixes"
        yield f"mended by `lintimg check {option}`"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        # Code spans the author set stay; the rest becomes plain text.
        pieces = " ".join(paragraph.split()).split("`")
        if len(pieces) % 2:
            shown = [f"`{piece}`" if n % 2 else _around(piece) for n, piece in enumerate(pieces)]
            yield "".join(shown)
        else:
            yield prose(paragraph)
        yield ""


def _around(text: str) -> str:
    """`prose`, which trims, with the blanks that part the text from the code beside it."""
    before = " " if text[:1] == " " else ""
    after = " " if text[-1:] == " " and text.strip() else ""
    if before or after or not text or text[0].isspace():
        return f"{before}{prose(text)}{after}"
    # Glued to the code before it: only the first word matters, and it is punctuation or an ending.
    return text if text.strip(".,;:!?()'s-") == "" else prose(text)


def _remedies(rule: Rule) -> Iterator[str]:
    if len(rule.helps) == 1:
        yield from (_template(help_) for help_ in rule.helps.values())
        return
    for variant, help_ in rule.helps.items():
        yield f"* {f'{span(variant)}: ' if variant else ''}{_template(help_)}"


def _template(text: str) -> str:
    """A help template as a reader sees it: its values as words in angle brackets, and nothing taken for Markdown."""
    plain = _FIELD.sub(r"<\1>", text).replace("{{", "{").replace("}}", "}")
    return _MARKS.sub(r"\\\g<0>", plain)


def _examples(file: RuleFile, said: Sequence[str]) -> Iterator[str]:
    """A bad example with its remedy, else with a good one; then the names of what else is tested."""
    number = shown_example(file)
    bad = file.bad[number] if file.bad else None
    if bad is not None:
        yield "## Bad"
        yield ""
        yield from _example(bad)
        if said:
            yield "lintimg says:"
            yield ""
            yield from block(list(said), "text")
            yield ""
    good = file.good[0] if file.good else None
    if bad is not None and "fixed" in bad:
        yield "## Good"
        yield ""
        yield "What the fix makes of it:"
        yield ""
        yield from block(bad["fixed"].rstrip("\n").split("\n"), "dockerfile")
        yield ""
    elif good is not None:
        yield "## Good"
        yield ""
        yield from _example(good)
    yield "## Where it fires and where not"
    yield ""
    yield from _names("It also fires on", (e for n, e in enumerate(file.bad) if n != number))
    yield from _names("It leaves alone", file.good)


def _names(title: str, examples: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    names = [str(example["name"]) for example in examples if example.get("name")]
    if names:
        yield f"{title}:"
        yield ""
        yield from (f"* {prose(name)}" for name in names)
        yield ""


def _example(example: Mapping[str, Any]) -> Iterator[str]:
    if example.get("name"):
        yield f"*{prose(str(example['name']))}*"
        yield ""
    if "dockerfile" in example:
        yield from block(example["dockerfile"].rstrip("\n").split("\n"), "dockerfile")
        yield ""
    elif "image" in example:
        yield from _image(example["image"])
    for name, content in example.get("files", {}).items():
        lines = content.rstrip("\n").split("\n") if isinstance(content, str) else []
        if lines != [""] and 0 < len(lines) <= _CONTEXT_LINES:
            yield f"with {span(name)} in its build context:"
            yield ""
            yield from block(lines)
            yield ""


def _image(image: Mapping[str, Any]) -> Iterator[str]:
    """A built image in a few lines: its settings and what its layers hold."""
    lines = [f"{key}: {_one_line(value)}" for key, value in image.items() if key != "layers"]
    for layer in image.get("layers", ()):
        lines.append(f"layer: {layer.get('command', '(no command)')}")
        lines += [f"    {path}" for path in layer.get("files", {})]
    if lines:
        yield from block(lines, "text")
        yield ""


def _one_line(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_one_line(part)}" for key, part in value.items())
    return " ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _silence(rule: Rule) -> Iterator[str]:
    if rule.code == "LI000":
        return
    yield "## How to silence it"
    yield ""
    if rule.family == "image":
        yield f"With `--ignore {rule.code}`, or for a project in `.lintimg.yaml`:"
    else:
        yield "For one instruction, with a line above it:"
        yield ""
        yield from block([f"# lintimg: ignore[{rule.code}] why"], "dockerfile")
        yield ""
        yield f"For a run with `--ignore {rule.code}`, for a project in `.lintimg.yaml`:"
    yield ""
    yield from block([f"ignore: [{rule.code}]"], "yaml")
    yield ""


def _elsewhere(rule: Rule) -> Iterator[str]:
    tools: dict[str, list[str]] = {}
    for entry in rule.equivalents:
        condition = " and ".join(f"{key} is {value}" for key, value in entry.when.items())
        text = span(entry.code) + (f" ({prose(condition)})" if condition else "")
        codes = tools.setdefault(entry.tool, [])
        if text not in codes:
            codes.append(text)
    if tools:
        yield "## The same elsewhere"
        yield ""
        yield from (f"* {_TOOLS.get(tool, tool)}: {', '.join(codes)}" for tool, codes in tools.items())
        yield ""


def _meant_by(file: RuleFile) -> Iterator[str]:
    if file.text.search:
        yield "## Messages that lead here"
        yield ""
        yield from (f"* {span(text)}" for text in file.text.search)
        yield ""


def _sources(file: RuleFile) -> Iterator[str]:
    if file.text.references:
        yield "## Sources"
        yield ""
        yield from (
            f"* <{reference}>" if "://" in reference else f"* {prose(reference)}"
            for reference in file.text.references
        )
        yield ""
