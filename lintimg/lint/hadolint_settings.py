"""hadolint's configuration in lintimg's words, with a comment on whatever has no counterpart.

The keys are those of hadolint's README: ignored, override, trustedRegistries, failure-threshold, no-fail,
disable-ignore-pragma, label-schema, strict-labels, format, no-color, verbose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lintimg.lint.rule import Rule
from lintimg.lint.selection import UnknownSelectorError, choose
from lintimg.model.finding import SEVERITIES, Severity
from lintimg.text import printable

_LEVELS: Mapping[str, Severity] = {"error": "error", "warning": "warning", "info": "info", "style": "info"}
_NO_COUNTERPART = {
    "no-fail": "write --exit-zero on the command line",
    "disable-ignore-pragma": "write --no-inline-ignores on the command line",
    "format": "write --format on the command line",
    "no-color": "set NO_COLOR, or write --color never on the command line",
    "verbose": "lintimg has no such key",
}
_LABEL_TYPES = ("text", "url", "rfc3339", "semver", "hash", "spdx", "email")
_REGISTRY_RULE = "DL3026"


class _Counterparts:
    """Which rules stand for hadolint's codes."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._all = rules
        self.rules: dict[str, list[Rule]] = {}
        self.exact: set[str] = set()
        for rule in rules:
            foreign = [entry for entry in rule.equivalents if entry.tool == "hadolint"]
            for entry in foreign:
                self.rules.setdefault(entry.code, []).append(rule)
                if len(foreign) == 1 and not entry.when:
                    self.exact.add(entry.code)

    def knows(self, code: str) -> bool:
        """Whether `code` selects anything here; ShellCheck's codes may, too."""
        try:
            choose(code, self._all)
        except UnknownSelectorError:
            return False
        return True

    def of(self, code: str) -> list[Rule]:
        return self.rules.get(code, [])

    def selector(self, code: str) -> str:
        """Our code where it means the same, else hadolint's own, which selects what it selects there."""
        rules = self.of(code)
        return rules[0].code if len(rules) == 1 and code in self.exact else code

    def remark(self, code: str) -> str:
        """What `selector` stands for."""
        if self.selector(code) != code:
            return f"{code}, here {self.of(code)[0].name}"
        return ", ".join(f"{rule.code} {rule.name}" for rule in self.of(code))


def from_hadolint(settings: Mapping[Any, Any], rules: tuple[Rule, ...]) -> str:
    """The text of a `.lintimg.yaml` that does what hadolint's `settings` did. Raises ValueError with a sentence
    for a value that hadolint would not take either.
    """
    counterparts = _Counterparts(rules)
    ignored = _codes(settings.get("ignored"), "ignored")
    severity, wanted = _overrides(settings.get("override"), counterparts)
    registries = _texts(settings.get("trustedRegistries"), "trustedRegistries")
    if registries:
        wanted += [rule.code for rule in counterparts.of(_REGISTRY_RULE) if not rule.default]
    lines = ["# Made from hadolint's configuration. All keys: lintimg schema config"]
    lines += _ignored(ignored, counterparts)
    lines += severity
    if wanted:
        lines += ["# Rules that are off unless selected, and that hadolint's configuration spoke of:"]
        lines += _list("extend-select", [(code, "") for code in dict.fromkeys(wanted)])
    if registries:
        lines += _list("trusted-bases", [(_base_glob(name), "") for name in registries])
    lines += _labels(settings)
    lines += _threshold(settings.get("failure-threshold"))
    lines += _rest(settings)
    lines += _off(rules, {*ignored}, {*wanted})
    return "\n".join(lines) + "\n"


def _ignored(codes: list[str], counterparts: _Counterparts) -> list[str]:
    items = [
        (counterparts.selector(code), counterparts.remark(code)) for code in codes if counterparts.knows(code)
    ]
    unknown = [code for code in codes if not counterparts.knows(code)]
    lines = _list("ignore", items) if items else []
    return lines + [f"# ignored: {code} has no counterpart here" for code in unknown]


