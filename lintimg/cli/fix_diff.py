"""A change of a file as a unified diff that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import diff_bytes
from difflib import unified_diff as diff_lines

from lintimg.cli.fix_files import Change


def unified_diff(change: Change) -> bytes:
    """The diff, byte for byte what the files hold."""
    name = change.name.encode("utf-8", "surrogateescape")
    old = b"/dev/null" if change.before is None else _prefixed(b"a/", name)
    before = _lines(change.before or b"")
    return b"".join(
        _marked(diff_bytes(diff_lines, before, _lines(change.after), old, _prefixed(b"b/", name)))
    )


def _prefixed(prefix: bytes, name: bytes) -> bytes:
    return name if name.startswith(b"/") else prefix + name


def _lines(data: bytes) -> list[bytes]:
    """Lines with their line feeds; a lone carriage return ends none."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _marked(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        if not line.endswith(b"\n"):
            yield b"\n\\ No newline at end of file\n"
