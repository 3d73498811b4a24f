"""LI818: secrets in an image's files, hidden ones too, in its variables and in its history."""

from __future__ import annotations

from collections.abc import Iterator

from lintimg.checks.secret_paths import names_secret, secret_content
from lintimg.image.entries import FILE, HARD_LINK
from lintimg.image.errors import ImageError
from lintimg.image.image import Image
from lintimg.lazy import regex
from lintimg.lint.built import BuiltImage, ImageHit
from lintimg.lint.image_veil import is_secret_variable, named_arguments
from lintimg.lint.secret_values import secret_values
from lintimg.text import path_text

_TEXTS = frozenset(
    b"py js mjs cjs ts rb php sh json yaml yml toml ini cfg conf txt properties xml tf tfvars env config npmrc pypirc netrc"
    b" yarnrc dockercfg pgpass git-credentials vault-token pem key p12 pfx ppk tfstate".split()
)
_NAMES = frozenset((b"id_rsa", b"id_dsa", b"id_ecdsa", b"id_ed25519", b"credentials"))
_OTHERS = regex(
    rb"(?:^|/)(?:site-packages|dist-packages|node_modules|vendor|tests?|testdata|fixtures|examples?|docs?|\.git)/"
    rb"|^(?:usr|lib|lib64|bin|sbin|etc/(?:ssl|pki|ca-certificates)|var/(?:lang|runtime|lib|cache)|proc|sys|dev)/"
)
_INSTALLED = regex(
    rb"(?:^|/)(?:site-packages|dist-packages|node_modules|vendor|tests?|testdata|fixtures|examples?|docs?)/|^usr/|^var/(?:lang|runtime)/|^etc/(?:ssl|pki)/"
)
_LARGEST, _MOST_FILES = 65_536, 1_000
"""Bytes of a file that is looked into, and how many are."""
_NAMED = regex(
    rb"(?:^|/)(?:\.env(?:\.[\w.-]+)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.yarnrc\.yml|\.pypirc|\.netrc|\.git-credentials"
    rb"|\.pgpass|\.dockercfg|\.vault-token|application_default_credentials\.json|master\.key|credentials|config\.json"
    rb"|service[-_]account[\w-]*\.json|[\w.-]+\.(?:pem|key|p12|pfx|ppk|tfstate|env))\Z"
)


def secrets(subject: BuiltImage) -> Iterator[ImageHit]:
    """A hit for each secret, none of which is shown."""
    yield from _variables(subject)
    yield from _history(subject)
    yield from _files(subject)


def _variables(subject: BuiltImage) -> Iterator[ImageHit]:
    for name, value in subject.environment.items():
        found = [secret for secret in secret_values(value) if not secret.weak]
        if found or is_secret_variable(name, value):
            what = found[0].what if found else "what its name calls a secret"
            yield ImageHit(
                {"name": name, "what": what},
                variant="variable",
                details={"place": "env", "name": name},
            )


def _history(subject: BuiltImage) -> Iterator[ImageHit]:
    layer = -1
    for step in subject.image.history:
        layer += not step.empty
        if step.command.lstrip().removeprefix("/bin/sh -c #(nop)").lstrip().startswith("ENV"):
            continue
        command = step.command[:100_000]
        found = [secret for secret in secret_values(command) if not secret.weak]
        named = named_arguments(command)
        if found or named:
            yield ImageHit(
                {"what": found[0].what if found else f"the value of {named[0][0]}"},
                variant="history",
                details={"place": "history", "kind": found[0].kind if found else named[0][0]},
                layer=layer if not step.empty and layer < len(subject.image.layers) else None,
            )


def _files(subject: BuiltImage) -> Iterator[ImageHit]:
    """Secrets in files of the image's own, those that later layers delete included."""
    stack = subject.stack
    if stack is None:
        return
    looked = 0
    for number in range(subject.base or 0, len(stack.layers)):
        entries = stack.layers[number]
        for index, path in enumerate(entries.names):
            ending = path.rpartition(b".")[2]
            if ending not in _TEXTS and path.rpartition(b"/")[2] not in _NAMES and b".env." not in path:
                continue
            if entries.types[index] not in (FILE, HARD_LINK) or not 0 < entries.sizes[index] <= _LARGEST:
                continue
            named = _NAMED.search(path) is not None and _INSTALLED.search(path) is None
            if not named and _OTHERS.search(path) is not None:
                continue
            looked += 1
            if looked > _MOST_FILES:
                return
            what = _secret_in(subject.image, number, index, path, named)
            if what is not None:
                hidden = index in stack.kills[number]
                yield ImageHit(
                    {"path": path_text(path), "what": what, "number": str(number)},
                    variant="hidden" if hidden else "file",
                    details={"place": "file", "hidden": hidden},
                    layer=number,
                    path=path,
                )


def _secret_in(image: Image, layer: int, entry: int, path: bytes, named: bool) -> str | None:
    try:
        data = image.layers[layer].content(entry, _LARGEST)
    except (ImageError, OSError):
        return None
    if data is None or b"\0" in data:
        return None
    text = data.decode("utf-8", "replace")
    found = [secret for secret in secret_values(text) if not secret.weak]
    if found:
        return found[0].what
    if not named:
        return None
    row = names_secret(path.decode("utf-8", "replace"))
    return str(row["what"]) if row is not None and secret_content(row, text) else None
