"""YAML and JSON of infrastructure code as plain values with lines, CloudFormation's functions resolved."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from typing import Any

from lintimg.context.dependency import Lines
from lintimg.lazy import NamedTuple, regex

_LIMIT = 128_000
_DEEPEST = 60
_SECTIONS = ("Parameters", "Globals", "Resources")
_REFERENCE = regex(r"\$\{(!?)([^{}]*)\}")


class Unresolved(NamedTuple):
    """A value that only the deployment knows."""

    text: str


class Located(dict[str, Any]):
    """A mapping that knows the 1-based lines of its keys."""

    def __init__(self) -> None:
        """Empty at first."""
        super().__init__()
        self.lines: dict[str, int] = {}

    def line(self, key: str) -> int:
        """The line of `key`, 1 when it is not known."""
        return self.lines.get(key, 1)


class TemplateError(ValueError):
    """The file cannot be read."""


def read_template(text: str) -> Located:
    """The top mapping of a YAML or JSON file.

    Raises TemplateError for a file that is broken, huge, nested too deeply or no mapping.
    """
    if len(text) > _LIMIT or _nesting(text) > _DEEPEST:
        raise TemplateError("too big")
    if _is_json(text):
        try:
            return _read_json(text)
        except ValueError:
            pass
    return _read_yaml(text)


def read_functions(text: str) -> Located:
    """A CloudFormation template of which only what matters to functions is kept: reading YAML is slow.

    Raises TemplateError as `read_template` does.
    """
    sliced = text if _is_json(text) else _slice(text)
    if sliced != text:
        try:
            return read_template(sliced)
        except TemplateError:
            # Something that was left out is needed after all: an anchor, an end of a long text.
            pass
    return read_template(text)


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def _slice(text: str) -> str:
    """A YAML template with blanks in place of other sections and of resources that are no functions."""
    lines = text.split("\n")
    kept: list[str] = []
    section = ""
    resource: list[str] = []
    indent = -1

    def close() -> None:
        wanted = any("Function" in line for line in resource)
        kept.extend(resource if wanted else [""] * len(resource))
        resource.clear()

    for line in lines:
        width = len(line) - len(line.lstrip(" "))
        blank = not line.strip() or line.lstrip().startswith("#")
        if width == 0 and not blank:
            close()
            section, indent = line.partition(":")[0].strip().strip("\"'"), -1
            kept.append(line if section in _SECTIONS else "")
        elif section != "Resources":
            kept.append(line if section in _SECTIONS else "")
        else:
            if not blank and (indent < 0 or width <= indent):
                close()
                indent = width if indent < 0 else indent
            resource.append(line)
    close()
    return "\n".join(kept)


def _nesting(text: str) -> int:
    """The deepest nesting of brackets, or of indentation."""
    deepest = depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth += 1 if found.group() in "[{" else -1
        depth = max(depth, 0)
        deepest = max(deepest, depth)
    indents = {len(line) - len(line.lstrip(" ")) for line in text.split("\n") if line.strip()}
    return max(deepest, len(indents))


def _read_json(text: str) -> Located:
    content = json.loads(text.lstrip("\ufeff"))
    if not isinstance(content, dict):
        raise TemplateError("no mapping")
    return _located(content, Lines(text))


def _located(content: dict[str, Any], lines: Lines) -> Located:
    found = Located()
    for key, value in content.items():
        line = lines.find(json.dumps(key)) if isinstance(value, dict) else None
        if line is not None:
            found.lines[key] = line
        found[key] = _json_value(value, lines)
    return found


def _json_value(value: Any, lines: Lines) -> Any:
    if isinstance(value, dict):
        function = _function(value)
        return _located(value, lines) if function is None else function
    return [_json_value(entry, lines) for entry in value] if isinstance(value, list) else value


def _read_yaml(text: str) -> Located:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    reader = YAML(typ="rt", pure=True)
    reader.allow_duplicate_keys = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = reader.load(text)
    except (YAMLError, RecursionError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        # The library lets other errors through where the text is broken in odd ways.
        raise TemplateError("no YAML") from error
    found = _Plain().value(content, 0)
    if not isinstance(found, Located):
        raise TemplateError("no mapping")
    return found


class _Plain:
    """Turns ruamel's values into plain ones; what an alias repeats is turned once and shared."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def value(self, value: Any, depth: int) -> Any:
        """A plain value; a tagged one as what its function means."""
        if depth > _DEEPEST:
            return Unresolved("")
        tag = getattr(getattr(value, "tag", None), "value", None) or ""
        if isinstance(value, Mapping | list):
            if id(value) not in self._known:
                # What holds itself is not known.
                self._known[id(value)] = Unresolved("")
                convert = self._mapping if isinstance(value, Mapping) else self._list
                self._known[id(value)] = convert(value, tag, depth)
            return self._known[id(value)]
        if tag.startswith("!"):
            return _tagged(tag, getattr(value, "value", value))
        if isinstance(value, bool):
            return bool(value)
        if isinstance(value, int):
            return int(value)
        return str(value) if isinstance(value, str) else value

    def _mapping(self, value: Any, _tag: str, depth: int) -> Any:
        found = Located()
        places = value.lc.data if hasattr(value, "lc") and value.lc.data else {}
        for key in value:
            name = str(key)
            found[name] = self.value(value[key], depth + 1)
            if key in places:
                found.lines[name] = places[key][0] + 1
        return _function(found) or found

    def _list(self, value: Any, tag: str, depth: int) -> Any:
        entries = [self.value(entry, depth + 1) for entry in value]
        return _tagged(tag, entries) if tag.startswith("!") else entries


