"""The globs of configurations."""

from __future__ import annotations

import pytest

from lintimg.settings.globs import glob_matches
from lintimg.settings.units import read_size


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("vendor", "vendor/Dockerfile", True),
        ("vendor", "a/vendor/b/Dockerfile", True),
        ("vendor/", "a/vendor/Dockerfile", True),
        ("vendor", "vendored/Dockerfile", False),
        ("*.Dockerfile", "a/b/x.Dockerfile", True),
        ("./Dockerfile", "Dockerfile", True),
        ("legacy/*", "legacy/Dockerfile", True),
        ("legacy/*", "legacy/deep/Dockerfile", True),
        ("legacy/*.prod", "legacy/deep/Dockerfile.prod", False),
        ("legacy/**", "legacy/deep/Dockerfile", True),
        ("legacy/**/Dockerfile", "legacy/Dockerfile", True),
        ("legacy/**/Dockerfile", "legacy/a/b/Dockerfile", True),
        ("**/test/**", "a/test/Dockerfile", True),
        ("**/Dockerfile.dev", "Dockerfile.dev", True),
        ("/legacy", "legacy/Dockerfile", True),
        ("legacy/a", "other/legacy/a", False),
        ("app-?/Dockerfile", "app-1/Dockerfile", True),
        ("app-[ab]/Dockerfile", "app-c/Dockerfile", False),
        ("[z-a]", "x", False),
        ("", "x", False),
        ("/", "x", False),
        ("**", "x", True),
        ("a*" * 60 + "b", "a" * 4000, False),
        ("**/" * 60 + "b", "a/" * 2000 + "a", False),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert glob_matches(glob, path) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2GB", 2 * 10**9),
        ("500 mb", 5 * 10**8),
        ("1GiB", 2**30),
        ("1.5GiB", 3 * 2**29),
        ("10", 10),
        ("3k", 3000),
    ],
)
def test_sizes(text: str, expected: int) -> None:
    assert read_size(text) == expected


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "2PB", "1e9", "9" * 400 + "GB"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match="is no size; write one such as 500MB"):
        read_size(text)
