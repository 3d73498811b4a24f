"""What a folder is by its path alone."""

from __future__ import annotations

import re

from lintimg.contents.parts import (
    ARCHIVES,
    CACHES,
    DOCUMENTATION,
    DOTNET,
    HEADERS,
    JARS,
    MODELS,
    OTHER,
    SYSTEM,
    VERSION_CONTROL,
)

_FOLDERS: dict[bytes, tuple[str, str]] = {
    b"var/cache/apt": (CACHES, "apt"),
    b"var/lib/apt/lists": (CACHES, "apt"),
    b"var/cache/yum": (CACHES, "yum"),
    b"var/cache/dnf": (CACHES, "dnf"),
    b"var/cache/libdnf5": (CACHES, "dnf"),
    b"var/cache/apk": (CACHES, "apk"),
    b"etc/apk/cache": (CACHES, "apk"),
    b"var/cache/zypp": (CACHES, "zypper"),
    b"opt/conda/pkgs": (CACHES, "conda"),
    b"usr/local/share/.cache": (CACHES, "yarn"),
    b"go/pkg/mod": (CACHES, "go"),
    b"usr/local/cargo/registry": (CACHES, "cargo"),
    b"var/lib/dpkg": (SYSTEM, "/var/lib/dpkg"),
    b"var/lib/rpm": (SYSTEM, "/var/lib/rpm"),
    b"usr/lib/sysimage": (SYSTEM, "/usr/lib/sysimage"),
    b"usr/share/rpm": (SYSTEM, "/usr/share/rpm"),
    b"var/lib/dnf": (SYSTEM, "/var/lib/dnf"),
    b"var/lib/yum": (SYSTEM, "/var/lib/yum"),
    b"lib/apk/db": (SYSTEM, "/lib/apk/db"),
    b"usr/lib/apk/db": (SYSTEM, "/usr/lib/apk/db"),
    b"var/log": (OTHER, "/var/log"),
    b"usr/include": (HEADERS, "/usr/include"),
    b"usr/local/include": (HEADERS, "/usr/local/include"),
    b"var/lang/include": (HEADERS, "/var/lang/include"),
    b"usr/share/doc": (DOCUMENTATION, "/usr/share/doc"),
    b"usr/share/doc-base": (DOCUMENTATION, "/usr/share/doc"),
    b"usr/share/man": (DOCUMENTATION, "/usr/share/man"),
    b"usr/local/share/man": (DOCUMENTATION, "/usr/local/share/man"),
    b"usr/share/info": (DOCUMENTATION, "/usr/share/info"),
    b"usr/share/gtk-doc": (DOCUMENTATION, "/usr/share/gtk-doc"),
    b"usr/share/help": (DOCUMENTATION, "/usr/share/help"),
    b"usr/share/locale": (DOCUMENTATION, "/usr/share/locale"),
    b"usr/share/i18n": (DOCUMENTATION, "/usr/share/i18n"),
    b"usr/lib/locale": (DOCUMENTATION, "/usr/lib/locale"),
}
_RUNTIMES: dict[bytes, str] = {
    b"var/lang": "/var/lang",
    b"var/runtime": "/var/runtime",
    b"usr/local/go": "/usr/local/go",
    b"usr/local/rustup": "/usr/local/rustup",
    b"usr/local/cargo": "/usr/local/cargo",
    b"root/.rustup": "/root/.rustup",
    b"root/.cargo": "/root/.cargo",
    b"usr/lib/jvm": "/usr/lib/jvm",
    b"opt/java": "/opt/java",
    b"usr/share/dotnet": "/usr/share/dotnet",
    b"usr/lib/dotnet": "/usr/lib/dotnet",
    b"opt/conda": "/opt/conda",
    b"usr/local/lib/node_modules/npm": "npm",
    b"usr/local/lib/node_modules/corepack": "corepack",
    b"usr/lib/node_modules/npm": "npm",
    b"usr/lib/node_modules/corepack": "corepack",
}
_INTERPRETER = re.compile(rb"usr/(?:local/)?lib(?:64)?/(?:python3(?:\.\d+)?|ruby|perl5?)$")
_HOME_CACHES = {
    b".cache/pip": "pip",
    b".cache/uv": "uv",
    b".cache/pypoetry": "poetry",
    b".cache/pipenv": "pipenv",
    b".cache/yarn": "yarn",
    b".cache/pnpm": "pnpm",
    b".cache/go-build": "go",
    b".cache/node-gyp": "node-gyp",
    b".npm/_cacache": "npm",
    b".npm/_npx": "npm",
    b".bundle/cache": "bundler",
    b".cargo/registry": "cargo",
    b".conda/pkgs": "conda",
    b".m2/repository": "maven",
    b".gradle/caches": "gradle",
    b".nuget/packages": "nuget",
    b".composer/cache": "composer",
    b".yarn/cache": "yarn",
}
_MODEL_CACHES = (b".cache/huggingface", b".cache/torch", b".keras/models", b".cache/whisper", b".EasyOCR")
_VERSION_CONTROL = (b".git", b".hg", b".svn", b".bzr")
RECORDS = b"var/cache/debconf"
"""What debconf was told, which dpkg needs; the copies of it from before that are a cache."""
_SUFFIX = {
    b"jar": JARS,
    b"war": JARS,
    b"dll": DOTNET,
    b"a": HEADERS,
    b"la": HEADERS,
    b"h": HEADERS,
    b"hpp": HEADERS,
    b"gem": CACHES,
    b"dat-old": CACHES,
    b"whl": ARCHIVES,
    b"zip": ARCHIVES,
    b"tar": ARCHIVES,
    b"gz": ARCHIVES,
    b"tgz": ARCHIVES,
    b"xz": ARCHIVES,
    b"bz2": ARCHIVES,
    b"zst": ARCHIVES,
    b"7z": ARCHIVES,
    b"deb": ARCHIVES,
    b"rpm": ARCHIVES,
    **dict.fromkeys(
        (
            b"pt pth onnx safetensors h5 hdf5 keras pkl pickle joblib tflite pb gguf ggml ckpt npz npy parquet"
            b" arrow feather csv tsv mlmodel model weights params caffemodel traineddata bin dat db sqlite"
            b" sqlite3 jsonl ndjson arff mdb mmdb geojson"
        ).split(),
        MODELS,
    ),
}
SUFFIXES: dict[bytes, str] = {
    **_SUFFIX,
    **{suffix.upper(): category for suffix, category in _SUFFIX.items()},
}
"""Categories by the end of a name, without its dot."""
TAILS = frozenset(suffix[-3:] for suffix in SUFFIXES)
"""The last three bytes of these."""


CACHE_FILES = {b"gem": "gem", b"dat-old": "debconf"}
"""Whose caches files are, by the ends of their names."""


def by_place(folder: bytes) -> tuple[str, str] | None:
    """Category and name of all that lies in and below `folder`; None where its path does not tell."""
    known = _FOLDERS.get(folder)
    if known is not None:
        return known
    head, _, base = folder.rpartition(b"/")
    if base in _VERSION_CONTROL:
        return VERSION_CONTROL, "/" + folder.decode("utf-8", "surrogateescape")
    pair = head.rpartition(b"/")[2] + b"/" + base
    if pair in _HOME_CACHES:
        return CACHES, _HOME_CACHES[pair]
    if pair in _MODEL_CACHES or base == b".EasyOCR":
        return MODELS, "/" + folder.decode("utf-8", "surrogateescape")
    return None


def runtime(folder: bytes) -> str | None:
    """The runtime that `folder` is the root of."""
    known = _RUNTIMES.get(folder)
    if known is None and _INTERPRETER.match(folder):
        return "/" + folder.decode("utf-8", "surrogateescape")
    return known


def by_suffix(name: bytes) -> str | None:
    """The category of a file by the end of its name."""
    return SUFFIXES.get(name.rpartition(b".")[2])
