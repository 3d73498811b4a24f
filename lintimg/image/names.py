"""Tar names as paths from the root: no `./`, no doubled or closing slashes, no way out by `..`."""

from __future__ import annotations

_ODD = {
    b"//": (b"//",),
    b"/\0": (b"/\0",),
    b"\0/": (b"\0/",),
    b"/.": (b"/./", b"/../", b"/.\0", b"/..\0"),
    b"\0.": (b"\0./", b"\0../", b"\0.\0", b"\0..\0"),
}
"""What must be cleaned, below what it begins with: few archives have even that."""


def clean_names(names: list[bytes]) -> list[bytes]:
    """`names` in the same order, each cleaned as `clean_name` does; the root is empty.

    Looks at all of them at once: names have no zero bytes, so one joined text shows what is odd.
    """
    if not names:
        return names
    joined = b"\0" + b"\0".join(names) + b"\0"
    joined = joined.replace(b"/\0", b"\0")
    if _is_odd(joined):
        # What `tar -C FOLDER .` writes.
        joined = joined.replace(b"\0./", b"\0").replace(b"\0.\0", b"\0\0")
        if _is_odd(joined):
            return [clean_name(name) for name in joined[1:-1].split(b"\0")]
    return joined[1:-1].split(b"\0")


def _is_odd(joined: bytes) -> bool:
    return any(start in joined and any(odd in joined for odd in all_odd) for start, all_odd in _ODD.items())


def clean_name(name: bytes) -> bytes:
    """`name` relative to the root; `..` does not lead above it, as in a container."""
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)
