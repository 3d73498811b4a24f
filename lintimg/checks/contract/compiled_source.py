"""The sources of compiled languages, read just far enough: project files, classes, what they extend and what they declare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from posixpath import basename, splitext

from lintimg.context.build_context import BuildContext
from lintimg.lazy import NamedTuple, regex

MOST_FILES = 500
_LIMIT = 500_000
_ROOT = regex(r"(?:^|/)src/main/(?:java|kotlin|scala|groovy)/")
_TEST = regex(r"(?:^|[/.])tests?(?:/|\.|$)", re.IGNORECASE)
_ASSEMBLY_NAME = regex(r"<AssemblyName>([^<>]*)</AssemblyName>")
_PROJECTS = (".csproj", ".fsproj", ".vbproj")
# Each alternative matches to its end or the file's, so that no text is read twice.
_IDLE = regex(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"\"\".*?(?:\"\"\"|\Z)|[@$]{1,2}\"(?:[^\"]|\"\")*\"?|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?",
    re.DOTALL,
)
_GENERIC = regex(r"<[^<>]*>")
_BRACKETS = regex(r"\([^()]*\)")
_DEEPEST = 8
_METHOD = regex(r"\b(?:public|fun)\s[^;{}()=]{0,300}?\b([A-Za-z_$][\w$]*)\s*\(")
_HIDDEN_FUNCTION = regex(r"\b(?:private|protected|internal)\s+(?:[a-z]+\s+){0,4}fun\s[^(){}]{0,300}\(")


class TypeText(NamedTuple):
    """A type as its file declares it. `words` stand before its name (`public`, `sealed`, `class`), `header` between name and body; `code` is the file
    without comments and strings, `depth` the number of open braces around the declaration.
    """

    words: tuple[str, ...]
    header: str
    code: str
    depth: int

    @property
    def methods(self) -> tuple[str, ...]:
        """The public methods of the file, constructors among them."""
        return tuple(dict.fromkeys(_METHOD.findall(_HIDDEN_FUNCTION.sub(" ", self.code))))

    def has(self, method: str) -> bool:
        """Whether the file may declare a method of that name."""
        return re.search(rf"\b{re.escape(method)}\s*[(<]", self.code) is not None


def read_text(context: BuildContext, path: str) -> str | None:
    """A source of the context, None when it cannot be read or is too long."""
    data = context.read(path, _LIMIT + 1)
    return None if data is None or len(data) > _LIMIT else data.decode("utf-8", "replace")


def java_sources(paths: Iterable[str]) -> dict[str, str]:
    """The sources of Java, Kotlin, Scala and Groovy by the full name of the class that the path tells; no tests."""
    sources = {}
    for path in paths:
        root = _ROOT.search(path)
        if root is not None and not _TEST.search(path[: root.start()]):
            sources[splitext(path[root.end() :])[0].replace("/", ".")] = path
    return sources


def assemblies(context: BuildContext, paths: Sequence[str]) -> dict[str, str] | None:
    """The project files by the assembly that each makes; None when that cannot be told."""
    projects = [path for path in paths if path.endswith(_PROJECTS)]
    if not projects or len(projects) > 100:
        return None
    if any(basename(path) in ("Directory.Build.props", "Directory.Build.targets") for path in paths):
        return None
    found: dict[str, str] = {}
    for path in projects:
        text = read_text(context, path)
        if text is None:
            return None
        named = _ASSEMBLY_NAME.search(text)
        assembly = named[1].strip() if named is not None else splitext(basename(path))[0]
        if "$" in assembly:
            return None
        found[assembly] = path
    return found


def is_test(name: str) -> bool:
    """Whether a project or folder is named as one of tests."""
    return _TEST.search(name) is not None


def declares(context: BuildContext, paths: Iterable[str], name: str) -> list[str] | None:
    """Those of the files that declare a type of that name; None when one cannot be read."""
    declaration = re.compile(rf"\b(?:class|record|struct|object|interface)\s+{re.escape(name)}\b")
    found = []
    for path in paths:
        text = read_text(context, path)
        if text is None:
            return None
        if declaration.search(text):
            found.append(path)
    return found


def type_text(text: str, name: str) -> TypeText | None:
    """The only declaration of the type `name` in the source `text`, None when there is not just one."""
    code = _IDLE.sub(" ", text)
    found = list(
        re.finditer(
            rf"((?:\b[a-z]+\s+){{0,6}})\b(class|record|struct|object|interface|enum)\s+{re.escape(name)}\b([^{{;]{{0,2000}})[{{;]",
            code,
        )
    )
    if len(found) != 1:
        return None
    match = found[0]
    before = code[: match.start()]
    return TypeText((*match[1].split(), match[2]), match[3], code, before.count("{") - before.count("}"))


def without_brackets(text: str) -> str:
    """`text` without type parameters and what stands in parentheses."""
    for _ in range(_DEEPEST):
        shorter = _BRACKETS.sub("", _GENERIC.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text