def _tagged(tag: str, value: Any) -> Any:
    return _function({("" if tag == "!Ref" else "Fn::") + tag[1:]: value}) or value


def _function(value: Mapping[str, Any]) -> Unresolved | None:
    """A CloudFormation function (`{"Ref": …}`, `{"Fn::Sub": …}`) as what is still to be resolved."""
    if len(value) != 1:
        return None
    name, argument = next(iter(value.items()))
    if name == "Ref" and isinstance(argument, str):
        return Unresolved(f"${{{argument}}}")
    if name == "Fn::Sub":
        text = argument[0] if isinstance(argument, list) and argument else argument
        return Unresolved(text) if isinstance(text, str) else Unresolved("${}")
    if name.startswith("Fn::") and name[4:5].isupper():
        return Unresolved("${}")
    return None


def substituted(value: Any, parameters: Mapping[str, Any]) -> Any:
    """`value` with references to parameters that have a default replaced; what is left unknown becomes None."""
    known: dict[int, Any] = {}

    def replaced(value: Any) -> Any:
        if isinstance(value, Unresolved):
            return _defaulted(value.text, parameters)
        if not isinstance(value, Located | list):
            return value
        if id(value) not in known:
            if isinstance(value, list):
                known[id(value)] = [replaced(entry) for entry in value]
            else:
                found = known[id(value)] = Located()
                found.lines = value.lines
                found.update({key: replaced(entry) for key, entry in value.items()})
        return known[id(value)]

    return replaced(value)


def _defaulted(text: str, parameters: Mapping[str, Any]) -> str | None:
    """`text` with `${Parameter}` replaced; None when a value is not known."""
    unknown = False

    def default(found: re.Match[str]) -> str:
        nonlocal unknown
        if found[1]:
            return f"${{{found[2]}}}"
        entry = parameters.get(found[2])
        given = entry.get("Default") if isinstance(entry, Mapping) else None
        if not isinstance(given, str | int) or isinstance(given, bool):
            unknown = True
            return ""
        return str(given)

    replaced = _REFERENCE.sub(default, text)
    return None if unknown else replaced
