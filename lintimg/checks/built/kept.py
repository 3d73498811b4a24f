"""Which files of an image that comes only once are kept for the rules to look into."""

from __future__ import annotations

from lintimg.lazy import regex

_LARGEST = 65_536
_DEEPEST = 6
_WANTED = regex(
    rb"(?:\A|/)(?:os-release|runtime-release|bootstrap|\.[\w.-]+|[\w-]+\.(?:sh|py|js|mjs|cjs|rb|env|json|ya?ml|toml|ini|cfg|pem|key)"
    rb"|[\w-]*(?:entry|start|run|launch|server|init|main|handler)[\w-]*)\Z"
)
_INSTALLED = (
    b"site-packages/",
    b"dist-packages/",
    b"node_modules/",
    b"usr/share/",
    b"usr/lib/python",
    b"var/lang/lib/",
)


def is_looked_into(name: bytes, size: int) -> bool:
    """Is this file of an archive one that a rule may want to read; `size` in bytes."""
    if size > _LARGEST or name.count(b"/") > _DEEPEST or any(part in name for part in _INSTALLED):
        return False
    return _WANTED.search(name) is not None
