"""What to say of a reference that leads to no image: what was looked for, and what to write instead."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from lintimg.image.document import is_digest

_SCHEMES = {"http": "registry://", "https": "registry://", "oci": "registry://", "file": ""}
_TRANSPORTS = {
    "docker-archive": "",
    "oci-archive": "",
    "oci": "",
    "dir": "",
    "docker-daemon": "engine://",
    "containers-storage": "podman://",
}
"""How skopeo and Podman write where an image is (containers/image, containers-transports(5)), and what we write."""
_MOST_NAMES, _LONGEST = 1000, 200
_TEXT = frozenset((*range(32, 127), *b"\t\n\r\f"))
_BLOCK = 512


def unknown_scheme(scheme: str, rest: str) -> str:
    """`scheme` is none of ours; `rest` is what follows its slashes."""
    if scheme == "docker":
        return f"docker:// is not known: write registry://{rest} for the registry's image, {rest} for the engine's"
    known = _SCHEMES.get(scheme.lower())
    if known is not None:
        return f"{scheme}:// is not known: write {known}{rest}"
    return f"{scheme}:// is not known; known are engine://, podman:// and registry://"


def wrong_name(reference: str) -> str:
    """Nothing lies at the path `reference`, and no image can have this name."""
    transport = _transport(reference)
    if transport is not None:
        return transport
    if reference != reference.strip() or " " in reference:
        return "there is no such file, and the name of an image has no spaces"
    if os.path.isdir(reference):  # noqa: PTH112 - false also for a name that is too long
        return empty_folder(reference)
    if os.path.islink(reference):  # noqa: PTH114 - false also for a name with a NUL
        return "it is a link to a file that is not there"
    close = _nearest_file(reference)
    name, at, digest = reference.rpartition("@")
    if not close and at and "/" not in digest and not is_digest(digest):
        return f"{digest} is no digest: that is sha256: and 64 hexadecimal digits"
    front, colon, tag = reference.rpartition(":")
    name = front if colon and "/" not in tag else reference
    if not close and "." not in name and not name.startswith(("/", "~")) and name != name.lower():
        lower = reference.replace(name, name.lower(), 1)
        return f"there is no such file, and the name of an image has no capitals: write {lower}"
    return f"there is no such file, and no folder with an image{close}"


def unreachable(name: str, why: str) -> str:
    """There is no file `name`, and no engine to ask for an image of this name; `why` is a half sentence."""
    transport = _transport(name)
    if transport is not None:
        return transport
    close = _nearest_file(name)
    if close:
        return f"there is no such file{close}; and {why}"
    address = name if "/" in name else f"HOST/{name}"
    return (
        f"there is no such file, and {why}: start it, or name what docker save wrote, or registry://{address}"
    )


def unknown_image(who: str, name: str, names: Iterable[str]) -> str:
    """The engine `who` has no image `name`, but those of `names`."""
    close = _nearest_tag(name, names)
    if close is not None:
        return f"{who} has no such image, did you mean {close}?"
    if ":" in name and name.partition(":")[0] == "sha256":
        return f"{who} has no such image: {who.lower()} images -a lists those that it has"
    command = who.lower()
    text = f"{who} has no such image: {command} pull {name} fetches it, {command} build -t {name} . makes it"
    return f"{text}, registry://{name} asks the registry alone" if "/" in name else text


def no_archive(head: bytes, path: str) -> str | None:
    """What the file at `path` is, whose first 512 bytes are `head`; None if it may be a tar archive."""
    if head.startswith(b"PK\3\4"):
        return "it is a zip archive, no image: write docker save -o app.tar NAME, and name that file"
    if _is_header(head):
        return None
    if _TEXT.issuperset(head):
        if re.search(rb"^\s*FROM\s", head, re.IGNORECASE | re.MULTILINE):
            return (
                f"it looks like a Dockerfile: lintimg check {path} reads it; here goes what was built from it"
            )
        return "it is a text file, no image: write docker save -o app.tar NAME, and name that file"
    return "it is no archive: write docker save -o app.tar NAME, and name that file"


def _transport(reference: str) -> str | None:
    """What to write in place of another program's way to say where an image is."""
    transport, _, rest = reference.partition(":")
    if transport not in _TRANSPORTS or not rest or rest.startswith("//"):
        return None
    return f"{transport}: is not known: write {_TRANSPORTS[transport]}{rest}"


def _is_header(block: bytes) -> bool:
    """Is this the first block of a tar archive, by its checksum; an empty archive has zeros."""
    if len(block) < _BLOCK or not any(block):
        return not any(block)
    digits = block[148:156].strip(b" \0")
    if not digits or any(digit not in b"01234567" for digit in digits):
        return False
    rest = block[:148] + b" " * 8 + block[156:]
    wanted = int(digits, 8)
    # Some old programs add signed bytes.
    return wanted in (sum(rest), sum(byte - 256 * (byte > 127) for byte in rest))


def empty_folder(folder: str) -> str:
    """What to say of a folder without an image."""
    text = "the folder holds no image: neither manifest.json nor index.json is in it"
    if os.path.isfile(Path(folder, "Dockerfile")):  # noqa: PTH113 - false also for a name with a NUL
        text += f"; docker build -t NAME {folder} makes one of it"
    return text


def _nearest_file(reference: str) -> str:
    """A hint at a file beside the path that is not there, whose name is close to it; else nothing."""
    folder, name = os.path.split(reference.partition("#")[0])
    try:
        with os.scandir(folder or ".") as found:
            names = [entry.name for entry, _ in zip(found, range(_MOST_NAMES), strict=False)]
    except (OSError, ValueError):
        return ""
    close = _nearest(name, names)
    return "" if close is None else f", did you mean {os.path.join(folder, close)}?"  # noqa: PTH118


def _nearest_tag(name: str, names: Iterable[str]) -> str | None:
    """The image that is closest to `name`; with another tag, if there is one."""
    known = sorted(names)[:_MOST_NAMES]
    front, colon, tag = name.rpartition(":")
    repository = front if colon and "/" not in tag else name
    same = [each for each in known if each.rpartition(":")[0] == repository]
    return _nearest(name, same, 0.0) if same else _nearest(name, known)


def _nearest(name: str, names: Iterable[str], similarity: float = 0.75) -> str | None:
    from difflib import get_close_matches

    close = get_close_matches(name[:_LONGEST], names, 1, similarity)
    return close[0] if close else None
