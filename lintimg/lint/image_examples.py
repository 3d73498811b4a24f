"""Examples of the rules on built images: an image described in YAML, and where a rule must fire on it.

A description has `os`, `architecture`, `entrypoint`, `cmd`, `working-dir`, `env`, `user`, `manifest` and
`layers`, each with its `command` and `files`; `base: aws-python` puts what AWS's base image has below.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from lintimg.image.configuration import read_history
from lintimg.image.entries import FILE, FOLDER, HARD_LINK, META, SYMLINK, Entries
from lintimg.image.image import Image, Layer, Manifest, Step
from lintimg.image.stack import stack_layers
from lintimg.lazy import NamedTuple
from lintimg.lint.example_elf import elf_bytes

_TIME = b"%011o\0" % 1_700_000_000
_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_MANIFEST_BYTES = 1_500


class _File(NamedTuple):
    path: bytes
    type: int
    mode: int
    size: int
    content: bytes
    link: bytes


def described_image(description: Mapping[str, Any]) -> Image:
    """The image that an example describes."""
    whole = _with_base(description)
    layers = [_layer(layer) for layer in whole.get("layers", ())]
    configuration = {
        "os": whole.get("os", "linux"),
        "architecture": whole.get("architecture", "amd64"),
        "config": {
            "Entrypoint": whole.get("entrypoint"),
            "Cmd": whole.get("cmd"),
            "WorkingDir": whole.get("working-dir", ""),
            "Env": whole.get("env", []),
            "User": whole.get("user", ""),
            "Labels": whole.get("labels", {}),
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [{"created_by": layer.get("command", "")} for layer in whole.get("layers", ())]
        + [{"created_by": command, "empty_layer": True} for command in whole.get("history", ())],
    }
    return Image(
        "example",
        "archive",
        _manifest(whole.get("manifest", {})),
        configuration,
        read_history(configuration),
        tuple(layers),
        "manifest",
    )


def described_stack(image: Image) -> Any:
    """The layers of an example, merged; None where their files are not known."""
    entries = [layer.entries for layer in image.layers if layer.entries is not None]
    return stack_layers(entries) if len(entries) == len(image.layers) else None


def described_text(description: Mapping[str, Any]) -> str:
    """An example for a person to read: its manifest, what it starts, and its files layer by layer."""
    return "\n".join(_lines(description)) + "\n"


def _lines(description: Mapping[str, Any]) -> Iterator[str]:
    if "base" in description:
        yield f"(on top of what AWS's {description['base'].partition('-')[2]} base image holds)"
    for key in ("os", "architecture"):
        if key in description:
            yield f"{key}: {description[key]}"
    for key, value in description.get("manifest", {}).items():
        yield f"manifest: {key} {value if isinstance(value, str | int) else json.dumps(value)}"
    for number, layer in enumerate(description.get("layers", ())):
        media_type = f"  {layer['media-type']}" if "media-type" in layer else ""
        yield f"layer {number}: {layer.get('command', '')}{media_type}".rstrip(": ")
        for file in _files(layer.get("files", {})):
            kind = {FOLDER: "d", SYMLINK: "l"}.get(file.type, "-")
            bits = "".join(
                letter if file.mode >> (8 - at) & 1 else "-" for at, letter in enumerate("rwxrwxrwx")
            )
            target = f" -> {file.link.decode()}" if file.link else ""
            yield f"  {kind}{bits} {file.size:>9} /{file.path.decode()}{target}"
    for key in ("env", "working-dir", "user", "entrypoint", "cmd"):
        if key in description:
            name = {"env": "ENV", "working-dir": "WORKDIR"}.get(key, key.upper())
            value = description[key]
            yield f"{name} {value if isinstance(value, str) else json.dumps(value)}"


@cache
def _bases() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "example_bases.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _with_base(description: Mapping[str, Any]) -> dict[str, Any]:
    if "base" not in description:
        return dict(description)
    base = _bases()[description["base"]]
    whole = {**base, **description}
    whole["layers"] = [*base["layers"], *description.get("layers", ())]
    whole["env"] = [*base.get("env", ()), *description.get("env", ())]
    return whole


def _manifest(row: Mapping[str, Any]) -> Manifest:
    return Manifest(
        "sha256:" + "0" * 64,
        row.get("media-type", _MANIFEST),
        row.get("bytes", _MANIFEST_BYTES),
        row.get("index-type"),
        row.get("attestations", 0),
        tuple(row.get("platforms", ())),
    )


def _layer(row: Mapping[str, Any]) -> Layer:
    files = list(_files(row.get("files", {})))
    if not row.get("bare", False):
        files = [*_parents(files), *files]
    entries = Entries(
        [file.path for file in files],
        bytes(file.type for file in files),
        array("q", [file.size for file in files]),
        array("q", range(len(files))),
        b"".join(_meta(file) for file in files),
        {number: file.link for number, file in enumerate(files) if file.link},
        {},
    )

    def read(entry: int, limit: int, offset: int) -> bytes:
        return files[entry].content[offset : offset + limit]

    digest = "sha256:" + sha256(repr(row).encode()).hexdigest()
    command = row.get("command", "")
    return Layer(
        digest,
        digest,
        row.get("media-type", _GZIP),
        row.get("compressed"),
        Step(command, "", empty=False),
        entries,
        read,
    )


def _files(rows: Mapping[str, Any]) -> Iterator[_File]:
    for path, value in rows.items():
        name = str(path).strip("/").encode()
        row: Mapping[str, Any] = value if isinstance(value, Mapping) else {"text": value}
        link = str(row.get("link", row.get("hard-link", ""))).encode()
        kind = FOLDER if str(path).endswith("/") else FILE
        if link:
            kind = SYMLINK if "link" in row else HARD_LINK
        content = _content(row)
        usual = "0755" if kind == FOLDER else "0777" if kind == SYMLINK else "0644"
        mode = int(str(row.get("mode", usual)), 8)
        yield _File(name, kind, mode, int(row.get("bytes", len(content))), content, link)


def _content(row: Mapping[str, Any]) -> bytes:
    return elf_bytes(row["elf"]) if "elf" in row else str(row.get("text") or "").encode()


def _parents(files: Sequence[_File]) -> list[_File]:
    known = {file.path for file in files}
    found = {}
    for file in files:
        parent = file.path.rpartition(b"/")[0]
        while parent and parent not in known:
            found[parent] = _File(parent, FOLDER, 0o755, 0, b"", b"")
            parent = parent.rpartition(b"/")[0]
    return [found[path] for path in sorted(found)]


def _meta(file: _File) -> bytes:
    meta = b"%07o\0%07o\0%07o\0%011o\0" % (file.mode, 0, 0, 0) + _TIME
    assert len(meta) == META  # noqa: S101 - the format of a tar header's numbers
    return meta
