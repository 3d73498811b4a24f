"""Rule files: YAML to rules, with every mistake named by file, line and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from lintimg.lazy import NamedTuple, regex
from lintimg.lint.match import MatchError, validate_match
from lintimg.lint.rule import Equivalent, Rule, RuleText
from lintimg.model.finding import KINDS, SEVERITIES, Kind

FAMILIES = ("file", "base", "contract", "cache", "size", "security", "correctness", "shell", "image")
_SIZE_LIMIT = 256_000
_CODE = regex(r"[A-Z]{2,8}\d{3,4}\Z")
_NAME = regex(r"[a-z0-9]+(-[a-z0-9]+)*\Z")

_KEYS: dict[str, type | tuple[type, ...]] = {
    "code": str,
    "name": str,
    "title": str,
    "family": str,
    "severity": str,
    "applies-to": list,
    "default": bool,
    "needs": list,
    "tags": list,
    "check": str,
    "match": dict,
    "message": (str, dict),
    "help": (str, dict),
    "fix": dict,
    "rationale": str,
    "references": list,
    "search": list,
    "equivalents": dict,
    "variants": dict,
    "examples": dict,
}
_REQUIRED = ("code", "name", "title", "family", "severity", "message", "help", "rationale", "examples")
_EXAMPLE_KEYS = {
    "name": str,
    "target": str,
    "target-stage": str,
    "build-args": dict,
    "settings": dict,
    "files": dict,
    "dockerfile": str,
    "image": dict,
}
_BAD_KEYS = {
    **_EXAMPLE_KEYS,
    "expect": list,
    "also": list,
    "fixed": str,
    "fixed-files": dict,
    "fixed-trips": bool,
}


class RuleFileError(Exception):
    """A rule file that cannot be used: `path`, 1-based `line` and `column`, and why."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {message}")
        self.path = path
        self.line = line
        self.column = column
        self.message = message


class RuleFile(NamedTuple):
    """One rule file: the rule, its texts, and its examples as read."""

    path: Path
    rule: Rule
    text: RuleText
    bad: tuple[Mapping[str, Any], ...]
    good: tuple[Mapping[str, Any], ...]
    skipped_variants: Mapping[str, str]


def load_rule_file(path: Path) -> RuleFile:
    """The rule in the file `path`. Raises RuleFileError on any mistake in it."""
    return _Reader(path).read()


