"""Rules on built images: whatever an image holds, they end with findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintimg.checks.registry import find_check
from lintimg.image.elf import read_elf
from lintimg.lint.built import BuiltImage, ImageCheck
from lintimg.lint.example_elf import elf_bytes
from lintimg.lint.image_engine import ImageResult, ImageSettings, lint_image
from lintimg.lint.image_examples import described_image, described_stack
from lintimg.lint.policy import Policy
from lintimg.lint.selection import select
from lintimg.lint.table import bundled_rules

_POLICY = Policy(date(2026, 11, 23), (), None, fail_deprecated=False)
_WORDS = st.text(st.characters(exclude_categories=()), max_size=12)
_PATHS = st.lists(
    st.sampled_from(["a", "var", "task", "opt", "extensions", "..", "b.so", "app.py"]), min_size=1
)
_FILES = st.dictionaries(
    _PATHS.map("/".join),
    st.one_of(
        st.text(max_size=30).map(lambda text: {"text": text}),
        st.sampled_from(["/a", "a", "..", "/", "../../x", "b.so"]).map(lambda link: {"link": link}),
        st.sampled_from(["a", "opt/a", "zz"]).map(lambda link: {"hard-link": link}),
        st.sampled_from(["0000", "0644", "0755", "0111"]).map(
            lambda mode: {"mode": mode, "elf": {"needed": ["x"]}}
        ),
    ),
    max_size=6,
)


def _linted(description: Mapping[str, Any]) -> ImageResult:
    image = described_image(description)
    subject = BuiltImage(image, described_stack(image), _POLICY, "lambda")
    rules = select(bundled_rules(), ("image",))
    checks = ImageSettings(rules, {}, lambda name: cast("ImageCheck", find_check(name)))
    return lint_image(subject, checks)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(_WORDS, max_size=4),
    st.lists(_WORDS, max_size=3),
    _WORDS,
    st.lists(_WORDS, max_size=3),
    st.lists(_FILES, max_size=3),
)
def test_no_image_breaks_a_rule(
    entrypoint: list[str], cmd: list[str], folder: str, env: list[str], files: list[dict[str, Any]]
) -> None:
    result = _linted(
        {
            "entrypoint": entrypoint,
            "cmd": cmd,
            "working-dir": folder,
            "env": env,
            "layers": [{"files": layer, "bare": True} for layer in files],
        }
    )
    assert result.errors == ()


_ELF = elf_bytes(
    {
        "interpreter": "/lib64/ld-linux-x86-64.so.2",
        "needed": ["libc.so.6"],
        "requires": ["GLIBC_2.34"],
        "defines": ["X_1"],
    }
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(_ELF) - 1), st.integers(0, 255)), max_size=20),
    st.integers(0, len(_ELF)),
)
def test_damaged_programs_are_read_or_not(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(_ELF)
    for at, value in changes:
        data[at] = value
    whole = bytes(data[:length])
    read_elf(lambda limit, offset: whole[offset : offset + limit], len(whole))


@pytest.mark.parametrize("links", [{"/a": {"link": "b"}, "/b": {"link": "a"}}, {"/a": {"link": "a/a/a/a"}}])
def test_links_without_end(links: dict[str, Any]) -> None:
    result = _linted({"entrypoint": ["/a"], "working-dir": "/b", "layers": [{"files": links}]})
    assert result.errors == ()
    assert any(finding.rule == "LI806" for finding in result.findings)


def test_what_is_not_known_is_not_judged() -> None:
    image = described_image({"base": "aws-python", "cmd": ["app.handler"], "layers": []})
    bare = image._replace(layers=tuple(layer._replace(entries=None) for layer in image.layers))
    subject = BuiltImage(bare, None, _POLICY)
    rules = select(bundled_rules(), ("image",))
    checks = ImageSettings(rules, {}, lambda name: cast("ImageCheck", find_check(name)))
    assert lint_image(subject, checks).findings == ()


def test_a_secret_is_never_shown() -> None:
    token = "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
    result = _linted(
        {
            "env": [f"GITHUB_TOKEN={token}"],
            "layers": [{"command": f"RUN |1 T={token} /bin/sh -c x", "files": {"/opt/a.json": f'"{token}"'}}],
        }
    )
    found = [finding for finding in result.findings if finding.rule == "LI818"]
    assert len(found) == 3
    assert token not in repr(result)
