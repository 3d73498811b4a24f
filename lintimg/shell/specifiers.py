"""Package words of each manager: name, version, whether it names one version."""

from __future__ import annotations

import re
from collections.abc import Callable

from lintimg.shell.packages import PackageArgument, PackageKind
from lintimg.shell.script import ShellWord

_PIP = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.\-]*|\$\w+)\s*(?:\[[^\]]*\])?\s*(?P<version>(?:===?|~=|!=|<=?|>=?)[^;]*)?(?:;.*)?\Z"
)
_PIP_URL = re.compile(r"(?P<name>[A-Za-z0-9][\w.\-]*)\s*(?:\[[^\]]*\])?\s*@\s*(?P<url>\S+)")
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+|git@|git://|.*\.git(?:[#@].*)?\Z")
_NPM = re.compile(r"(?P<name>(?:@[\w.\-~]+/)?[\w.\-~]+|\$\w+)(?:@(?P<version>.*))?\Z")
_NPM_REPOSITORY = re.compile(r"(?:github:|gitlab:|bitbucket:)?[\w.\-]+/[\w.\-]+(?:#.*)?\Z")
_APK = re.compile(r"(?P<name>[^=<>~@]+)(?P<version>(?:[=<>~]+)[^@]*)?(?:@\w+)?\Z")
_APT = re.compile(r"(?P<name>[^=/]+?)(?::\w+)?(?P<version>[=/].+)?\Z")
_RPM_VERSION = re.compile(r"(?P<name>.+?)-(?P<version>\d[\w.+~]*[.\-][\w.+~\-]*)\Z")
_DIGITS = re.compile(r"\d")
_COMMIT = re.compile(r"[0-9a-f]{7,40}\Z")
_FLOATING = frozenset(
    (
        "latest",
        "next",
        "master",
        "main",
        "head",
        "lts",
        "*",
        "x",
        "stable",
        "beta",
        "canary",
        "rc",
        "dev",
        "upgrade",
        "patch",
    )
)


def package_argument(family: str, word: ShellWord, version_option: str | None) -> PackageArgument:
    """What `word` asks `family` for; `version_option` is the value of an option such as gem's `-v`."""
    text = word.pieces
    kind, name, version, pinned = _READERS.get(family, _plain)(text)
    if version is None and version_option is not None:
        version, pinned = version_option, bool(_DIGITS.search(version_option) or "$" in version_option)
    if kind == "name" and "$" in name:
        kind = "variable"
    if version is not None and "$" in version:
        pinned = True
    return PackageArgument(text, name, version, pinned, kind, word.span)


_Read = tuple[PackageKind, str, str | None, bool]


def _is_path(text: str) -> bool:
    return text.startswith((".", "/", "~", "file:")) or text.endswith(
        (".whl", ".tgz", ".tar.gz", ".deb", ".rpm", ".apk", ".gem", ".zip")
    )


def _remote(text: str) -> _Read | None:
    if _VCS.match(text):
        reference = re.search(r"(?:\.git)?[@#](?P<ref>[^@#/]+)\Z", text.partition("://")[2] or text)
        pinned = bool(
            reference
            and reference["ref"].lower() not in _FLOATING
            and not reference["ref"].startswith("egg=")
        )
        return "vcs", text, reference["ref"] if reference else None, pinned
    if re.match(r"[a-z]+://", text):
        return "url", text, None, bool(_DIGITS.search(text.partition("://")[2]) or "$" in text)
    return None


def _plain(text: str) -> _Read:
    return "name", text, None, False


def _pip(text: str) -> _Read:
    direct = _PIP_URL.match(text)
    if direct:
        remote = _remote(direct["url"])
        return ("url", direct["name"], direct["url"], remote[3] if remote else True)
    remote = _remote(text)
    if remote:
        return remote
    if _is_path(text) or text.startswith("${"):
        return "path", text, None, True
    found = _PIP.match(text)
    if found is None:
        return ("path" if "/" in text else "variable"), text, None, True
    version = (found["version"] or "").strip() or None
    return "name", found["name"], version, bool(version and version.startswith("==") and "*" not in version)


def _npm(text: str) -> _Read:
    remote = _remote(text)
    if remote:
        return remote
    if _is_path(text):
        return "path", text, None, True
    found = _NPM.match(text)
    if found is None:
        kind: PackageKind = "vcs" if _NPM_REPOSITORY.match(text) else "variable"
        return kind, text, None, "#" in text
    version = found["version"]
    if version and version.startswith("npm:"):
        return _npm(version[4:])
    pinned = bool(
        version and version.lower() not in _FLOATING and (_DIGITS.search(version) or "$" in version)
    )
    return "name", found["name"], version, pinned


def _apt(text: str) -> _Read:
    if text.startswith((".", "/")) or text.endswith(".deb"):
        return "path", text, None, True
    text = text.rstrip("+-") if text[-1:] in "+-" and not text.endswith("++") else text
    found = _APT.match(text)
    if found is None:
        return _plain(text)
    version = found["version"]
    return "name", found["name"], version, bool(version and version.startswith("=") and "*" not in version)


def _rpm(text: str) -> _Read:
    remote = _remote(text)
    if remote:
        return remote
    if text.startswith((".", "/")) or text.endswith(".rpm"):
        return "path", text, None, True
    if text.startswith("@"):
        return "group", text[1:], None, False
    found = _RPM_VERSION.match(text)
    if found:
        return "name", found["name"], found["version"], "*" not in found["version"]
    return _plain(text)


def _apk(text: str) -> _Read:
    if text.startswith((".", "/")) and text.endswith(".apk"):
        return "path", text, None, True
    found = _APK.match(text)
    if found is None:
        return _plain(text)
    version = found["version"]
    return "name", found["name"], version, bool(version and version[0] in "=~")


def _gem(text: str) -> _Read:
    if _is_path(text):
        return "path", text, None, True
    name, colon, version = text.partition(":")
    return "name", name, version if colon else None, bool(colon and _DIGITS.search(version))


def _go(text: str) -> _Read:
    if text.startswith("."):
        return "path", text, None, True
    name, at, version = text.partition("@")
    pinned = bool(
        at
        and version.lower() not in _FLOATING
        and (_DIGITS.search(version) or _COMMIT.match(version) or "$" in version)
    )
    return "name", name, version if at else None, pinned


def _cargo(text: str) -> _Read:
    name, at, version = text.partition("@")
    return "name", name, version if at else None, bool(at and _DIGITS.search(version))


def _conda(text: str) -> _Read:
    name = re.split(r"[=<>!~\s\[]", text.rpartition("::")[2], maxsplit=1)[0]
    version = text.rpartition("::")[2][len(name) :].strip() or None
    return "name", name, version, bool(version and version.startswith("="))


def _composer(text: str) -> _Read:
    name, colon, version = text.partition(":")
    return "name", name, version if colon else None, bool(colon and _DIGITS.match(version.lstrip("v=")))


_READERS: dict[str, Callable[[str], _Read]] = {
    "apt": _apt,
    "yum": _rpm,
    "dnf": _rpm,
    "microdnf": _rpm,
    "zypper": _apk,
    "apk": _apk,
    "pip": _pip,
    "uv": _pip,
    "pipenv": _pip,
    "poetry": _npm,
    "npm": _npm,
    "yarn": _npm,
    "pnpm": _npm,
    "gem": _gem,
    "bundle": _gem,
    "go": _go,
    "cargo": _cargo,
    "conda": _conda,
    "composer": _composer,
}