def load_rule_folder(folder: Path) -> tuple[RuleFile, ...]:
    """Every `*.yaml` rule of `folder`, by name. Raises RuleFileError, also when a code stands twice."""
    files = tuple(load_rule_file(path) for path in sorted(folder.glob("*.yaml")))
    seen: dict[str, Path] = {}
    for file in files:
        for key in (file.rule.code, file.rule.name):
            if key in seen:
                raise RuleFileError(str(file.path), 1, 1, f"{key} is already defined in {seen[key].name}")
            seen[key] = file.path
    return files


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: Any = None

    def fail(self, message: str, *keys: str | int) -> RuleFileError:
        line, column = 0, 0
        node = self.data
        for key in keys:
            try:
                line, column = node.lc.key(key) if isinstance(key, str) else node.lc.item(key)
                node = node[key]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
        return RuleFileError(str(self.path), line + 1, column + 1, message)

    def load(self) -> None:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise self.fail(f"cannot be read: {error.strerror}") from error
        if len(raw) > _SIZE_LIMIT:
            raise self.fail(f"is larger than {_SIZE_LIMIT // 1000} kB")
        try:
            self.data = YAML(typ="rt", pure=True).load(raw.decode("utf-8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise RuleFileError(str(self.path), line, column, f"{error.problem or error.context}") from error
        except (YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise self.fail("is not readable YAML in UTF-8") from error
        if not isinstance(self.data, dict):
            raise self.fail("must be a mapping with keys such as code, name and message")

    def needs(self) -> tuple[str, ...]:
        texts = tuple(self.data.get("needs", ()))
        for position, text in enumerate(texts):
            if not isinstance(text, str) or not text or text != text.lower():
                raise self.fail("needs are lower-case texts", "needs", position)
        return tuple(str(text) for text in texts)

    def keys(self, node: Mapping[str, Any], allowed: Mapping[str, Any], *at: str | int) -> None:
        for key, value in node.items():
            if key not in allowed:
                near = get_close_matches(str(key), allowed, 1)
                hint = f", did you mean {near[0]}?" if near else ""
                raise self.fail(f"unknown key {key}{hint}", *at, key)
            if not isinstance(value, allowed[key]):
                kinds = allowed[key] if isinstance(allowed[key], tuple) else (allowed[key],)
                names = {str: "text", list: "a list", dict: "a mapping", bool: "true or false"}
                wanted = " or ".join(names[kind] for kind in kinds)
                raise self.fail(f"{key} must be {wanted}", *at, key)

    def choice(self, value: Any, allowed: Iterable[str], *at: str | int) -> str:
        choices = tuple(allowed)
        if value not in choices:
            raise self.fail(f"{value} is none of {', '.join(choices)}", *at)
        return str(value)

    def templates(self, key: str) -> dict[str, str]:
        value = self.data[key]
        variants = {"": value} if isinstance(value, str) else dict(value)
        return {str(name): " ".join(str(text).split()) for name, text in variants.items()}

    def read(self) -> RuleFile:
        self.load()
        data = self.data
        self.keys(data, _KEYS)
        for key in _REQUIRED:
            if key not in data:
                raise self.fail(f"the key {key} is missing")
        code, name = data["code"], data["name"]
        if not _CODE.match(code):
            raise self.fail(f"{code} must be letters and digits such as LI402 or TEAM001", "code")
        if not _NAME.match(name):
            raise self.fail(f"{name} must be lower-case words joined by dashes", "name")
        if self.path.stem != f"{code}-{name}":
            raise self.fail(f"the file must be called {code}-{name}.yaml")
        if ("check" in data) == ("match" in data):
            raise self.fail("exactly one of check and match is needed")
        if "match" in data:
            try:
                validate_match(data["match"], data.get("fix", {}))
            except MatchError as error:
                raise self.fail(str(error), "match", *error.keys) from error
        fix = data.get("fix", {})
        rule = Rule(
            code=code,
            name=name,
            title=data["title"],
            family=self.choice(data["family"], FAMILIES, "family"),
            severity=cast("Any", self.choice(data["severity"], SEVERITIES, "severity")),
            applies_to=tuple(
                cast("Kind", self.choice(kind, KINDS, "applies-to", position))
                for position, kind in enumerate(data.get("applies-to", KINDS))
            ),
            default=data.get("default", True),
            messages=self.templates("message"),
            helps=self.templates("help"),
            check=data.get("check"),
            match=_plain({**data["match"], "fix": fix}) if "match" in data else None,
            fix_title=fix.get("title"),
            fix_applicability=(
                cast("Any", self.choice(fix.get("applicability"), ("safe", "unsafe"), "fix")) if fix else None
            ),
            equivalents=self.equivalents(),
            needs=self.needs(),
        )
        bad, good = self.examples()
        text = RuleText(
            rationale=data["rationale"].strip(),
            references=tuple(data.get("references", ())),
            tags=tuple(data.get("tags", ())),
            search=tuple(data.get("search", ())),
            bad=tuple(_shown(example) for example in bad),
            good=tuple(_shown(example) for example in good),
            fixed=tuple(example.get("fixed") for example in bad),
        )
        skipped = {key: value.get("skip", "") for key, value in data.get("variants", {}).items()}
        return RuleFile(self.path, rule, text, bad, good, skipped)

    def equivalents(self) -> tuple[Equivalent, ...]:
        found = []
        for tool, entries in self.data.get("equivalents", {}).items():
            for position, entry in enumerate(entries):
                if not isinstance(entry, dict) or "code" not in entry or set(entry) - {"code", "when"}:
                    raise self.fail("needs a code and may have a when", "equivalents", tool, position)
                when = {str(key): str(value) for key, value in entry.get("when", {}).items()}
                found.append(Equivalent(tool, str(entry["code"]), when))
        return tuple(found)

    def examples(self) -> tuple[tuple[Mapping[str, Any], ...], tuple[Mapping[str, Any], ...]]:
        examples = self.data["examples"]
        self.keys(examples, {"bad": list, "good": list}, "examples")
        result = []
        for key, allowed in (("bad", _BAD_KEYS), ("good", _EXAMPLE_KEYS)):
            group = examples.get(key, [])
            if not group:
                raise self.fail(f"at least one {key} example is needed", "examples", key)
            for position, example in enumerate(group):
                self.keys(example, allowed, "examples", key, position)
                subject = "image" if self.data["family"] == "image" else "dockerfile"
                if subject not in example:
                    raise self.fail(f"the example has no {subject}", "examples", key, position)
            result.append(tuple(_plain(example) for example in group))
        return result[0], result[1]


def _shown(example: Mapping[str, Any]) -> str:
    """What a person gets to see of an example."""
    if "image" not in example:
        return str(example["dockerfile"])
    from lintimg.lint.image_examples import described_text

    return described_text(example["image"])


def _plain(node: Any) -> Any:
    """`node` without ruamel's own types."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return str(node)
