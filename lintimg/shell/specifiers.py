"""Package arguments: name, version and kind, as each ecosystem writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintimg.lazy import regex
from lintimg.shell.braces import expand_braces
from lintimg.shell.managers import Syntax, syntax
from lintimg.shell.packages import PackageArgument, PackageKind
from lintimg.shell.script import ShellWord

# Four words in five: a name alone, whatever the ecosystem.
_NAME = regex(r"[A-Za-z0-9_]+(?:-[A-Za-z_]\w*)*\Z", re.ASCII)
_URL = regex(r"[A-Za-z][A-Za-z0-9+.-]*://")
_VCS = regex(r"(?:git|hg|svn|bzr)(?:\+|://|@)|(?:github|gitlab|bitbucket|gist):|.*\.git(?:[@#].*)?$")
_REFERENCE = regex(
    r"(?:[@#](?:semver:)?)(?:[\w./-]*v?\d+(?:\.\d+)+[\w.+-]*|[0-9a-f]{7,40}|[^@#]*\$.*)(?:[#&].*)?$"
)
_EGG = regex(r"[#&]egg=([\w.-]+)")
_WHEEL = regex(r"([A-Za-z0-9][\w.]*)-\d[^-]*-.*\.whl(?:[#?].*)?$")
_VERSIONED = regex(r"[-_/v]\d+\.\d+[\w.]*|[#&](?:sha256|sha512|md5)=|\$")
_PATHS = ("./", "../", "/", "~", "file:")


def packages(word: ShellWord, ecosystem: str, *, group: bool = False) -> Iterator[PackageArgument]:
    """The packages a word names (more than one after brace expansion)."""
    value = word.value
    if value is not None and not group and _NAME.match(value):
        yield PackageArgument(value, value, None, False, "name", word.span)
        return
    rules = syntax(ecosystem)
    for text in expand_braces(word):
        kind: PackageKind | None = "group" if group else _kind(text, rules)
        if kind == "group":
            yield PackageArgument(text, text.removeprefix("@"), None, False, kind, word.span)
        elif kind is not None:
            yield _located(text, kind, word)
        else:
            found = _named(text, rules, word)
            if found is not None:
                yield found


def with_version(package: PackageArgument, version: str, ecosystem: str) -> PackageArgument:
    """`package` with the version an option such as `gem install -v` gives it."""
    if package.kind != "name" or package.version is not None:
        return package
    exact = syntax(ecosystem).exact
    return package._replace(version=version, pinned=exact is not None and exact.match(version) is not None)


def vcs_package(word: ShellWord, *, pinned: bool) -> PackageArgument:
    """The package of an option such as `cargo install --git URL`."""
    return PackageArgument(word.pieces, word.pieces, None, pinned, "vcs", word.span)


def path_package(word: ShellWord) -> PackageArgument:
    """The package of an option such as `cargo install --path DIR`."""
    return PackageArgument(word.pieces, word.pieces, None, False, "path", word.span)


def _kind(text: str, rules: Syntax) -> PackageKind | None:
    """The kind of `text` when it is no plain name."""
    if rules.url is not None and rules.url.match(text):
        return None
    if rules.group is not None and text.startswith(rules.group):
        return "group"
    if _VCS.match(text):
        return "vcs"
    if _URL.match(text):
        return "path" if text.startswith("file:") else "url"
    bare = text.partition("[")[0]
    if bare in (".", "..") or text.startswith(_PATHS) or bare.endswith(rules.artifacts):
        return "path"
    if "/" in bare and rules.slash and not text.startswith("@"):
        return "vcs" if rules.slash == "vcs" and bare.count("/") == 1 else "path"
    return None


def _located(text: str, kind: PackageKind, word: ShellWord) -> PackageArgument:
    """A package that is named by its place."""
    egg = _EGG.search(text)
    file = text.rpartition("/")[2]
    if egg is not None:
        name = egg[1]
    elif kind == "url" and (wheel := _WHEEL.match(file)):
        name = wheel[1]
    else:
        name = text.partition("[")[0]
    pattern, subject = (_REFERENCE, text[text.find("//") + 2 :]) if kind == "vcs" else (_VERSIONED, text)
    return PackageArgument(text, name, None, pattern.search(subject) is not None, kind, word.span)


def _named(text: str, rules: Syntax, word: ShellWord) -> PackageArgument | None:
    kind: PackageKind
    if rules.url is not None and (placed := rules.url.match(text)):
        url = placed["url"]
        return _located(url, "vcs" if _VCS.match(url) else "url", word)._replace(
            text=text, name=placed["name"]
        )
    found = rules.package.match(text) if rules.package is not None else None
    if found is None:
        unknown = word.value is None
        return PackageArgument(text, text, None, False, "variable", word.span) if unknown else None
    version = (found["version"] or "").strip() or None
    exact = version is not None and rules.exact is not None and rules.exact.match(version) is not None
    kind = "variable" if word.value is None and "$" in found["name"] else "name"
    return PackageArgument(text, found["name"], version, exact, kind, word.span)