def _overrides(value: object, counterparts: _Counterparts) -> tuple[list[str], list[str]]:
    """The lines of `severity` and the rules that have to be selected for it to matter."""
    if value is None:
        return [], []
    if not isinstance(value, Mapping):
        raise ValueError("override must map error, warning, info and style to lists of rules")
    severities: dict[str, tuple[Severity, str]] = {}
    remarks: list[str] = []
    wanted: list[str] = []
    for level, codes in value.items():
        if level not in _LEVELS:
            raise ValueError(f"override: {level} is none of {', '.join(_LEVELS)}")
        for code in _codes(codes, f"override: {level}"):
            rules = counterparts.of(code)
            if not rules and counterparts.knows(code):
                severities[code] = (_LEVELS[level], "ShellCheck's")
            elif not rules:
                remarks.append(f"# override: {code} has no counterpart here")
            for rule in rules:
                old = severities.get(rule.code)
                if old is None or SEVERITIES.index(_LEVELS[level]) < SEVERITIES.index(old[0]):
                    severities[rule.code] = (_LEVELS[level], f"{code}, here {rule.name}")
                if not rule.default:
                    wanted.append(rule.code)
    lines = ["severity:"] if severities else []
    lines += [f"  {code}: {severity} # {remark}" for code, (severity, remark) in sorted(severities.items())]
    return lines + remarks, wanted


def _labels(settings: Mapping[Any, Any]) -> list[str]:
    schema = settings.get("label-schema") or {}
    if not isinstance(schema, Mapping):
        raise ValueError("label-schema must map labels to what their values are")
    lines = ["label-schema:"] if schema else []
    for key, kind in schema.items():
        ours = "text" if kind == "rawtext" else kind
        if not isinstance(key, str) or ours not in _LABEL_TYPES:
            raise ValueError(f"label-schema: {printable(str(key))[:60]} is none of hadolint's kinds")
        lines.append(f"  {_scalar(printable(key))}: {ours}")
    return [*lines, "strict-labels: true"] if settings.get("strict-labels") is True else lines


def _threshold(value: object) -> list[str]:
    if value is None:
        return ["fail-on: info # hadolint's default; lintimg's own is warning"]
    if value in ("ignore", "none"):
        return ["# failure-threshold: write --exit-zero on the command line"]
    if not isinstance(value, str) or value not in _LEVELS:
        raise ValueError(f"failure-threshold: {printable(str(value))[:40]} is no severity of hadolint's")
    return [f"fail-on: {_LEVELS[value]}"]


def _rest(settings: Mapping[Any, Any]) -> list[str]:
    lines = []
    known = {
        "ignored",
        "override",
        "trustedRegistries",
        "failure-threshold",
        "label-schema",
        "strict-labels",
    }
    for key, value in settings.items():
        if key in known or value in (False, None):
            continue
        name = printable(str(key))[:60]
        lines.append(f"# {name}: {_NO_COUNTERPART.get(name, 'unknown to hadolint and to lintimg')}")
    return lines


def _off(rules: tuple[Rule, ...], ignored: set[str], wanted: set[str]) -> list[str]:
    """All rules are on in hadolint; these are off here until somebody selects them."""
    off = []
    for rule in rules:
        codes = [entry.code for entry in rule.equivalents if entry.tool == "hadolint"]
        if codes and not rule.default and rule.code not in wanted and not ignored.issuperset(codes):
            off.append((rule.code, f"{', '.join(codes)}, here {rule.name}"))
    if not off:
        return []
    lines = ["# Off unless selected (lintimg explain CODE tells why):"]
    return lines + [f"# {line}" for line in _list("extend-select", off)]


def _list(key: str, items: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{key}:", *(f"  - {_scalar(text)}{f' # {remark}' if remark else ''}" for text, remark in items)]


def _scalar(text: str) -> str:
    """`text` as YAML: plain where it is a code, else in quotes."""
    if text.isalnum() and text.isascii():
        return text
    from json import dumps

    return dumps(text)


def _base_glob(registry: str) -> str:
    name = registry.strip().rstrip("/")
    return name if name == "*" else f"{name}/*"


def _codes(value: object, key: str) -> list[str]:
    return [text.strip() for text in _texts(value, key) if text.strip()]


def _texts(value: object, key: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} must be a list of texts")
    return [printable(str(item)) for item in value]
