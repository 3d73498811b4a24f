"""The language version that a project's manifest asks for."""

from __future__ import annotations

from lintimg.lazy import NamedTuple, regex

_GO = regex(r"(?m)^go[ \t]+(\d+)\.(\d+)(?:\.(\d+))?[ \t\r]*(?://.*)?$")
_POM_PROPERTY = regex(
    r"<(maven\.compiler\.release|maven\.compiler\.target|java\.version|release|target)>\s{0,20}([^<>\s]{1,40})\s{0,20}</\1>"
)
_PROPERTY = regex(r"<([A-Za-z][\w.-]{0,80})>\s{0,20}([\w.]{1,20})\s{0,20}</\1>")
_GRADLE = (
    regex(r"\boptions\.release(?:\s*=\s*|\.set\()\s*(\d+)"),
    regex(r"\btargetCompatibility\s*=?\s*[\"']?(?:JavaVersion\.VERSION_)?(?:1[._])?(\d+)"),
    regex(r"\bsourceCompatibility\s*=?\s*[\"']?(?:JavaVersion\.VERSION_)?(?:1[._])?(\d+)"),
    regex(r"\b(?:JavaLanguageVersion\.of|jvmToolchain)\(\s*(\d+)"),
)
_FRAMEWORK = regex(
    r"<TargetFramework>\s{0,20}net(?:coreapp)?(\d+)\.(\d+)(?:-[\w.]+)?\s{0,20}</TargetFramework>"
)
_FRAMEWORK_MOVES = regex(r"<(?:RollForward|SelfContained|PublishAot|TargetFrameworks)>", 0)
_CLAUSE = regex(r"(>=|<=|==|!=|~=|>|<|\^|~)?\s*v?(\d+)(?:\.(\d+|\*))?(?:\.(\d+|\*))?\Z")

Version = tuple[int, int]


class Declared(NamedTuple):
    """A version as the manifest has it, and as numbers."""

    text: str
    version: tuple[int, ...]


def go_version(text: str) -> Declared | None:
    """The least Go version of a go.mod."""
    found = _GO.search(text)
    if found is None:
        return None
    parts = tuple(int(part) for part in found.groups() if part is not None)
    return Declared(".".join(map(str, parts)), parts)


def java_version(name: str, text: str) -> Declared | None:
    """The version of Java for which Maven or Gradle compiles."""
    if name == "pom.xml":
        return _pom_version(text)
    for pattern in _GRADLE:
        found = pattern.search(text)
        if found is not None:
            return Declared(found[1], (int(found[1]),))
    return None


def _pom_version(text: str) -> Declared | None:
    values: dict[str, str] = {}
    for name, value in _POM_PROPERTY.findall(text):
        values.setdefault(name, value)
    properties: dict[str, str] | None = None
    for name in ("release", "maven.compiler.release", "target", "maven.compiler.target", "java.version"):
        value = values.get(name)
        if value is None:
            continue
        if value.startswith("${"):
            properties = dict(_PROPERTY.findall(text)) if properties is None else properties
            value = properties.get(value[2:-1], "")
        value = value.removeprefix("1.") if value.startswith("1.") else value
        if value.isdecimal() and len(value) < 3:
            return Declared(value, (int(value),))
        return None
    return None


def framework_version(text: str) -> Declared | None:
    """The one .NET that a project file targets, None where it may run on another, too."""
    found = _FRAMEWORK.findall(text)
    if len(found) != 1 or _FRAMEWORK_MOVES.search(text):
        return None
    major, minor = found[0]
    return Declared(f"net{major}.{minor}", (int(major), int(minor)))


def python_requirement(text: str) -> str | None:
    """What pyproject.toml says about Python: `requires-python`, or Poetry's own dependency."""
    from lintimg.context.dependency import mapping, read_toml

    try:
        content = read_toml(text)
    except (ValueError, RecursionError):
        return None
    found = mapping(content.get("project")).get("requires-python")
    if found is None:
        poetry = mapping(mapping(content.get("tool")).get("poetry"))
        found = mapping(poetry.get("dependencies")).get("python")
    return found if isinstance(found, str) else None


def excludes(requirement: str, version: Version) -> bool:
    """Whether a specifier such as `>=3.11,<4` or `^3.12` surely excludes every release of `version`."""
    if "|" in requirement or len(requirement) > 200:
        return False
    return any(_excludes(clause.strip(), version) for clause in requirement.split(","))


def _excludes(clause: str, version: Version) -> bool:
    found = _CLAUSE.match(clause)
    if found is None or not found[3]:
        return False
    operator = found[1] or "=="
    open_end = found[3] == "*"
    least = (int(found[2]), 0 if open_end else int(found[3]))
    if open_end:
        return operator == "==" and version[0] != least[0]
    if operator in (">=", "==", "~=", "^", "~") and version < least:
        return True
    if operator == ">" and version < least:
        return True
    if operator == "<":
        return version > least or (version == least and found[4] in (None, "0"))
    if operator == "<=":
        return version > least
    if operator == "==":
        return version != least
    if operator == "~=":
        return version[0] > least[0] if found[4] is None else version != least
    if operator == "^":
        return version[0] > least[0]
    return operator == "~" and version != least
