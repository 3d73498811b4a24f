"""What commands delete."""

from __future__ import annotations

import pytest

from lintimg.shell.removal import removed_paths
from tests.shell.support import command, source_of


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("rm -rf /var/lib/apt/lists/*", ["/var/lib/apt/lists/*"]),
        ("rm -rf /var/cache/{yum,dnf} ~/.cache", ["/var/cache/yum", "/var/cache/dnf", "~/.cache"]),
        ("rm -rf '/x/{a,b}' \"/y/\"{c,d}", ["/x/{a,b}", "/y/c", "/y/d"]),
        ("rm -rf -- -x $HOME/.cache", ["-x", "$HOME/.cache"]),
        ("sudo rm x{1..3}", ["x1", "x2", "x3"]),
        ("find /var/log /tmp -type f -delete", ["/var/log/*", "/tmp/*"]),
        ("find / -mindepth 1 -exec rm -rf {} +", ["/*"]),
        (
            r"find /x -name '*.pyc' -o -name __pycache__ -exec rm -rf {} \;",
            ["/x/*"],
        ),
        ("find /x -mtime +7 -delete", ["/x/*"]),
        ("find /x -name a -print", []),
        (r"find /x -exec chmod 644 {} \;", []),
        ("echo rm -rf /x", []),
    ],
)
def test_removed_paths(text: str, paths: list[str]) -> None:
    assert [path for path, _ in removed_paths(command(text))] == paths


def test_the_place_is_the_word() -> None:
    text = "rm -rf \\\n  /a/{b,c} d"
    spans = [span for _, span in removed_paths(command(text))]
    source = source_of(text)
    assert [source.slice(span) for span in spans] == ["/a/{b,c}", "/a/{b,c}", "d"]
