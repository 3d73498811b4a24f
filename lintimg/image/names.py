"""Tar names as paths from the root: no `./`, no doubled or closing slashes, no way out by `..`."""

from __future__ import annotations


def clean_names(names: list[bytes]) -> list[bytes]:
    """`names` in the same order, each cleaned as `clean_name` does; the root is empty.

    Looks at all of them at once, joined to one long path.
    """
    if _are_clean(names):
        return names
    # What `tar -C FOLDER .` writes; names have no zero bytes.
    joined = b"\0" + b"\0".join(names) + b"\0"
    names = joined.replace(b"\0./", b"\0").replace(b"\0.\0", b"\0\0")[1:-1].split(b"\0")
    return names if _are_clean(names) else [clean_name(name) for name in names]


def _are_clean(names: list[bytes]) -> bool:
    """Is no part of any name `.`, `..` or empty, but for the root's."""
    joined = b"/".join((b"", *filter(None, names), b""))
    return b"//" not in joined and not (b"/." in joined and (b"/./" in joined or b"/../" in joined))


def clean_name(name: bytes) -> bytes:
    """`name` relative to the root; `..` does not lead above it, as in a container."""
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)
